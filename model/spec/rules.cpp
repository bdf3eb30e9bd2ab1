#include "model/spec/rules.hpp"

#include "leasecheck/spec/validity.hpp"

namespace leasecheck::model {

std::expected<Attempt*, ErrorCode> find_attempt(State& state, const Id& attempt_id) {
  if (!is_valid_id(attempt_id)) return std::unexpected(ErrorCode::invalid_argument);
  const auto found = state.attempts.find(attempt_id);
  if (found == state.attempts.end()) return std::unexpected(ErrorCode::not_found);
  return &found->second;
}

Attempt* find_leased(State& state, const Id& lease_id) {
  const auto found = state.attempt_of_lease.find(lease_id);
  return found == state.attempt_of_lease.end() ? nullptr : &state.attempts.at(found->second);
}

bool is_too_late(const State& state, const Attempt& attempt, Time now) {
  return state.variant.late_holder == LateHolder::refused && attempt.lease->expires_at < now;
}

std::expected<Attempt*, ErrorCode> find_held(State& state, const Id& lease_id, const Id& worker_id,
                                             Time now) {
  if (!is_valid_id(lease_id) || !is_valid_id(worker_id)) {
    return std::unexpected(ErrorCode::invalid_argument);
  }
  Attempt* const attempt = find_leased(state, lease_id);
  if (attempt == nullptr || attempt->lease->worker_id != worker_id ||
      is_too_late(state, *attempt, now)) {
    return std::unexpected(ErrorCode::stale_lease);
  }
  return attempt;
}

void end_lease(State& state, Attempt& attempt) {
  if (!attempt.lease) return;
  const Variant& variant = state.variant;
  if (goes_by_attempt(variant.ack_holder) || variant.stale_ack == StaleAck::ignored) {
    state.attempt_of_ended_lease[attempt.lease->lease_id] = attempt.spec.attempt_id;
  }
  state.attempt_of_lease.erase(attempt.lease->lease_id);
  attempt.lease.reset();
  attempt.started_at.reset();
}

void requeue(State& state, Attempt& attempt, Time now) {
  end_lease(state, attempt);
  attempt.finished_at.reset();
  attempt.status = Status::queued;
  attempt.ready_at = now;
}

void finish(State& state, Attempt& attempt, Status status, Time now) {
  end_lease(state, attempt);
  attempt.status = status;
  attempt.retry_at.reset();
  attempt.finished_at = now;
}

void fail_finally(State& state, Attempt& attempt, DeadLetterReason reason, Time now) {
  finish(state, attempt, Status::failed, now);
  attempt.dead_letter = PendingDeadLetter{reason, attempt.attempt_no, now};
}

void retry_or_fail(State& state, Attempt& attempt, DeadLetterReason reason, Time now) {
  const RetryPolicy policy = attempt.spec.retry_policy.value_or(RetryPolicy{});
  if (attempt.attempt_no > policy.max_retries) return fail_finally(state, attempt, reason, now);
  end_lease(state, attempt);
  attempt.status = Status::retry_backoff;
  attempt.retry_at = saturating_add(now, backoff_after(policy, attempt.attempt_no));
  attempt.ready_at = *attempt.retry_at;
  ++attempt.attempt_no;
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

DispatchRecord dispatch_record(const Attempt& attempt) {
  return {.attempt_id = attempt.spec.attempt_id,
          .run_id = attempt.spec.run_id,
          .attempt_no = attempt.attempt_no,
          .status = attempt.status,
          .retry_at = attempt.retry_at};
}

DeadLetter dead_letter_record(const Attempt& attempt) {
  const PendingDeadLetter& letter = attempt.dead_letter.value();
  return {.attempt_id = attempt.spec.attempt_id,
          .run_id = attempt.spec.run_id,
          .attempt_no = letter.attempt_no,
          .reason = letter.reason,
          .dead_at = letter.dead_at};
}

}  // namespace leasecheck::model
