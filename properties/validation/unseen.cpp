#include "properties/validation/unseen.hpp"

#include <algorithm>
#include <variant>

#include "leasecheck/spec/operation_traits.hpp"

namespace leasecheck::properties {
namespace {

template <class Operation>
bool holds(const model::Operation& operation) {
  return std::holds_alternative<Operation>(operation);
}

/// A claim of several as the claim of one of them, and every other operation as it is.
model::Action on_one(const LoggedCall& call, const model::Id& attempt_id) {
  const model::Time now = call.is_time_known ? call.action.now : call.latest;
  const auto* const claims = std::get_if<model::ClaimAttempts>(&call.action.operation);
  if (claims == nullptr) return {now, call.action.operation};
  return {now, model::UpsertLease{attempt_id, claims->worker_id,
                                  model::saturating_add(now, claims->lease_ttl)}};
}

}  // namespace

bool UnseenOperations::may_take_any(const model::Operation& operation) {
  return holds<model::ClaimAttempts>(operation) ||
         holds<model::ExpireLeasesAndRequeue>(operation) ||
         holds<model::TransitionTimedOutAttempts>(operation) ||
         holds<model::PruneAttempts>(operation);
}

bool UnseenOperations::has_prune() const {
  return std::ranges::any_of(unanswered_, [](const auto& entry) {
    return holds<model::PruneAttempts>(entry.second.action.operation);
  });
}

std::vector<model::Action> UnseenOperations::on(const model::Id& attempt_id,
                                                const model::Attempt* attempt,
                                                model::Time now) const {
  std::vector<model::Action> actions;
  const auto is_unlogged = [this]<class Operation>(const Operation&) {
    return unlogged_.contains(model::traits_of<Operation>.name);
  };
  if (attempt == nullptr) {
    model::EnqueueAttempt enqueue;
    enqueue.spec.attempt_id = attempt_id;
    enqueue.spec.run_id = attempt_id;
    if (is_unlogged(enqueue)) actions.push_back({now, enqueue});
    return actions;
  }
  const model::TransitionTimedOutAttempts time_out{now};
  const model::ExpireLeasesAndRequeue reap{model::saturating_add(now, -grace_)};
  if (is_unlogged(time_out)) actions.push_back({now, time_out});
  if (is_unlogged(reap)) actions.push_back({now, reap});
  for (const auto& [number, call] : unanswered_) {
    const auto* const claims = std::get_if<model::ClaimAttempts>(&call.action.operation);
    if (claims == nullptr || claims->limit > 0) actions.push_back(on_one(call, attempt_id));
  }
  return actions;
}

}  // namespace leasecheck::properties
