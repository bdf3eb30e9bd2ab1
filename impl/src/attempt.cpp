#include "attempt.hpp"

#include <algorithm>
#include <utility>

namespace lease {
namespace {

Duration exponential(const RetryPolicy& policy, std::uint32_t attempt_no) {
  Duration wait = policy.backoff;
  // A multiplier of two or more reaches the end of the range within 63 rounds.
  const bool grows = policy.multiplier > 1 && wait > Duration{0};
  for (std::uint32_t n = 1; grows && n < attempt_no && wait < Duration::max(); ++n) {
    wait = saturating_multiply(wait, policy.multiplier);
  }
  return wait;
}

Duration uncapped_backoff(const RetryPolicy& policy, std::uint32_t attempt_no) {
  switch (policy.strategy) {
    case BackoffStrategy::fixed:
      return policy.backoff;
    case BackoffStrategy::exponential:
      return exponential(policy, attempt_no);
  }
  std::unreachable();
}

}  // namespace

DispatchKey dispatch_key(const Attempt& attempt) {
  return {attempt.spec.priority, attempt.ready_at, attempt.enqueue_seq};
}

bool is_waiting(Status status) {
  return status == Status::queued || status == Status::retry_backoff;
}

std::optional<Time> due_at(const Attempt& attempt) {
  return attempt.status == Status::retry_backoff ? attempt.retry_at : attempt.spec.not_before;
}

std::optional<Lane> lane_of(const Attempt& attempt) {
  if (!is_waiting(attempt.status)) return std::nullopt;
  return due_at(attempt) == attempt.ready_at ? Lane::timed : Lane::ready;
}

bool is_dispatchable(const Attempt& attempt, Time now) {
  return is_waiting(attempt.status) && due_at(attempt).value_or(Time::min()) <= now;
}

std::optional<Time> execution_deadline(const Attempt& attempt) {
  if (!attempt.started_at || !attempt.spec.timeout) return std::nullopt;
  return saturating_add(*attempt.started_at, *attempt.spec.timeout);
}

Duration backoff_after(const RetryPolicy& policy, std::uint32_t attempt_no) {
  const Duration wait =
      std::min(uncapped_backoff(policy, attempt_no), policy.max_backoff.value_or(Duration::max()));
  return std::max(wait, Duration{1});
}

bool matches(const AttemptFilter& filter, const Attempt& attempt) {
  const AttemptSpec& spec = attempt.spec;
  return (!filter.status || attempt.status == *filter.status) &&
         (!filter.run_id || spec.run_id == *filter.run_id) &&
         (!filter.worker_id || (attempt.lease && attempt.lease->worker_id == *filter.worker_id)) &&
         (!filter.tenant_id || spec.tenant_id == filter.tenant_id);
}

AttemptRecord attempt_record(const Attempt& attempt) {
  return {.attempt_id = attempt.spec.attempt_id,
          .run_id = attempt.spec.run_id,
          .attempt_no = attempt.attempt_no,
          .status = attempt.status,
          .priority = attempt.spec.priority,
          .ready_at = attempt.ready_at,
          .retry_at = attempt.retry_at,
          .started_at = attempt.started_at,
          .delivery_count = attempt.delivery_count,
          .version = attempt.version,
          .finished_at = attempt.finished_at};
}

AttemptDispatchRecord dispatch_record(const Attempt& attempt) {
  return {attempt.spec.attempt_id, attempt.spec.run_id, attempt.attempt_no, attempt.status,
          attempt.retry_at};
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

DeadLetter dead_letter_record(const Attempt& attempt) {
  const PendingDeadLetter& letter = attempt.dead_letter.value();
  return {attempt.spec.attempt_id, attempt.spec.run_id, attempt.attempt_no, letter.reason,
          letter.dead_at};
}

}  // namespace lease
