#pragma once

#include <string>

#include "model/system/world.hpp"

namespace leasecheck::system {

/// Ways to look at the graph of a searched world. The pictures of all but the first hardly grow
/// with the bounds.
enum class Lens {
  state,     ///< Everything: for machines.
  attempts,  ///< The status of each attempt.
  beliefs,   ///< For each attempt who holds its lease, and who believes to.
};

/// Empty for `Lens::state`, which has no classes.
[[nodiscard]] std::string class_of(Lens lens, const World& world, const State& state);

}  // namespace leasecheck::system
