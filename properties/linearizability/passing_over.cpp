#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "leasecheck/spec/operation_traits.hpp"
#include "properties/linearizability/linearizability.hpp"

namespace leasecheck::properties {
namespace {

bool overlap(const ConcurrentCall& left, const ConcurrentCall& right) {
  const auto ends_before = [](const ConcurrentCall& one, const ConcurrentCall& other) {
    return one.returned && *one.returned < other.invoked;
  };
  return !ends_before(left, right) && !ends_before(right, left);
}

bool has_lease(const model::Attempt& attempt, const model::Id& lease_id) {
  return (attempt.lease && attempt.lease->lease_id == lease_id) ||
         (attempt.last_ack && attempt.last_ack->lease_id == lease_id);
}

/// Whether the operation may hold the attempt: it changes what is stored, and names the attempt or
/// its lease or concerns several. What only reads holds nothing.
bool may_hold(const model::Operation& operation, const model::Attempt& attempt) {
  return std::visit(
      [&]<typename Op>(const Op& op) {
        if constexpr (!model::traits_of<Op>.mutates) {
          return false;
        } else if constexpr (std::is_same_v<Op, model::EnqueueAttempt>) {
          return op.spec.attempt_id == attempt.spec.attempt_id;
        } else if constexpr (requires { op.attempt_id; }) {
          return op.attempt_id == attempt.spec.attempt_id;
        } else if constexpr (requires { op.lease_id; }) {
          return has_lease(attempt, op.lease_id);
        } else {
          return true;
        }
      },
      operation);
}

/// The attempts that a call was answered as claimed; nothing if it is another call, or refused.
std::optional<std::set<model::Id>> claimed_by(const ConcurrentCall& call) {
  if (!call.outcome || !call.outcome->has_value()) return std::nullopt;
  const auto* claims = std::get_if<std::vector<model::Claim>>(&**call.outcome);
  if (claims == nullptr) return std::nullopt;
  std::set<model::Id> ids;
  for (const model::Claim& claim : *claims) ids.insert(claim.attempt.attempt_id);
  return ids;
}

}  // namespace

Comparison with_claims_passing_over(const History& history) {
  Comparison comparison;
  comparison.step = [&history](model::State state, const ConcurrentCall& call) {
    const auto claimed = claimed_by(call);
    if (!claimed) return model::step(std::move(state), call.action);
    const auto may_be_held = [&](const model::Attempt& attempt) {
      return std::ranges::any_of(history.calls, [&](const ConcurrentCall& other) {
        return other.invoked != call.invoked && overlap(other, call) &&
               may_hold(other.action.operation, attempt);
      });
    };
    std::map<model::Id, model::Attempt> passed_over;
    for (auto it = state.attempts.begin(); it != state.attempts.end();) {
      const auto attempt = it++;
      if (claimed->contains(attempt->first) || !may_be_held(attempt->second)) continue;
      passed_over.insert(state.attempts.extract(attempt));
    }
    model::Step step = model::step(std::move(state), call.action);
    step.state.attempts.merge(passed_over);
    return step;
  };
  return comparison;
}

}  // namespace leasecheck::properties
