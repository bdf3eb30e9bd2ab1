#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lease/runtime_repository.hpp"

namespace lease {

/// Which lease, and who says so: what a holder shows with every call.
struct Holder {
  LeaseId lease_id;
  WorkerId worker_id;
};

/// A heartbeat that fences: refused unless the version is still the one the worker saw last.
struct VersionedHeartbeat {
  std::uint64_t expected_version = 0;
  Time heartbeat_at{};
  Time lease_expires_at{};
};

/// What happened in a run. `payload` is the text of one JSON value.
struct NewRunEvent {
  std::string kind;
  std::string payload;
};

/// What surrounds the six methods: how attempts come in, how workers report, how people look.
/// Atomicity, errors and threads as in `RuntimeRepository`. Methods that take a holder answer
/// `stale_lease` for a wrong worker, a wrong version, and a lease never issued or no longer
/// current.
class AttemptRepository : public RuntimeRepository {
 public:
  /// Idempotent: the same spec again is Ok whatever has become of the attempt. Reads the clock
  /// once. Errors: `invalid_argument`, `already_exists` (same id, another spec). Source: rule 8.
  [[nodiscard]] virtual Result<void> enqueue_attempt(const AttemptSpec& spec) = 0;

  /// `leased` becomes `running`; again is Ok.
  /// Source: rule 9.
  [[nodiscard]] virtual Result<void> start_attempt(const Holder& holder, Time now) = 0;

  /// Rule 4's heartbeat for the owner at the expected version; answers the new record.
  /// Source: rule 10.
  [[nodiscard]] virtual Result<LeaseRecord> heartbeat_lease_with_version(
      const Holder& holder, const VersionedHeartbeat& heartbeat) = 0;

  /// The end of the work. `failed` with retries left goes to `retry_backoff`; without, to `failed`
  /// and one dead letter. Repeating it is Ok with the first answer until the attempt is claimed,
  /// cancelled or replayed.
  /// Source: rule 11.
  [[nodiscard]] virtual Result<AckResult> ack_attempt(const Holder& holder, AckOutcome outcome,
                                                      Time now) = 0;

  /// Gives work back without a failure: `queued`, attempt number and delivery count kept.
  /// Source: rule 12.
  [[nodiscard]] virtual Result<void> release_lease(const Holder& holder, Time now) = 0;

  /// An operator ends an attempt that is not terminal, leased or not.
  /// Errors: `invalid_argument`, `not_found`, `not_dispatchable` (already terminal).
  /// Source: rule 12.
  [[nodiscard]] virtual Result<void> cancel_attempt(const AttemptId& attempt_id, Time now) = 0;

  /// Appends to the run of the leased attempt. Not idempotent.
  /// Returns: the new sequence: 1, 2, 3, … per run.
  /// Errors: `invalid_argument` (bad id or kind, payload is not JSON), `stale_lease`.
  /// Source: rule 13.
  [[nodiscard]] virtual Result<std::uint64_t> append_run_event(const Holder& holder,
                                                               const NewRunEvent& event,
                                                               Time now) = 0;

  /// By (dead_at, attempt_id), at most `limit`.
  /// Source: rule 14.
  [[nodiscard]] virtual Result<std::vector<DeadLetter>> list_dead_letters(std::uint64_t limit) = 0;

  /// Queues a finally failed attempt again: `attempt_no = 1`, `delivery_count = 0`.
  /// Errors: `invalid_argument`, `not_found`, `not_dispatchable` (no pending dead letter).
  /// Source: rule 14.
  [[nodiscard]] virtual Result<void> replay_dead_letter(const AttemptId& attempt_id, Time now) = 0;

  /// Errors: `invalid_argument`, `not_found`. Source: rule 15, as for all that follow.
  [[nodiscard]] virtual Result<AttemptRecord> get_attempt(const AttemptId& attempt_id) = 0;

  /// The current lease with this id, or nothing.
  [[nodiscard]] virtual Result<std::optional<LeaseRecord>> get_lease(const LeaseId& lease_id) = 0;

  /// The attempt's current lease, or nothing; nothing for an unknown attempt as well.
  [[nodiscard]] virtual Result<std::optional<LeaseRecord>> get_lease_for_attempt(
      const AttemptId& attempt_id) = 0;

  /// How many attempts are dispatchable at `now`.
  [[nodiscard]] virtual Result<std::uint64_t> queue_depth(Time now) = 0;

  [[nodiscard]] virtual Result<CountsByStatus> counts_by_status() = 0;

  /// Events with a sequence above `after`, in order, at most `limit`.
  [[nodiscard]] virtual Result<std::vector<RunEvent>> list_run_events(const RunId& run_id,
                                                                      std::uint64_t after,
                                                                      std::uint64_t limit) = 0;

  /// Everything, in canonical order.
  [[nodiscard]] virtual Result<Snapshot> snapshot() = 0;

  /// Empties the repository.
  [[nodiscard]] virtual Result<void> reset() = 0;

  /// Whether what was acknowledged is still there after the process was killed (rule 17).
  [[nodiscard]] virtual bool is_durable() const = 0;
};

}  // namespace lease
