#pragma once

#include <span>
#include <string_view>

#include "traces/views/departure.hpp"

namespace leasecheck::traces {

/// A sentence or two of the contract, word for word as model/README.md has them.
struct Clause {
  std::string_view source;  ///< "rule 11", or the heading that they stand under
  std::string_view text;
};

/// Every clause that `broken_clause` may answer.
[[nodiscard]] std::span<const Clause> all_clauses();

/// What the contract says of this call in this state that the repository did otherwise: that it is
/// refused or accepted, what it changes, or what it answers.
/// Pre: `call` is the call of the departure.
[[nodiscard]] Clause broken_clause(const Departure& departure, const Call& call);

}  // namespace leasecheck::traces
