#pragma once

#include <cstdint>
#include <optional>

#include "lease/runtime_repository.hpp"

namespace lease {

struct SchedulerOptions {
  /// How long a claimed attempt is leased, >= 1 ms. What a claim waits in the repository is lost to
  /// the lease, so keep it well above `SqliteOptions::busy_timeout`.
  Duration lease_ttl{30000};
  /// How many candidates one dispatch lists, >= 1; it claims the first that is still free.
  std::uint64_t candidates = 16;
};

/// An attempt as it was listed, and the lease on it.
struct Dispatch {
  AttemptDispatchRecord attempt;
  LeaseRecord lease;
};

/// Finds the next attempt for a worker and claims it.
/// Thread: any, several at a time.
class Scheduler {
 public:
  /// Pre: `repository` and `clock` must outlive the scheduler. Options that are out of their range
  /// are answered by `dispatch`, so that they may come from a configuration.
  Scheduler(RuntimeRepository& repository, Clock& clock, SchedulerOptions options);

  /// Claims the first listed attempt that nobody else claimed meanwhile. The clock is read anew for
  /// each claim, and the lease lasts for its time to live from there.
  /// Returns: nothing when no attempt is dispatchable, when all candidates were taken meanwhile, or
  /// when the claims waited in the repository for longer than their leases would have lasted.
  /// Errors: those of the repository other than `not_dispatchable` and `not_found`.
  /// `invalid_argument`: `options.lease_ttl < 1 ms` or `options.candidates < 1`; bad worker id; or
  /// a clock that is behind the repository's by the time to live or more.
  /// Thread: as one method of the repository that reads and then up to `candidates` that write.
  /// Complexity: that of a list and of one claim for each candidate that was taken.
  [[nodiscard]] Result<std::optional<Dispatch>> dispatch(const WorkerId& worker_id);

 private:
  [[nodiscard]] bool is_passed_over(const Error& error, Time expires_at);

  RuntimeRepository& repository_;
  Clock& clock_;
  SchedulerOptions options_;
};

}  // namespace lease
