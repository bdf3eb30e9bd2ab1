#pragma once

#include <vector>

#include "leasecheck/spec/step.hpp"

namespace leasecheck::tests {

/// Calls `visit(before, action, after, outcome)` for every action of a run from an empty state.
template <typename Visit>
void for_every_step(const std::vector<model::Action>& actions, Visit visit,
                    const model::Variant& variant = {}) {
  model::State before;
  before.variant = variant;
  for (const model::Action& action : actions) {
    const model::Step taken = model::step(before, action);
    visit(before, action, taken.state, taken.outcome);
    before = taken.state;
  }
}

}  // namespace leasecheck::tests
