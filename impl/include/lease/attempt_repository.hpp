#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "lease/worker_repository.hpp"

namespace lease {

/// Which attempts are listed: those that match all that is given.
struct AttemptFilter {
  std::optional<Status> status;
  std::optional<RunId> run_id;
  std::optional<WorkerId> worker_id;  ///< of the current lease
  std::optional<TenantId> tenant_id;
};

/// Which attempts are pruned: finished before this time, the first `limit` in the order of
/// (finished_at, attempt_id). Finally failed ones are kept unless `with_dead_letters` is set; then
/// their dead letters go with them.
struct PruneRange {
  Time finished_before{};
  std::uint64_t limit = 0;
  bool with_dead_letters = false;
};

/// How long a change by another process may go unnoticed by those who wait for work.
inline constexpr Duration work_look_period{20};

/// The whole repository: besides what runtime and workers need, how attempts come in and how people
/// look at them. What holds for every method stands beside `RuntimeRepository`.
class AttemptRepository : public WorkerRepository {
 public:
  /// Adds an attempt, at the clock's time, which is read once. Idempotent: the same spec again is
  /// Ok, whatever has become of the attempt.
  /// Errors: `invalid_argument` (bad id, a number out of its range), `already_exists` (the same id
  /// with another spec).
  /// Thread: writes.
  /// Complexity: O(log n).
  /// Source: rule 8.
  [[nodiscard]] virtual Result<void> enqueue_attempt(const AttemptSpec& spec) = 0;

  /// `enqueue_attempt` for each, at the clock's time, which is read once, in one transaction.
  /// Returns: what each was answered, in the order given.
  /// Errors: none of its own; each item has its own. An empty span is answered without a lock and
  /// without a look at the clock.
  /// Thread: writes.
  /// Complexity: O(k log n).
  /// Source: rule 25.
  [[nodiscard]] virtual Result<Results<void>> enqueue_attempts(
      std::span<const AttemptSpec> specs) = 0;

  /// Ends an attempt that is not terminal, leased or not: finished at `now`.
  /// Errors: `invalid_argument`, `not_found`, `not_dispatchable` (already terminal).
  /// Thread: writes.
  /// Complexity: O(log n).
  /// Source: rule 12.
  [[nodiscard]] virtual Result<void> cancel_attempt(const AttemptId& attempt_id, Time now) = 0;

  /// Returns: pending dead letters by (dead_at, attempt_id), at most `limit`.
  /// Thread: reads.
  /// Complexity: O(k + log n).
  /// Source: rule 14.
  [[nodiscard]] virtual Result<std::vector<DeadLetter>> list_dead_letters(std::uint64_t limit) = 0;

  /// Queues a finally failed attempt again: `attempt_no = 1`, `delivery_count = 0`; its dead letter
  /// is gone.
  /// Errors: `invalid_argument`, `not_found`, `not_dispatchable` (no pending dead letter).
  /// Thread: writes.
  /// Complexity: O(log n).
  /// Source: rule 14.
  [[nodiscard]] virtual Result<void> replay_dead_letter(const AttemptId& attempt_id, Time now) = 0;

  /// Returns: the attempt as it is now.
  /// Errors: `invalid_argument`, `not_found`.
  /// Thread: reads.
  /// Complexity: O(log n).
  /// Source: rule 15, as for all that follow.
  [[nodiscard]] virtual Result<AttemptRecord> get_attempt(const AttemptId& attempt_id) = 0;

  /// Returns: the attempt's current lease, or nothing; nothing for an unknown attempt as well.
  /// Errors: `invalid_argument`.
  /// Thread: reads.
  /// Complexity: O(log n).
  [[nodiscard]] virtual Result<std::optional<LeaseRecord>> get_lease_for_attempt(
      const AttemptId& attempt_id) = 0;

  /// Lists attempts for people and their tools: by attempt id, bytewise, those after `after`, which
  /// need not exist. The next page begins after the last one's last attempt; while nothing changes,
  /// all pages together are everything.
  /// Returns: at most `limit`; none where a filter names what nobody has.
  /// Errors: `invalid_argument` (a bad id).
  /// Thread: reads.
  /// Complexity: O(k + log n) without a filter, and by run in SQLite; otherwise it reads on until k
  /// match. In memory the first list after an enqueue or a prune sorts all ids.
  /// Source: rule 29.
  [[nodiscard]] virtual Result<std::vector<AttemptRecord>> list_attempts(
      const AttemptFilter& filter, const std::optional<AttemptId>& after, std::uint64_t limit) = 0;

  /// Deletes finished attempts, with their memory of the last ack and their run events; a run is
  /// gone with its last attempt. The id of a pruned attempt is unknown again, and an enqueue of it
  /// makes a new attempt; its versions go on above all that were ever pruned, so that no fencing
  /// token comes back.
  /// Returns: how many were deleted. Call it again while it answers `limit`.
  /// Thread: writes; all of it is one transaction, so a large limit keeps other writers waiting.
  /// Complexity: O(k (log n + events of each)), whatever else there is.
  /// Source: rule 28.
  [[nodiscard]] virtual Result<std::uint64_t> prune_attempts(const PruneRange& range) = 0;

  /// Returns: how many attempts are dispatchable at `now`.
  /// Thread: reads.
  /// Complexity: O(attempts that wait for a worker).
  [[nodiscard]] virtual Result<std::uint64_t> queue_depth(Time now) = 0;

  /// Returns: how many attempts have each status.
  /// Thread: reads.
  /// Complexity: O(1) in memory; O(n) in SQLite, which reads every attempt.
  [[nodiscard]] virtual Result<CountsByStatus> counts_by_status() = 0;

  /// Returns: the run's events with a sequence above `after`, in order, at most `limit`; none for
  /// an unknown run.
  /// Errors: `invalid_argument`.
  /// Thread: reads.
  /// Complexity: O(k + log of the number of events).
  [[nodiscard]] virtual Result<std::vector<RunEvent>> list_run_events(const RunId& run_id,
                                                                      std::uint64_t after,
                                                                      std::uint64_t limit) = 0;

  /// Returns: everything, in canonical order. For tests and small repositories: the whole content
  /// is copied, in one transaction that all other calls of this object wait for.
  /// Thread: reads.
  /// Complexity: O(n + events), in time and in memory.
  [[nodiscard]] virtual Result<Snapshot> snapshot() = 0;

  /// Empties the repository: attempts, leases, dead letters and events. Nothing brings them back,
  /// and versions begin at 0 again.
  /// Thread: writes.
  /// Complexity: O(n + events).
  [[nodiscard]] virtual Result<void> reset() = 0;

  /// Waits until an attempt may have become dispatchable, for a worker that has found none: by a
  /// call of this object at once, by another object or process within `work_look_period`. What
  /// becomes due by time alone wakes nobody. A claim that finds nothing ends what was announced
  /// before it.
  /// Returns: whether one may have; false after `timeout` or a request to stop.
  /// Thread: any; it holds no lock while it waits, and one of those who wait reads now and then.
  /// Complexity: O(1).
  [[nodiscard]] virtual bool wait_for_work(std::stop_token stop, Duration timeout) = 0;

  /// Returns: whether what was acknowledged is still there after the process was killed.
  /// Thread: any; it does not block.
  /// Complexity: O(1).
  /// Source: rule 17.
  [[nodiscard]] virtual bool is_durable() const = 0;
};

}  // namespace lease
