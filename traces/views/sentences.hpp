#pragma once

#include <string_view>
#include <utility>

#include "leasecheck/spec/outcome.hpp"

namespace leasecheck::traces {

/// A sentence or two of the contract, word for word as model/README.md has them.
struct Clause {
  std::string_view source;  ///< "rule 11", or the heading that they stand under
  std::string_view text;
};

}  // namespace leasecheck::traces

/// The sentences of the contract that explanations quote. They stand in model/README.md, with which
/// a test compares them.
namespace leasecheck::traces::sentences {

inline constexpr Clause given_time{
    "one operation, one time",
    "An operation that is given now happens at that time and reads no clock."};
inline constexpr Clause heartbeat_time{
    "one operation, one time",
    "A plain or versioned heartbeat needs no time beyond its arguments."};
inline constexpr Clause dispatchable{
    "rule 1",
    "Dispatchable at now is a queued attempt whose not_before, if it has "
    "one, is not after now, and "
    "an attempt in backoff whose retry_at is not after now."};
inline constexpr Clause listed{
    "rule 1",
    "list_dispatchable_attempts(now, limit) answers the dispatchable attempts, the first limit in "
    "dispatch order."};
inline constexpr Clause limits{
    "rule 1",
    "A limit of 0 answers nothing; a limit beyond the signed 64-bit range means \"all\" and never "
    "wraps to a negative number."};
inline constexpr Clause order{
    "rule 2",
    "Dispatch order is a strict total order, the same for every implementation: higher priority "
    "first, then earlier ready_at, then earlier enqueue."};
inline constexpr Clause claim{
    "rule 3",
    "upsert_lease(attempt_id, worker_id, lease_expires_at) claims. At repository now it checks "
    "everything that the list checks, and grants in the same transaction: a new lease, status "
    "leased, the version and the delivery count one higher, "
    "started_at and heartbeat_at at repository now."};
inline constexpr Clause claim_refused{
    "rule 3",
    "An attempt that is not dispatchable is refused as not_dispatchable; so is one that has a "
    "lease, whoever holds it and whether or not it expired."};
inline constexpr Clause claim_expired{
    "rule 3", "An expiry that is not after repository now is an invalid_argument."};
inline constexpr Clause deadline{
    "rule 3",
    "The answer carries the execution_deadline, started_at + timeout, if the attempt has a "
    "timeout."};
inline constexpr Clause lease_ids{
    "words",
    "The id of a lease is opaque and never given again, not even after a restart or a reset."};
inline constexpr Clause heartbeat{
    "rule 4",
    "heartbeat_lease(lease_id, heartbeat_at, lease_expires_at) refreshes the current lease: expiry "
    "and heartbeat each become the larger of old and new, and the version goes up by one even if "
    "neither moved."};
inline constexpr Clause heartbeat_accepted{
    "rule 4",
    "A heartbeat is accepted after the expiry too: ownership by "
    "time ends in the reap and nowhere else."};
inline constexpr Clause heartbeat_stale{"rule 4", "A lease that is not current is stale_lease."};
inline constexpr Clause reap{
    "rule 5",
    "expire_leases_and_requeue(stale_before) takes every lease whose expiry lies before "
    "stale_before, strictly, and no other."};
inline constexpr Clause reap_queues{
    "rule 5",
    "The attempt is queued again with ready_at at repository now, its priority and attempt_no as "
    "they were."};
inline constexpr Clause reap_exhausts{
    "rule 5",
    "If the attempt has a budget of deliveries and has used it up (delivery_count >= "
    "max_deliveries), it "
    "fails for good instead and leaves a dead letter, delivery_exhausted."};
inline constexpr Clause reap_counts{"rule 5", "The answer counts every attempt that lost a lease."};
inline constexpr Clause latest{
    "rule 6",
    "latest_seq_for_run(run_id) answers the highest sequence of the run's events, 0 if it has "
    "none."};
inline constexpr Clause timeout{
    "rule 7",
    "transition_timed_out_attempts(now) ends every lease whose execution deadline is not after "
    "now."};
inline constexpr Clause timeout_ways{
    "rule 7",
    "The attempt's on_timeout says how: retry goes the way of a failure (rule 11) and, with no "
    "retries left, leaves a dead letter timed_out; fail leaves that dead letter at once; cancel "
    "cancels."};
inline constexpr Clause enqueue{"rule 8", "enqueue_attempt(spec) queues a new attempt."};
inline constexpr Clause enqueue_again{
    "rule 8",
    "An equal spec under the same id is accepted and changes nothing, whatever has become of the "
    "attempt; a different one is already_exists."};
inline constexpr Clause start{
    "rule 9",
    "start_attempt(lease_id, worker_id, now) turns leased into running and does nothing else: "
    "timeouts run from the grant. Starting again is accepted."};
inline constexpr Clause versioned{
    "rule 10",
    "heartbeat_lease_with_version is the heartbeat of rule 4 for a caller who also names the "
    "worker "
    "and the version seen last; any of them wrong is stale_lease. It answers the new record."};
inline constexpr Clause ack_holder{
    "rule 11",
    "ack_attempt(lease_id, worker_id, outcome, now) ends the work of the current holder."};
inline constexpr Clause ack_final{"rule 11", "completed and cancelled are final."};
inline constexpr Clause ack_failed{
    "rule 11",
    "failed goes into backoff while attempt_no <= max_retries: retry_at is now plus the backoff, "
    "attempt_no goes up by one; otherwise it is final and leaves a dead letter, failed."};
inline constexpr Clause backoff{
    "rule 11",
    "Backoff, from the attempt_no that failed: fixed is the base; exponential is base × "
    "multiplier^(attempt_no − 1). It is cut at max_backoff, and then at least 1 ms."};
inline constexpr Clause ack_again{
    "rule 11",
    "Repeating an ack with the same lease, worker and outcome is accepted "
    "with the first answer, at "
    "any time, until the attempt is claimed, cancelled or replayed."};
inline constexpr Clause ack_stale{"rule 11",
                                  "Any other ack of a lease that is not current is stale_lease."};
inline constexpr Clause release{
    "rule 12",
    "release_lease(lease_id, worker_id, now) gives the work back: queued, attempt_no and "
    "delivery_count as they were."};
inline constexpr Clause cancel{
    "rule 12",
    "cancel_attempt(attempt_id, now) ends any attempt that is not terminal and takes its lease; a "
    "terminal one is not_dispatchable."};
inline constexpr Clause append{
    "rule 13",
    "append_run_event(lease_id, worker_id, kind, payload, now) appends to the run of the leased "
    "attempt and answers the new sequence; only for the current holder."};
inline constexpr Clause letters{
    "rule 14",
    "An attempt has at most one dead letter, exactly while its status is failed, with the "
    "attempt_no that "
    "failed and the time of the operation that failed it. They are listed by (dead_at, "
    "attempt_id)."};
inline constexpr Clause replay{
    "rule 14",
    "replay_dead_letter(attempt_id, now) takes the dead letter away and queues the attempt with "
    "attempt_no 1 "
    "and "
    "delivery_count 0; the version goes on from where it was. Without a pending dead letter: "
    "not_dispatchable."};
inline constexpr Clause depth{"rule 15", "queue_depth (how many are dispatchable at a time)"};
inline constexpr Clause counts{"rule 15", "counts_by_status (how many attempts have each status)"};
inline constexpr Clause reading{
    "rule 15",
    "Nothing is left out of a record but what is absent: retry_at outside backoff, started_at "
    "without a lease, finished_at before the end; ready_at always stands with its last value."};
inline constexpr Clause several{
    "rule 25",
    "Each item is exactly the operation on one (rules 8, 10, 11), one after another, at one time: "
    "where that one reads the clock, the operation on several reads it once."};
inline constexpr Clause claims{
    "rule 26",
    "claim_attempts(worker_id, limit, lease_ttl) claims what a list at repository now would "
    "answer, in its order, each as rule 3 does, all in one transaction; each lease expires at "
    "repository now + lease_ttl, held at the end of time."};
inline constexpr Clause finish{
    "rule 27",
    "finished_at is part of an attempt's record: present exactly in the three terminal statuses, "
    "the time of the operation that ended it (ack, cancel, timeout: its now; reap: repository "
    "now), and so that of the dead letter where there is one. A replay removes it."};
inline constexpr Clause prune{
    "rule 28",
    "prune_attempts(finished_before, limit, with_dead_letters) deletes terminal attempts with "
    "finished_at < finished_before, the first limit by (finished_at, attempt_id); failed ones only "
    "if asked, together with their dead letters."};
inline constexpr Clause prune_runs{
    "rule 28",
    "The latest sequence of a run stays what it was while the run has an attempt; with its last "
    "attempt the run is gone, and a later run of that id begins at 1."};
inline constexpr Clause version_floor{
    "rule 28",
    "Versions never come back: the repository keeps a version floor, the highest version that any "
    "pruned attempt had, at which a new attempt begins; it survives restarts, and a reset sets it "
    "to 0."};
inline constexpr Clause page{
    "rule 29",
    "list_attempts(filter, after, limit) is for people and their tools: records by attempt_id "
    "bytewise, those after after, which need not exist, at most limit."};
inline constexpr Clause reset{
    "readings", "A reset ends everything except that lease ids are never used again."};
inline constexpr Clause refused{"errors", "A refused call changes nothing."};

/// The row of the table of errors.
inline Clause owed(model::ErrorCode error) {
  switch (error) {
    case model::ErrorCode::invalid_argument:
      return {"errors",
              "invalid_argument: a bad id; a missing or mistyped argument or an unknown word; a "
              "priority outside 32 "
              "bits; a negative limit; a timeout, max_deliveries or multiplier below 1; a backoff, "
              "max_backoff or max_retries below 0; max_deliveries, max_retries or multiplier above "
              "2^31 − 2; a claim's expiry not after repository now; a payload that is not JSON"};
    case model::ErrorCode::not_found:
      return {"errors",
              "not_found: an attempt id that was never enqueued, where an attempt is needed"};
    case model::ErrorCode::stale_lease:
      return {
          "errors",
          "stale_lease: the lease is not current, or not this worker's, or not at this version"};
    case model::ErrorCode::not_dispatchable:
      return {"errors", "not_dispatchable: the attempt's state does not allow it"};
    case model::ErrorCode::already_exists:
      return {"errors", "already_exists: the id is taken by another spec"};
    case model::ErrorCode::unavailable:
      return {"errors",
              "unavailable: the environment: busy, connection lost, disk full; may be tried again; "
              "says whether "
              "the effect is none or unknown"};
    case model::ErrorCode::corrupt:
      return {"errors", "corrupt: the storage holds what no repository wrote"};
  }
  std::unreachable();
}

}  // namespace leasecheck::traces::sentences
