#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>

#include "lease/runtime_repository.hpp"

namespace lease {

struct LeaseManagerOptions {
  /// How long after its expiry a lease is left alone, >= 0. A worker whose clock is behind the
  /// reaper's by no more than this plus 1 ms never shares an attempt with its successor (rule 20).
  Duration grace{5000};
  /// How often `run` ticks, >= 1 ms; somewhat more often, so that reapers which began together
  /// part.
  Duration period{1000};
};

/// How many attempts lost their lease in one tick.
struct TickReport {
  std::uint64_t timed_out = 0;  ///< worked on for longer than their timeout
  std::uint64_t reaped = 0;     ///< whose lease had expired
};

/// The reaper: `run` it, or call `tick` regularly, from as many processes as you like.
/// Thread: any, several at a time.
class LeaseManager {
 public:
  /// Pre: `repository` and `clock` must outlive the manager. Options that are out of their range
  /// are answered by `tick`, so that they may come from a configuration.
  LeaseManager(RuntimeRepository& repository, Clock& clock, LeaseManagerOptions options);

  /// Reads the clock once; times out long executions first, then reaps the leases that expired
  /// more than the grace window ago.
  /// Errors: `invalid_argument` (`options.grace < 0`); those of the repository. A failed tick, or
  /// one that the clock's exception ended, may have done its first half; the next one does the
  /// rest. Thread: as the repository's methods that write, twice. Complexity: O(k log n), k the
  /// leases taken. Source: rules 5, 7, 21.
  [[nodiscard]] Result<TickReport> tick();

  /// Ticks at once and every `options.period`, by a clock that nobody sets, until `stop` is
  /// requested. `told` hears of every tick, failed ones too; the next one is the second try.
  /// Errors: `invalid_argument` (an option out of its range). Exceptions of the clock and of `told`
  /// end it.
  /// Thread: any; it sleeps in between.
  [[nodiscard]] Result<void> run(
      std::stop_token stop, const std::function<void(const Result<TickReport>&)>& told =
                                [](const Result<TickReport>&) {});

 private:
  [[nodiscard]] Result<void> check_options() const;

  RuntimeRepository& repository_;
  Clock& clock_;
  LeaseManagerOptions options_;
};

}  // namespace lease
