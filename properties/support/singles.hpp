#pragma once

#include <functional>

#include "properties/support/observed.hpp"

namespace leasecheck::properties {

/// Rules 25 and 26: shows an operation on several attempts as the operations on one that it is, one
/// after another. What an item left behind is what the whole operation left of its attempt; where a
/// later item speaks of the same attempt, or none does, it is what the model has at that point.
/// Pre: `before` is the model before it, or the part of it that can matter to it; that is what
/// `expected_after` goes on from. Shows nothing of what was refused as a whole.
/// Complexity: linear, and for each item logarithmic but for the rows that it adds or takes away.
void each_single(const Operated& whole, model::State before,
                 const std::function<void(const Operated&)>& show);

}  // namespace leasecheck::properties
