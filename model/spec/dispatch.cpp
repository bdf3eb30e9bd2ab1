// Rules 1, 2, 8: how attempts come in, and which of them wait for a worker, in which order.

#include <algorithm>
#include <tuple>
#include <utility>

#include "leasecheck/spec/step.hpp"
#include "leasecheck/spec/validity.hpp"
#include "model/spec/rules.hpp"

namespace leasecheck::model {
namespace {

/// The lower, the earlier.
std::int64_t urgency(const Variant& variant, const Attempt& attempt) {
  switch (variant.priorities) {
    case Priorities::higher_first:
      return -std::int64_t{attempt.spec.priority};
    case Priorities::lower_first:
      return attempt.spec.priority;
    case Priorities::none:
      return 0;
  }
  std::unreachable();
}

bool goes_first(DispatchOrder order, const Attempt& left, const Attempt& right) {
  const auto place = [](const Attempt& attempt) {
    return std::tuple(attempt.ready_at, attempt.enqueue_seq);
  };
  switch (order) {
    case DispatchOrder::ready_fifo:
    case DispatchOrder::none:
      return place(left) < place(right);
    case DispatchOrder::attempt_id:
      return std::tie(left.attempt_no, left.spec.attempt_id) <
             std::tie(right.attempt_no, right.spec.attempt_id);
    case DispatchOrder::enqueue_fifo:
      return left.enqueue_seq < right.enqueue_seq;
    case DispatchOrder::requeue_first:
      return std::tuple(left.delivery_count == 0, place(left)) <
             std::tuple(right.delivery_count == 0, place(right));
  }
  std::unreachable();
}

}  // namespace

std::vector<const Attempt*> dispatchable_attempts(const State& state, Time at) {
  std::vector<const Attempt*> found;
  for (const auto& [id, attempt] : state.attempts) {
    if (is_dispatchable(attempt, at)) found.push_back(&attempt);
  }
  std::ranges::sort(found, [&state](const Attempt* left, const Attempt* right) {
    return dispatches_before(state.variant, *left, *right);
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

bool dispatches_before(const Variant& variant, const Attempt& left, const Attempt& right) {
  const std::int64_t one = urgency(variant, left);
  const std::int64_t other = urgency(variant, right);
  return one != other ? one < other : goes_first(variant.order, left, right);
}

// Lease ids are never used twice, over a reset too (section 1); nothing else survives it but the
// variant.
ResultOf<Reset> apply(State& state, const Reset&, Time) {
  State empty;
  empty.variant = state.variant;
  empty.leases_issued = state.leases_issued;
  state = std::move(empty);
  return Done{};
}

// Rule 8.
ResultOf<EnqueueAttempt> apply(State& state, const EnqueueAttempt& operation, Time now) {
  const AttemptSpec& spec = operation.spec;
  if (!is_valid_spec(spec)) return std::unexpected(ErrorCode::invalid_argument);
  if (const auto known = state.attempts.find(spec.attempt_id); known != state.attempts.end()) {
    const KnownId answer = state.variant.known_id;
    const bool is_refused =
        answer == KnownId::refused || (answer == KnownId::compared && known->second.spec != spec);
    if (is_refused) return std::unexpected(ErrorCode::already_exists);
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
