#pragma once

#include <cstdint>
#include <optional>

#include "lease/runtime_repository.hpp"

namespace lease {

struct SchedulerOptions {
  Duration lease_ttl{30000};
  /// How many candidates one dispatch lists; it claims the first that is still free.
  std::uint64_t candidates = 16;
};

struct Dispatch {
  AttemptDispatchRecord attempt;
  LeaseRecord lease;
};

/// Finds the next attempt for a worker and claims it.
class Scheduler {
 public:
  Scheduler(RuntimeRepository& repository, Clock& clock, SchedulerOptions options);

  /// Claims the first listed attempt that nobody else claimed meanwhile. The lease lasts until the
  /// time to live after the moment at which it was asked for: the clock is read anew for each
  /// claim. Returns: nothing when no attempt is dispatchable, when all candidates were taken
  /// meanwhile, or when the claims waited in the repository for longer than their leases would have
  /// lasted. Errors: those of the repository other than `not_dispatchable` and `not_found`;
  /// `invalid_argument` for a bad worker id, and when this clock is behind the repository's by the
  /// time to live or more.
  [[nodiscard]] Result<std::optional<Dispatch>> dispatch(const WorkerId& worker_id);

 private:
  [[nodiscard]] bool is_passed_over(const Error& error, Time expires_at);

  RuntimeRepository& repository_;
  Clock& clock_;
  SchedulerOptions options_;
};

}  // namespace lease
