#pragma once

#include <cstdint>
#include <vector>

#include "lease/result.hpp"
#include "lease/types.hpp"

namespace lease {

/// The storage contract of a runtime that dispatches attempts to workers under leases.
///
/// Every method is one atomic transaction. A call that answers an error has changed nothing, except
/// `unavailable` with `Effect::unknown`. Errors that any method may answer: `unavailable`,
/// `corrupt`. Rule numbers are those of the contract (model/README.md).
/// Thread: every backend may be called from any thread.
class RuntimeRepository {
 public:
  virtual ~RuntimeRepository() = default;

  /// The attempts that may be claimed at `now`, in dispatch order (priority descending, ready_at
  /// ascending, enqueue order), at most `limit`. Advisory: it changes nothing, and a claim may
  /// still be refused.
  /// Complexity: independent of the number of finished attempts.
  /// Source: rules 1, 2.
  [[nodiscard]] virtual Result<std::vector<AttemptDispatchRecord>> list_dispatchable_attempts(
      Time now, std::uint64_t limit) = 0;

  /// Claims the attempt: a new lease, `version + 1`, `delivery_count + 1`. Reads the clock once.
  /// Errors: `invalid_argument` (bad id; expiry not after now), `not_found`, `not_dispatchable`
  /// (not ready, finished, or already leased, by the same worker too).
  /// Source: rule 3.
  [[nodiscard]] virtual Result<LeaseRecord> upsert_lease(const AttemptId& attempt_id,
                                                         const WorkerId& worker_id,
                                                         Time lease_expires_at) = 0;

  /// Refreshes the current lease: expiry and heartbeat become the larger of old and new,
  /// `version + 1`; also past its expiry, as long as it was not reaped.
  /// Errors: `invalid_argument` (bad id), `stale_lease`.
  /// Source: rule 4.
  [[nodiscard]] virtual Result<void> heartbeat_lease(const LeaseId& lease_id, Time heartbeat_at,
                                                     Time lease_expires_at) = 0;

  /// Takes exactly the leases with expiry before `stale_before` (strict) and requeues their
  /// attempts, or fails those whose deliveries are exhausted. Reads the clock once.
  /// Returns: how many attempts lost a lease.
  /// Source: rule 5.
  [[nodiscard]] virtual Result<std::uint64_t> expire_leases_and_requeue(Time stale_before) = 0;

  /// The highest event sequence of the run, 0 if it has none.
  /// Errors: `invalid_argument` (bad id).
  /// Source: rule 6.
  [[nodiscard]] virtual Result<std::uint64_t> latest_seq_for_run(const RunId& run_id) = 0;

  /// Ends leases whose attempt has run for its timeout or longer at `now`, by its `on_timeout`.
  /// Returns: how many attempts lost a lease.
  /// Source: rule 7.
  [[nodiscard]] virtual Result<std::uint64_t> transition_timed_out_attempts(Time now) {
    static_cast<void>(now);
    return std::uint64_t{0};
  }
};

}  // namespace lease
