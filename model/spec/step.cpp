#include "leasecheck/spec/step.hpp"

#include <algorithm>
#include <utility>

#include "model/spec/rules.hpp"

namespace leasecheck::model {
namespace {

/// Of the answer to an operation that can change something.
struct MayHaveChanged {
  bool operator()(const Count& count) const { return count.value > 0; }
  bool operator()(const std::vector<Claim>& claims) const { return !claims.empty(); }
  template <class Value>
  bool operator()(const ItemResults<Value>& results) const {
    return std::ranges::any_of(results, [](const auto& result) { return result.ok.has_value(); });
  }
  bool operator()(const auto&) const { return true; }
};

}  // namespace

Step step(State state, const Action& action) {
  Outcome outcome = std::visit(
      [&](const auto& operation) -> Outcome { return apply(state, operation, action.now); },
      action.operation);
  return {std::move(state), std::move(outcome)};
}

bool may_have_changed(const Operation& operation, const Outcome& outcome) {
  if (!outcome || !can_change_state(operation)) return false;
  return std::visit(MayHaveChanged{}, *outcome);
}

}  // namespace leasecheck::model
