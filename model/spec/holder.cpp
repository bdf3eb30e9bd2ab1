// Rules 9, 11, 12, 13: what the holder of a current lease may do with its attempt.

#include "leasecheck/spec/validity.hpp"
#include "model/spec/json.hpp"
#include "model/spec/rules.hpp"

namespace leasecheck::model {
namespace {

/// Rule 11: the answer to an ack. Until the ack is forgotten nothing moves what it is made of, so
/// that a repetition is answered like the first one.
AckResult answer_to_ack(const Attempt& attempt) {
  return {.status = attempt.status, .attempt_no = attempt.attempt_no, .retry_at = attempt.retry_at};
}

/// V6: whether two acks are the same, as far as the variant looks at who gives it.
bool are_same(const Variant& variant, const RememberedAck& one, const RememberedAck& other) {
  const bool shows_lease = !goes_by_attempt(variant.ack_holder);
  const bool shows_worker =
      variant.ack_holder == AckHolder::lease_and_worker || variant.ack_holder == AckHolder::worker;
  return one.outcome == other.outcome && (!shows_lease || one.lease_id == other.lease_id) &&
         (!shows_worker || one.worker_id == other.worker_id);
}

/// The attempt that the lease was granted for, or null: it is pruned, or nobody knows.
Attempt* find_named(State& state, const Id& lease_id) {
  if (Attempt* const leased = find_leased(state, lease_id)) return leased;
  const auto ended = state.attempt_of_ended_lease.find(lease_id);
  if (ended == state.attempt_of_ended_lease.end()) return nullptr;
  const auto attempt = state.attempts.find(ended->second);
  return attempt == state.attempts.end() ? nullptr : &attempt->second;
}

/// Rule 11: the attempt that remembers this ack, or null.
const Attempt* find_acked(State& state, const RememberedAck& ack) {
  const auto remembers = [&](const Attempt& attempt) {
    return attempt.last_ack && are_same(state.variant, *attempt.last_ack, ack);
  };
  if (goes_by_attempt(state.variant.ack_holder)) {
    const Attempt* const named = find_named(state, ack.lease_id);
    return named != nullptr && remembers(*named) ? named : nullptr;
  }
  for (const auto& [id, attempt] : state.attempts) {
    if (remembers(attempt)) return &attempt;
  }
  return nullptr;
}

/// Rule 11, V6: the attempt that the ack ends.
/// Errors: `invalid_argument` (a bad id), `not_found` (it goes by attempt and names none),
/// `stale_lease`, in this order.
std::expected<Attempt*, ErrorCode> find_for_ack(State& state, const AckAttempt& ack, Time now) {
  const AckHolder holder = state.variant.ack_holder;
  if (holder == AckHolder::lease_and_worker) {
    return find_held(state, ack.lease_id, ack.worker_id, now);
  }
  if (!is_valid_id(ack.lease_id) || !is_valid_id(ack.worker_id)) {
    return std::unexpected(ErrorCode::invalid_argument);
  }
  Attempt* const attempt =
      goes_by_attempt(holder) ? find_named(state, ack.lease_id) : find_leased(state, ack.lease_id);
  if (attempt == nullptr && goes_by_attempt(holder)) return std::unexpected(ErrorCode::not_found);
  const bool is_held = attempt != nullptr && attempt->lease && !is_too_late(state, *attempt, now);
  const bool is_wrong =
      is_held && holder == AckHolder::worker && attempt->lease->worker_id != ack.worker_id;
  if (!is_held || is_wrong) return std::unexpected(ErrorCode::stale_lease);
  return attempt;
}

void end_by_outcome(State& state, Attempt& attempt, AckOutcome outcome, Time now) {
  switch (outcome) {
    case AckOutcome::completed:
      return finish(state, attempt, Status::completed, now);
    case AckOutcome::failed:
      return retry_or_fail(state, attempt, DeadLetterReason::failed, now);
    case AckOutcome::cancelled:
      return finish(state, attempt, Status::cancelled, now);
  }
}

}  // namespace

// Rule 9: the timeout runs from the grant, so `now` changes nothing (but see V5).
ResultOf<StartAttempt> apply(State& state, const StartAttempt& operation, Time now) {
  const auto held = find_held(state, operation.lease_id, operation.worker_id, now);
  if (!held) return std::unexpected(held.error());
  (*held)->status = Status::running;
  return Done{};
}

// Rule 12.
ResultOf<ReleaseLease> apply(State& state, const ReleaseLease& operation, Time now) {
  const auto held = find_held(state, operation.lease_id, operation.worker_id, now);
  if (!held) return std::unexpected(held.error());
  requeue(state, **held, now);
  return Done{};
}

// Rule 11.
ResultOf<AckAttempt> apply(State& state, const AckAttempt& operation, Time now) {
  const RememberedAck ack{operation.lease_id, operation.worker_id, operation.outcome};
  const auto held = find_for_ack(state, operation, now);
  if (!held) {
    const Attempt* acked = nullptr;
    if (state.variant.repeated_ack == RepeatedAck::same) acked = find_acked(state, ack);
    if (acked == nullptr && state.variant.stale_ack == StaleAck::ignored) {
      acked = find_named(state, operation.lease_id);
    }
    if (acked == nullptr) return std::unexpected(held.error());
    return answer_to_ack(*acked);
  }
  Attempt& attempt = **held;
  end_by_outcome(state, attempt, operation.outcome, now);
  attempt.last_ack = ack;
  return answer_to_ack(attempt);
}

// Rule 13.
ResultOf<AppendRunEvent> apply(State& state, const AppendRunEvent& operation, Time now) {
  if (!is_valid_id(operation.kind) || !is_json(operation.payload)) {
    return std::unexpected(ErrorCode::invalid_argument);
  }
  const auto held = find_held(state, operation.lease_id, operation.worker_id, now);
  if (!held) return std::unexpected(held.error());
  const AttemptSpec& spec = (*held)->spec;
  Run& run = state.runs[spec.run_id];
  run.events.push_back({.seq = ++run.latest_seq,
                        .attempt_id = spec.attempt_id,
                        .kind = operation.kind,
                        .payload = operation.payload,
                        .at = now});
  return Sequence{run.latest_seq};
}

}  // namespace leasecheck::model
