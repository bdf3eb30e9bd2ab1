#pragma once

#include <span>
#include <string_view>

#include "leasecheck/check/model.hpp"
#include "model/system/world.hpp"

namespace leasecheck::system {

/// A claim about the states of a world.
struct Claim {
  std::string_view name;
  check::Kind kind;
  bool (*holds)(const World& world, const State& state);
  /// Whether a world with these bounds can show it at all; for a `sometimes`.
  bool (*applies)(const Options& options);
};

/// Rules 19 to 24 and what they rest on. Each `always` has a `sometimes` that reaches its premise.
[[nodiscard]] std::span<const Claim> all_claims();

}  // namespace leasecheck::system
