#pragma once

#include <cstdint>

#include "lease/runtime_repository.hpp"

namespace lease {

struct LeaseManagerOptions {
  /// How long after its expiry a lease is left alone. A worker whose clock is behind the reaper's
  /// by no more than this plus 1 ms never shares an attempt with its successor (rule 20).
  Duration grace{5000};
};

struct TickReport {
  std::uint64_t timed_out = 0;
  std::uint64_t reaped = 0;
};

/// The reaper: call `tick` regularly, from as many processes as you like.
class LeaseManager {
 public:
  LeaseManager(RuntimeRepository& repository, Clock& clock, LeaseManagerOptions options);

  /// Reads the clock once; times out long executions first, then reaps the leases that expired
  /// more than the grace window ago.
  /// Errors: those of the repository; a failed tick may have done its first half, and the next
  /// one does the rest.
  /// Source: rules 5, 7, 21.
  [[nodiscard]] Result<TickReport> tick();

 private:
  RuntimeRepository& repository_;
  Clock& clock_;
  LeaseManagerOptions options_;
};

}  // namespace lease
