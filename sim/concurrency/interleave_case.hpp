#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/concurrency/prior_states.hpp"

namespace leasecheck::sim {

/// Some operations at once, each in a process of its own.
struct InterleaveCase {
  PriorState prior;
  std::vector<SmallOperation> operations;
};

/// Every pair of operations, an operation with itself too, on every prior state; or those triples
/// of operations that are most at odds with each other.
enum class InterleaveScope : std::uint8_t { pairs, triples };
[[nodiscard]] std::vector<InterleaveCase> interleave_cases(InterleaveScope scope);

/// "leased/claim+reap": how a case is named on the command line.
[[nodiscard]] std::string name_of(const InterleaveCase& subject);

}  // namespace leasecheck::sim
