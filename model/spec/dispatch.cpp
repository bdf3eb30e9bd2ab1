// Rules 1, 2, 8: how attempts come in, and which of them wait for a worker, in which order.

#include <algorithm>
#include <tuple>
#include <utility>

#include "leasecheck/spec/step.hpp"
#include "leasecheck/spec/validity.hpp"
#include "model/spec/rules.hpp"

namespace leasecheck::model {

std::vector<const Attempt*> dispatchable_attempts(const State& state, Time at) {
  std::vector<const Attempt*> found;
  for (const auto& [id, attempt] : state.attempts) {
    if (is_dispatchable(attempt, at)) found.push_back(&attempt);
  }
  std::ranges::sort(found, [](const Attempt* left, const Attempt* right) {
    return dispatches_before(*left, *right);
  });
  return found;
}

std::optional<Time> dispatchable_at(const Attempt& attempt) {
  if (attempt.status == Status::queued) {
    return attempt.spec.not_before.value_or(beginning_of_time);
  }
  return attempt.retry_at;  // rule 15: present exactly in retry_backoff
}

bool is_dispatchable(const Attempt& attempt, Time now) {
  const std::optional<Time> from = dispatchable_at(attempt);
  return from && *from <= now;
}

bool dispatches_before(const Attempt& left, const Attempt& right) {
  // Rule 2; priority is descending, hence the crossed sides.
  return std::tie(right.spec.priority, left.ready_at, left.enqueue_seq) <
         std::tie(left.spec.priority, right.ready_at, right.enqueue_seq);
}

// Lease ids are never used twice, over a reset too (section 1); nothing else survives it.
ResultOf<Reset> apply(State& state, const Reset&, Time) {
  const std::uint64_t leases_issued = state.leases_issued;
  state = State{};
  state.leases_issued = leases_issued;
  return Done{};
}

// Rule 8.
ResultOf<EnqueueAttempt> apply(State& state, const EnqueueAttempt& operation, Time now) {
  const AttemptSpec& spec = operation.spec;
  if (!is_valid_spec(spec)) return std::unexpected(ErrorCode::invalid_argument);
  if (const auto known = state.attempts.find(spec.attempt_id); known != state.attempts.end()) {
    if (known->second.spec != spec) return std::unexpected(ErrorCode::already_exists);
    return Done{};
  }
  Attempt attempt;
  attempt.spec = spec;
  attempt.enqueue_seq = ++state.attempts_enqueued;
  attempt.version = state.version_floor;  // rule 28
  attempt.ready_at = std::max(now, spec.not_before.value_or(now));
  state.attempts.emplace(spec.attempt_id, std::move(attempt));
  return Done{};
}

// Rule 1: a look at `at`, which changes nothing.
ResultOf<ListDispatchableAttempts> apply(State& state, const ListDispatchableAttempts& operation,
                                         Time) {
  std::vector<DispatchRecord> listed;
  for (const Attempt* attempt : dispatchable_attempts(state, operation.at)) {
    if (listed.size() == operation.limit) break;
    listed.push_back(dispatch_record(*attempt));
  }
  return listed;
}

// Rule 15.
ResultOf<QueueDepth> apply(State& state, const QueueDepth& operation, Time) {
  return Count{dispatchable_attempts(state, operation.at).size()};
}

}  // namespace leasecheck::model
