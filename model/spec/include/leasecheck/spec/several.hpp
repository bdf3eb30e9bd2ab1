#pragma once

#include <vector>

#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/outcome.hpp"

namespace leasecheck::model {

/// An operation on one attempt, and what it was answered.
struct Single {
  Action action;
  Outcome outcome;
};

/// Rules 25 and 26: the operations on one attempt each that an operation on several is: its items,
/// or the claims that it was answered. One after another they do and answer the same.
/// Returns: nothing for any other operation, and for one that was refused as a whole. Where the
/// answer has fewer results than there are items, the rest is left out.
[[nodiscard]] std::vector<Single> singles_of(const Action& action, const Outcome& outcome);

/// Whether the operation is one of those.
[[nodiscard]] bool has_singles(const Operation& operation);

}  // namespace leasecheck::model
