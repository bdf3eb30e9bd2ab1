#include "lease/lease_manager.hpp"

#include "failure.hpp"

namespace lease {

LeaseManager::LeaseManager(RuntimeRepository& repository, Clock& clock, LeaseManagerOptions options)
    : repository_(repository), clock_(clock), options_(options) {}

Result<TickReport> LeaseManager::tick() {
  if (options_.grace < Duration{0}) {
    return failure(ErrorCode::invalid_argument, "the grace window is negative");
  }
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
