#pragma once

#include <cstdint>
#include <vector>

#include "lease/records.hpp"
#include "lease/result.hpp"

namespace lease {

/// The storage contract of a runtime that dispatches attempts to workers under leases: the six
/// methods. The rules that are cited are those of the contract (model/README.md).
///
/// What holds for every method, here and in the interfaces derived from this one:
///
/// - It is atomic and happens at one time: the `now` that it takes, or the injected clock's where
///   the method says so, which is read once. (Where a transaction that several calls share has to
///   be done again for each of them, as after an exception, it is read anew.) Times may go
///   backwards.
/// - Pre: none. Whatever is passed is answered.
/// - Errors: a refused call has changed nothing. Where several errors apply, the first in the order
///   of `ErrorCode` is answered; invalid arguments are, without waiting for any lock, except an
///   expiry that has to be compared with the clock. Besides those that a method names, any may
///   answer `unavailable`, alone in that its `effect` may be `unknown`, and `corrupt`.
/// - Exceptions: what the injected clock or id source throws reaches the caller, and nothing has
///   changed. Otherwise only `std::bad_alloc`, after which a memory repository's state is
///   undefined.
/// - Thread: any, several at a time. Calls of one object run one after another, first come, first
///   served, so each waits for those before it. Calls that wait at the same time share a
///   transaction and its commit, and are carried out by the thread of one of them; the clock and
///   the id source are asked there. None is answered before the commit, and if that fails, all of
///   them are `unavailable`. One that *writes* to SQLite also waits for other objects and processes
///   that write to the file, as long as `SqliteOptions::busy_timeout`, and then until its commit is
///   safe on the disk. One that *reads* waits for no other process, except while that one repairs
///   the file after a crash.
/// - Complexity: n is the number of attempts, k that of the answered or changed ones.
class RuntimeRepository {
 public:
  RuntimeRepository(const RuntimeRepository&) = delete;
  RuntimeRepository& operator=(const RuntimeRepository&) = delete;
  virtual ~RuntimeRepository() = default;

  /// Lists the attempts that may be claimed at `now`, in dispatch order: priority descending,
  /// ready_at ascending, enqueue order. Advisory: it changes nothing, and a claim may still be
  /// refused.
  /// Returns: at most `limit` candidates; none for a limit of 0.
  /// Thread: reads.
  /// Complexity: O(k + p log n), p the number of priorities among the attempts that wait for a
  /// time; independent of the number of leased and finished ones.
  /// Source: rules 1, 2.
  [[nodiscard]] virtual Result<std::vector<AttemptDispatchRecord>> list_dispatchable_attempts(
      Time now, std::uint64_t limit) = 0;

  /// Claims the attempt, at the clock's time, which is read once: a new lease, status `leased`,
  /// `version + 1`, `delivery_count + 1`. In spite of its name it never updates a lease that is
  /// there.
  /// Returns: the lease; its `version` is the fencing token of this grant.
  /// Errors: `invalid_argument` (bad id; expiry not after the clock's time), `not_found`,
  /// `not_dispatchable` (not ready, finished, or leased: by the same worker and when expired too).
  /// Thread: writes. A claim that had to wait is judged by the time of its grant.
  /// Complexity: O(log n).
  /// Source: rule 3.
  [[nodiscard]] virtual Result<LeaseRecord> upsert_lease(const AttemptId& attempt_id,
                                                         const WorkerId& worker_id,
                                                         Time lease_expires_at) = 0;

  /// Refreshes the current lease: expiry and heartbeat become the larger of old and new,
  /// `version + 1`. It is accepted past the lease's expiry too, until the lease is reaped. No time
  /// is invalid.
  /// Errors: `invalid_argument` (bad id), `stale_lease` (not the id of a current lease).
  /// Thread: writes.
  /// Complexity: O(log n).
  /// Source: rule 4.
  [[nodiscard]] virtual Result<void> heartbeat_lease(const LeaseId& lease_id, Time heartbeat_at,
                                                     Time lease_expires_at) = 0;

  /// Takes exactly the leases whose expiry is before `stale_before` (strict) and requeues their
  /// attempts, or fails those whose deliveries are exhausted. Reads the clock once, for the times
  /// that it writes.
  /// Returns: how many attempts lost a lease.
  /// Thread: writes; all of it is one transaction, so that a reap that was put off for long keeps
  /// other writers waiting: in SQLite about a second for each 100,000 leases, and up to 15 seconds
  /// for a million. Writers whose `busy_timeout` is shorter answer `unavailable` meanwhile. There
  /// is no limit to pass: reap often enough that k stays small, or in steps, by a `stale_before`
  /// that goes up to the intended one.
  /// Complexity: O(k log n) in time, k the leases taken; O(k) in memory, in SQLite about 600 bytes
  /// for each.
  /// Source: rule 5.
  [[nodiscard]] virtual Result<std::uint64_t> expire_leases_and_requeue(Time stale_before) = 0;

  /// Returns: the highest event sequence of the run, 0 if it has none.
  /// Errors: `invalid_argument` (bad id).
  /// Thread: reads.
  /// Complexity: O(log of the number of events).
  /// Source: rule 6.
  [[nodiscard]] virtual Result<std::uint64_t> latest_seq_for_run(const RunId& run_id) = 0;

  /// Ends the leases of attempts that have been leased for their timeout or longer at `now`, each
  /// by its `on_timeout`. This default, for a repository without timeouts, does nothing.
  /// Returns: how many attempts lost a lease.
  /// Thread: writes; all of it is one transaction, at the cost of one that reaps.
  /// Complexity: O(k log n) in time, k the leases ended; O(k) in memory.
  /// Source: rule 7.
  [[nodiscard]] virtual Result<std::uint64_t> transition_timed_out_attempts(Time now) {
    static_cast<void>(now);
    return std::uint64_t{0};
  }

 protected:
  RuntimeRepository() = default;
};

}  // namespace lease
