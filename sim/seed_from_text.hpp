#pragma once

#include <cstdint>
#include <string_view>

#include "sim/random.hpp"

namespace leasecheck::sim {

/// Seeds made of a text are below this: as many bits as every reader of JSON keeps.
inline constexpr std::uint64_t seeds_from_text = std::uint64_t{1} << 48;

/// A number made of a text, for instance of a commit's id: seeds that are counted from it are
/// others with every commit, and anybody can try them again.
[[nodiscard]] inline std::uint64_t seed_from_text(std::string_view text) {
  return Stream(0, text).below(seeds_from_text);
}

}  // namespace leasecheck::sim
