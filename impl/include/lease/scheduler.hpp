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

  /// Claims the first listed attempt that nobody else claimed meanwhile, until clock + ttl.
  /// Returns: nothing when no attempt is dispatchable, or all candidates were taken meanwhile.
  /// Errors: those of the repository other than `not_dispatchable` and `not_found`.
  [[nodiscard]] Result<std::optional<Dispatch>> dispatch(const WorkerId& worker_id);

 private:
  RuntimeRepository& repository_;
  Clock& clock_;
  SchedulerOptions options_;
};

}  // namespace lease
