#include "leasecheck/spec/step.hpp"

#include <utility>

#include "model/spec/rules.hpp"

namespace leasecheck::model {

Step step(State state, const Action& action) {
  Outcome outcome = std::visit(
      [&](const auto& operation) -> Outcome { return apply(state, operation, action.now); },
      action.operation);
  return {std::move(state), std::move(outcome)};
}

bool may_have_changed(const Operation& operation, const Outcome& outcome) {
  if (!outcome || !can_change_state(operation)) return false;
  const auto* count = std::get_if<Count>(&*outcome);
  return count == nullptr || count->value > 0;
}

}  // namespace leasecheck::model
