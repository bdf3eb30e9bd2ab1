#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lease/runtime_repository.hpp"

namespace lease {

/// Which lease, and who says so: what a holder shows with every call.
struct Holder {
  LeaseId lease_id;
  WorkerId worker_id;
};

/// A heartbeat that fences: refused unless the version is still the one that the worker saw last.
struct VersionedHeartbeat {
  std::uint64_t expected_version = 0;
  Time heartbeat_at{};
  Time lease_expires_at{};
};

/// One heartbeat of several.
struct LeaseHeartbeat {
  Holder holder;
  VersionedHeartbeat heartbeat;
};

/// One ack of several.
struct AttemptAck {
  Holder holder;
  AckOutcome outcome = AckOutcome::completed;
};

/// What each of several items was answered, in the order of the items: exactly what the operation
/// on one would have been, one after another at one time. A refused item has changed nothing and
/// spoils no other. A crash keeps a prefix of the items; once the call has answered, all are safe.
template <typename T>
using Results = std::vector<Result<T>>;

/// How long the payload of a run event may be. An event is a note of what happened; what is larger
/// belongs into a storage of its own, and the event says where it is.
inline constexpr std::size_t max_payload_bytes = std::size_t{1} << 20;

/// What happened in a run.
struct NewRunEvent {
  std::string kind;     ///< valid as an id is
  std::string payload;  ///< the text of one JSON value, at most `max_payload_bytes`
};

/// What the holder of a lease does with it. What holds for every method stands beside
/// `RuntimeRepository`. Methods that take a holder answer `stale_lease` alike to a wrong worker, a
/// wrong version, and a lease that was never issued or is no longer current; `invalid_argument` to
/// a bad id.
class WorkerRepository : public RuntimeRepository {
 public:
  /// `leased` becomes `running`; again is Ok. `now` has no effect yet: the timeout runs from the
  /// grant.
  /// Errors: `invalid_argument`, `stale_lease`.
  /// Thread: writes.
  /// Complexity: O(log n).
  /// Source: rule 9.
  [[nodiscard]] virtual Result<void> start_attempt(const Holder& holder, Time now) = 0;

  /// `heartbeat_lease` for the owner at the expected version. A worker uses one of the two; after
  /// an unknown effect it reads the lease.
  /// Returns: the lease as it is now.
  /// Errors: `invalid_argument`, `stale_lease`.
  /// Thread: writes.
  /// Complexity: O(log n).
  /// Source: rule 10.
  [[nodiscard]] virtual Result<LeaseRecord> heartbeat_lease_with_version(
      const Holder& holder, const VersionedHeartbeat& heartbeat) = 0;

  /// Reports the end of the work. `failed` with retries left becomes `retry_backoff`; without,
  /// `failed` with one dead letter. Repeating the call is Ok with the first answer, whatever `now`
  /// is, until the attempt is claimed, cancelled or replayed.
  /// Returns: what has become of the attempt.
  /// Errors: `invalid_argument` (bad id, no such outcome), `stale_lease`.
  /// Thread: writes.
  /// Complexity: O(log n).
  /// Source: rule 11.
  [[nodiscard]] virtual Result<AckResult> ack_attempt(const Holder& holder, AckOutcome outcome,
                                                      Time now) = 0;

  /// Gives work back without a failure: `queued`, attempt number and delivery count kept.
  /// Errors: `invalid_argument`, `stale_lease`.
  /// Thread: writes.
  /// Complexity: O(log n).
  /// Source: rule 12.
  [[nodiscard]] virtual Result<void> release_lease(const Holder& holder, Time now) = 0;

  /// Appends an event to the run of the leased attempt. Not idempotent: after an unknown effect,
  /// look with `latest_seq_for_run`.
  /// Returns: the event's sequence.
  /// Errors: `invalid_argument` (bad id or kind, payload is not JSON or too long), `stale_lease`.
  /// Thread: writes. The payload is parsed before any lock is asked for.
  /// Complexity: O(log n + size of the payload).
  /// Source: rule 13.
  [[nodiscard]] virtual Result<std::uint64_t> append_run_event(const Holder& holder,
                                                               const NewRunEvent& event,
                                                               Time now) = 0;

  /// Claims what `list_dispatchable_attempts` would answer at the clock's time, which is read once,
  /// in that order, each as `upsert_lease` does; every lease ends `lease_ttl` after that time, so
  /// that no wait for a lock eats into it.
  /// Returns: at most `limit` claims, in dispatch order; none if nothing is dispatchable.
  /// Errors: `invalid_argument` (bad id, a `lease_ttl` below 1 ms or beyond the end of time).
  /// Thread: writes, in one transaction.
  /// Complexity: that of the list, and O(k log n).
  /// Source: rule 26.
  [[nodiscard]] virtual Result<std::vector<Claim>> claim_attempts(const WorkerId& worker_id,
                                                                  std::uint64_t limit,
                                                                  Duration lease_ttl) = 0;

  /// `heartbeat_lease_with_version` for each, in one transaction.
  /// Errors: none of its own; each item has its own. An empty span is answered without a lock.
  /// Thread: writes.
  /// Complexity: O(k log n).
  /// Source: rule 25.
  [[nodiscard]] virtual Result<Results<LeaseRecord>> heartbeat_leases(
      std::span<const LeaseHeartbeat> heartbeats) = 0;

  /// `ack_attempt` for each, at one `now`, in one transaction.
  /// Errors, thread, complexity and source: as for `heartbeat_leases`.
  [[nodiscard]] virtual Result<Results<AckResult>> ack_attempts(std::span<const AttemptAck> acks,
                                                                Time now) = 0;

  /// Returns: the current lease with this id, expired or not; nothing if it is not current.
  /// Errors: `invalid_argument`.
  /// Thread: reads.
  /// Complexity: O(log n).
  /// Source: rule 15.
  [[nodiscard]] virtual Result<std::optional<LeaseRecord>> get_lease(const LeaseId& lease_id) = 0;
};

}  // namespace lease
