#include <algorithm>
#include <utility>

#include "stored_repository.hpp"

/// The transitions of an attempt, rule by rule: the protected steps of StoredRepository.
namespace lease {
namespace {

void end_lease(Attempt& attempt) {
  attempt.lease.reset();
  attempt.started_at.reset();
}

}  // namespace

Attempt* StoredRepository::find_current(const LeaseId& lease_id) {
  Attempt* attempt = store().find_by_lease(lease_id);
  return attempt != nullptr && attempt->lease ? attempt : nullptr;
}

Attempt* StoredRepository::find_held(const Holder& holder) {
  Attempt* attempt = find_current(holder.lease_id);
  return attempt != nullptr && attempt->lease->worker_id == holder.worker_id ? attempt : nullptr;
}

bool StoredRepository::may_claim(const Attempt& attempt, Time now) {
  return is_dispatchable(attempt, now);
}

void StoredRepository::grant(Attempt& attempt, Lease lease) {
  attempt.status = Status::leased;
  attempt.version += 1;
  attempt.delivery_count += 1;
  attempt.retry_at.reset();
  attempt.started_at = lease.heartbeat_at;
  attempt.last_ack.reset();
  attempt.lease = std::move(lease);
}

void StoredRepository::refresh(Attempt& attempt, Time heartbeat_at, Time expires_at) {
  Lease& lease = attempt.lease.value();
  lease.heartbeat_at = std::max(lease.heartbeat_at, heartbeat_at);
  lease.expires_at = std::max(lease.expires_at, expires_at);
  attempt.version += 1;
}

void StoredRepository::requeue(Attempt& attempt, Time now) {
  end_lease(attempt);
  attempt.finished_at.reset();
  attempt.status = Status::queued;
  attempt.ready_at = now;
}

void StoredRepository::reap(Attempt& attempt, Time now) {
  const auto& max_deliveries = attempt.spec.max_deliveries;
  if (max_deliveries && attempt.delivery_count >= *max_deliveries) {
    fail(attempt, DeadLetterReason::delivery_exhausted, now);
  } else {
    requeue(attempt, now);
  }
}

void StoredRepository::time_out(Attempt& attempt, Time now) {
  switch (attempt.spec.on_timeout) {
    case OnTimeout::retry:
      return retry_or_fail(attempt, DeadLetterReason::timed_out, now);
    case OnTimeout::fail:
      return fail(attempt, DeadLetterReason::timed_out, now);
    case OnTimeout::cancel:
      return finish(attempt, Status::cancelled, now);
  }
  std::unreachable();
}

void StoredRepository::retry_or_fail(Attempt& attempt, DeadLetterReason reason, Time now) {
  const auto& policy = attempt.spec.retry_policy;
  if (!policy || attempt.attempt_no > policy->max_retries) return fail(attempt, reason, now);
  end_lease(attempt);
  attempt.status = Status::retry_backoff;
  attempt.retry_at = saturating_add(now, backoff(*policy, attempt.attempt_no));
  attempt.ready_at = *attempt.retry_at;
  attempt.attempt_no += 1;
}

Duration StoredRepository::backoff(const RetryPolicy& policy, std::uint32_t attempt_no) {
  return backoff_after(policy, attempt_no);
}

void StoredRepository::fail(Attempt& attempt, DeadLetterReason reason, Time now) {
  end_lease(attempt);
  attempt.status = Status::failed;
  attempt.dead_letter = PendingDeadLetter{reason, now};
  attempt.finished_at = now;
  if (seen_ != nullptr) seen_->dead_letter_added(dead_letter_record(attempt));
}

void StoredRepository::finish(Attempt& attempt, Status status, Time now) {
  end_lease(attempt);
  attempt.status = status;
  attempt.retry_at.reset();
  attempt.finished_at = now;
}

void StoredRepository::ack(Attempt& attempt, AckOutcome outcome, Time now) {
  attempt.last_ack =
      RememberedAck{attempt.lease.value().lease_id, attempt.lease.value().worker_id, outcome};
  switch (outcome) {
    case AckOutcome::completed:
      return finish(attempt, Status::completed, now);
    case AckOutcome::failed:
      return retry_or_fail(attempt, DeadLetterReason::failed, now);
    case AckOutcome::cancelled:
      return finish(attempt, Status::cancelled, now);
  }
  std::unreachable();
}

bool StoredRepository::repeats_last_ack(const Attempt& attempt, const Holder& holder,
                                        AckOutcome outcome) {
  const auto& last = attempt.last_ack;
  return last && last->lease_id == holder.lease_id && last->worker_id == holder.worker_id &&
         last->outcome == outcome;
}

void StoredRepository::replay(Attempt& attempt, Time now) {
  requeue(attempt, now);
  attempt.dead_letter.reset();
  attempt.last_ack.reset();
  attempt.attempt_no = 1;
  attempt.delivery_count = 0;
}

}  // namespace lease
