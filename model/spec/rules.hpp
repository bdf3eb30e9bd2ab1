#pragma once

#include <expected>
#include <optional>

#include "leasecheck/spec/operation_traits.hpp"
#include "leasecheck/spec/state.hpp"

/// The inside of the step function: one `apply` per operation, and the few moves of an attempt that
/// several rules share. Every `apply` decides first and changes last, so that a refused operation
/// has changed nothing. `now` is the action's time.
namespace leasecheck::model {

/// What a rule gives: the answer that the operation's traits announce, or an error.
template <class Operation>
using ResultOf = std::expected<AnswerTo<Operation>, ErrorCode>;

ResultOf<Reset> apply(State& state, const Reset& operation, Time now);
ResultOf<EnqueueAttempt> apply(State& state, const EnqueueAttempt& operation, Time now);
ResultOf<ListDispatchableAttempts> apply(State& state, const ListDispatchableAttempts& operation,
                                         Time now);
ResultOf<UpsertLease> apply(State& state, const UpsertLease& operation, Time now);
ResultOf<HeartbeatLease> apply(State& state, const HeartbeatLease& operation, Time now);
ResultOf<HeartbeatLeaseWithVersion> apply(State& state, const HeartbeatLeaseWithVersion& operation,
                                          Time now);
ResultOf<ExpireLeasesAndRequeue> apply(State& state, const ExpireLeasesAndRequeue& operation,
                                       Time now);
ResultOf<TransitionTimedOutAttempts> apply(State& state,
                                           const TransitionTimedOutAttempts& operation, Time now);
ResultOf<LatestSeqForRun> apply(State& state, const LatestSeqForRun& operation, Time now);
ResultOf<StartAttempt> apply(State& state, const StartAttempt& operation, Time now);
ResultOf<ReleaseLease> apply(State& state, const ReleaseLease& operation, Time now);
ResultOf<AckAttempt> apply(State& state, const AckAttempt& operation, Time now);
ResultOf<AppendRunEvent> apply(State& state, const AppendRunEvent& operation, Time now);
ResultOf<CancelAttempt> apply(State& state, const CancelAttempt& operation, Time now);
ResultOf<ReplayDeadLetter> apply(State& state, const ReplayDeadLetter& operation, Time now);
ResultOf<ListDeadLetters> apply(State& state, const ListDeadLetters& operation, Time now);
ResultOf<GetAttempt> apply(State& state, const GetAttempt& operation, Time now);
ResultOf<GetLease> apply(State& state, const GetLease& operation, Time now);
ResultOf<GetLeaseForAttempt> apply(State& state, const GetLeaseForAttempt& operation, Time now);
ResultOf<QueueDepth> apply(State& state, const QueueDepth& operation, Time now);
ResultOf<CountByStatus> apply(State& state, const CountByStatus& operation, Time now);
ResultOf<ListRunEvents> apply(State& state, const ListRunEvents& operation, Time now);
ResultOf<EnqueueAttempts> apply(State& state, const EnqueueAttempts& operation, Time now);
ResultOf<HeartbeatLeases> apply(State& state, const HeartbeatLeases& operation, Time now);
ResultOf<AckAttempts> apply(State& state, const AckAttempts& operation, Time now);
ResultOf<ClaimAttempts> apply(State& state, const ClaimAttempts& operation, Time now);
ResultOf<PruneAttempts> apply(State& state, const PruneAttempts& operation, Time now);
ResultOf<ListAttempts> apply(State& state, const ListAttempts& operation, Time now);

/// The attempt with this id.
/// Errors: `invalid_argument` (bad id), `not_found`, in this order.
[[nodiscard]] std::expected<Attempt*, ErrorCode> find_attempt(State& state, const Id& attempt_id);

/// The attempt whose current lease has this id, or null.
[[nodiscard]] Attempt* find_leased(State& state, const Id& lease_id);

/// The attempt whose current lease has this id and belongs to the worker (rules 9 to 13).
/// Errors: `invalid_argument` (a bad id), `stale_lease`, in this order.
[[nodiscard]] std::expected<Attempt*, ErrorCode> find_held(State& state, const Id& lease_id,
                                                           const Id& worker_id, Time now);

/// V5: whether the holder of the lease comes too late. Pre: the attempt has a lease.
[[nodiscard]] bool is_too_late(const State& state, const Attempt& attempt, Time now);

/// Ends the attempt's lease, if it has one: no row, no `started_at`. The caller sets the status.
void end_lease(State& state, Attempt& attempt);

/// The attempt waits for a worker again from `now` on, in this order only (rule 2).
void requeue(State& state, Attempt& attempt, Time now);

/// Rule 27: the attempt ends in `status`, which is terminal, at `now`, without a dead letter.
void finish(State& state, Attempt& attempt, Status status, Time now);

/// The attempt fails for good and leaves its one dead letter (rule 14).
void fail_finally(State& state, Attempt& attempt, DeadLetterReason reason, Time now);

/// Rule 11: into backoff while retries are left, otherwise a final failure for this reason.
void retry_or_fail(State& state, Attempt& attempt, DeadLetterReason reason, Time now);

/// Rules 1 and 2: every dispatchable attempt, in dispatch order.
[[nodiscard]] std::vector<const Attempt*> dispatchable_attempts(const State& state, Time at);

/// What a caller sees of the attempt, its lease and its dead letter.
/// Pre: the attempt has the lease, or the dead letter, that is asked for.
[[nodiscard]] AttemptRecord attempt_record(const Attempt& attempt);
[[nodiscard]] DispatchRecord dispatch_record(const Attempt& attempt);
[[nodiscard]] LeaseRecord lease_record(const Attempt& attempt);
[[nodiscard]] DeadLetter dead_letter_record(const Attempt& attempt);

}  // namespace leasecheck::model
