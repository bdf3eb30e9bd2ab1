#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/outcome.hpp"
#include "properties/property.hpp"
#include "sim/oracle/tally.hpp"

namespace leasecheck::sim {

/// That part of a tally which every operation adds to, without names: looking those up would cost
/// more than all else that a referee does.
class OperationCounts {
 public:
  /// Counts one answer, and how it moved attempts from one status to another.
  void count(const model::Operation& operation, const model::Outcome& outcome,
             std::span<const properties::AttemptChange> changes);

  /// Adds outcomes and transitions to the tally, under their names.
  void add_to(Tally& tally) const;

 private:
  static constexpr std::size_t words = 1 + static_cast<std::size_t>(model::ErrorCode::corrupt) + 1;
  static constexpr std::size_t places = model::status_count + 1;  ///< the last one stands for none
  struct Counted {
    std::string_view operation;
    std::string_view mover;                       ///< of its moves
    std::array<std::uint64_t, words> outcomes{};  ///< "ok", then by error code
    std::array<std::array<std::uint64_t, places>, places> moved{};
  };

  std::array<Counted, std::variant_size_v<model::Operation>> counted_;
};

}  // namespace leasecheck::sim
