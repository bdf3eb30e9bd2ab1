#include "lease/lease_manager.hpp"

#include <condition_variable>
#include <mutex>

#include "failure.hpp"
#include "machine.hpp"

namespace lease {

LeaseManager::LeaseManager(RuntimeRepository& repository, Clock& clock, LeaseManagerOptions options)
    : repository_(repository), clock_(clock), options_(options) {}

Result<void> LeaseManager::check_options() const {
  if (options_.grace < Duration{0}) {
    return failure(ErrorCode::invalid_argument, "the grace window is negative");
  }
  if (options_.period < Duration{1}) {
    return failure(ErrorCode::invalid_argument, "the period of a reaper is below 1 ms");
  }
  return {};
}

Result<void> LeaseManager::run(std::stop_token stop,
                               const std::function<void(const Result<TickReport>&)>& told) {
  if (auto valid = check_options(); !valid) return valid;
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    told(tick());
    never.wait_for(lock, stop, options_.period - random_pause(options_.period / 4),
                   [] { return false; });
  }
  return {};
}

Result<TickReport> LeaseManager::tick() {
  if (auto valid = check_options(); !valid) return std::unexpected(valid.error());
  const Time now = clock_.now();
  // Rule 7: the timeout first. A lease that is both too long at work and expired ends by the
  // attempt's own policy, not as a delivery that got lost.
  const auto timed_out = repository_.transition_timed_out_attempts(now);
  if (!timed_out) return std::unexpected(timed_out.error());
  const auto reaped = repository_.expire_leases_and_requeue(saturating_add(now, -options_.grace));
  if (!reaped) return std::unexpected(reaped.error());
  return TickReport{*timed_out, *reaped};
}

}  // namespace lease
