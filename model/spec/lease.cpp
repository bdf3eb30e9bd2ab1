// Rules 3, 4, 5, 7, 10: how a lease is granted, refreshed and taken back.

#include <algorithm>

#include "leasecheck/spec/step.hpp"
#include "leasecheck/spec/validity.hpp"
#include "model/spec/rules.hpp"

namespace leasecheck::model {
namespace {

/// Rule 4: a heartbeat never lowers anything (V4: sets it), and moves the version.
void refresh(const Variant& variant, Attempt& attempt, Time heartbeat_at, Time lease_expires_at) {
  const bool sets = variant.heartbeats == Heartbeats::set;
  Lease& lease = attempt.lease.value();
  lease.heartbeat_at = sets ? heartbeat_at : std::max(lease.heartbeat_at, heartbeat_at);
  lease.expires_at = sets ? lease_expires_at : std::max(lease.expires_at, lease_expires_at);
  ++attempt.version;
}

/// Rule 5, for one attempt. The delivery budget is looked at here and nowhere else.
void reap(State& state, Attempt& attempt, Time now) {
  const std::optional<std::int64_t> budget = attempt.spec.max_deliveries;
  if (budget && attempt.delivery_count >= *budget) {
    fail_finally(state, attempt, DeadLetterReason::delivery_exhausted, now);
  } else {
    requeue(state, attempt, now);
  }
}

/// Rule 7, for one attempt.
void time_out(State& state, Attempt& attempt, Time now) {
  switch (attempt.spec.on_timeout) {
    case OnTimeout::retry:
      return retry_or_fail(state, attempt, DeadLetterReason::timed_out, now);
    case OnTimeout::fail:
      return fail_finally(state, attempt, DeadLetterReason::timed_out, now);
    case OnTimeout::cancel:
      return finish(state, attempt, Status::cancelled, now);
  }
}

}  // namespace

std::optional<Time> execution_deadline(const Attempt& attempt) {
  if (!attempt.started_at || !attempt.spec.timeout) return std::nullopt;
  return saturating_add(*attempt.started_at, *attempt.spec.timeout);
}

LeaseRecord lease_record(const Attempt& attempt) {
  const Lease& lease = attempt.lease.value();
  return {.lease_id = lease.lease_id,
          .attempt_id = attempt.spec.attempt_id,
          .worker_id = lease.worker_id,
          .lease_expires_at = lease.expires_at,
          .heartbeat_at = lease.heartbeat_at,
          .version = attempt.version,
          .execution_deadline = execution_deadline(attempt)};
}

// Rule 3.
ResultOf<UpsertLease> apply(State& state, const UpsertLease& operation, Time now) {
  if (!is_valid_id(operation.worker_id) || operation.lease_expires_at <= now) {
    return std::unexpected(ErrorCode::invalid_argument);
  }
  const auto found = find_attempt(state, operation.attempt_id);
  if (!found) return std::unexpected(found.error());
  Attempt& attempt = **found;
  if (!is_dispatchable(attempt, now)) return std::unexpected(ErrorCode::not_dispatchable);

  attempt.lease = Lease{.lease_id = "L" + std::to_string(++state.leases_issued),
                        .worker_id = operation.worker_id,
                        .expires_at = operation.lease_expires_at,
                        .heartbeat_at = now};
  state.attempt_of_lease[attempt.lease->lease_id] = operation.attempt_id;
  attempt.status = Status::leased;
  attempt.started_at = now;
  attempt.retry_at.reset();
  attempt.last_ack.reset();  // rule 11: a claim forgets it
  ++attempt.delivery_count;
  ++attempt.version;
  return lease_record(attempt);
}

// Rule 4.
ResultOf<HeartbeatLease> apply(State& state, const HeartbeatLease& operation, Time) {
  if (!is_valid_id(operation.lease_id)) return std::unexpected(ErrorCode::invalid_argument);
  Attempt* const attempt = find_leased(state, operation.lease_id);
  if (attempt == nullptr || is_too_late(state, *attempt, operation.heartbeat_at)) {
    return std::unexpected(ErrorCode::stale_lease);
  }
  refresh(state.variant, *attempt, operation.heartbeat_at, operation.lease_expires_at);
  return Done{};
}

// Rule 10.
ResultOf<HeartbeatLeaseWithVersion> apply(State& state, const HeartbeatLeaseWithVersion& operation,
                                          Time) {
  const auto held =
      find_held(state, operation.lease_id, operation.worker_id, operation.heartbeat_at);
  if (!held) return std::unexpected(held.error());
  Attempt& attempt = **held;
  if (attempt.version != operation.expected_version) return std::unexpected(ErrorCode::stale_lease);
  refresh(state.variant, attempt, operation.heartbeat_at, operation.lease_expires_at);
  return lease_record(attempt);
}

// Rule 5.
ResultOf<ExpireLeasesAndRequeue> apply(State& state, const ExpireLeasesAndRequeue& operation,
                                       Time now) {
  Count reaped;
  for (auto& [id, attempt] : state.attempts) {
    if (!attempt.lease || attempt.lease->expires_at >= operation.stale_before) continue;
    reap(state, attempt, now);
    ++reaped.value;
  }
  return reaped;
}

// Rule 7.
ResultOf<TransitionTimedOutAttempts> apply(State& state,
                                           const TransitionTimedOutAttempts& operation, Time) {
  Count timed_out;
  for (auto& [id, attempt] : state.attempts) {
    const std::optional<Time> deadline = execution_deadline(attempt);
    if (!deadline || *deadline > operation.at) continue;
    time_out(state, attempt, operation.at);
    ++timed_out.value;
  }
  return timed_out;
}

}  // namespace leasecheck::model
