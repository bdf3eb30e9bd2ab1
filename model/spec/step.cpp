#include "model/spec/step.hpp"

#include <utility>

#include "model/spec/rules.hpp"

namespace leasecheck::model {

Step step(State state, const Action& action) {
  Outcome outcome = std::visit(
      [&](const auto& operation) { return apply(state, operation, action.now); }, action.operation);
  return {std::move(state), std::move(outcome)};
}

}  // namespace leasecheck::model
