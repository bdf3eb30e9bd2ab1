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

/// Rule 11: the attempt that remembers exactly this ack, or null.
const Attempt* find_acked(const State& state, const RememberedAck& ack) {
  for (const auto& [id, attempt] : state.attempts) {
    if (attempt.last_ack == ack) return &attempt;
  }
  return nullptr;
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

// Rule 9: the timeout runs from the grant, so `now` changes nothing.
ResultOf<StartAttempt> apply(State& state, const StartAttempt& operation, Time) {
  const auto held = find_held(state, operation.lease_id, operation.worker_id);
  if (!held) return std::unexpected(held.error());
  (*held)->status = Status::running;
  return Done{};
}

// Rule 12.
ResultOf<ReleaseLease> apply(State& state, const ReleaseLease& operation, Time now) {
  const auto held = find_held(state, operation.lease_id, operation.worker_id);
  if (!held) return std::unexpected(held.error());
  requeue(state, **held, now);
  return Done{};
}

// Rule 11.
ResultOf<AckAttempt> apply(State& state, const AckAttempt& operation, Time now) {
  const RememberedAck ack{operation.lease_id, operation.worker_id, operation.outcome};
  const auto held = find_held(state, operation.lease_id, operation.worker_id);
  if (!held) {
    const Attempt* const acked = find_acked(state, ack);
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
  const auto held = find_held(state, operation.lease_id, operation.worker_id);
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
