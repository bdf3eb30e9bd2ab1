#pragma once

#include <span>
#include <string_view>

#include "traces/departure.hpp"
#include "traces/views/sentences.hpp"

namespace leasecheck::traces {

/// Every clause that `broken_clause` may answer.
[[nodiscard]] std::span<const Clause> all_clauses();

/// What the contract says of this call in this state that the repository did otherwise: that it is
/// refused or accepted, what it changes, or what it answers.
/// Pre: `call` is the call of the departure.
[[nodiscard]] Clause broken_clause(const Departure& departure, const Call& call);

/// "rule 3", which speaks of the operation.
[[nodiscard]] std::string_view rule_of(const model::Operation& operation);

/// What the contract says of the time of an operation that reads no clock.
[[nodiscard]] Clause clause_of_time(const model::Operation& operation);

}  // namespace leasecheck::traces
