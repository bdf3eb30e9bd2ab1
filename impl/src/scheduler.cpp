#include "lease/scheduler.hpp"

#include <utility>

#include "failure.hpp"

namespace lease {
Scheduler::Scheduler(RuntimeRepository& repository, Clock& clock, SchedulerOptions options)
    : repository_(repository), clock_(clock), options_(options) {}

Result<std::optional<Dispatch>> Scheduler::dispatch(const WorkerId& worker_id) {
  if (options_.lease_ttl < Duration{1}) {
    return failure(ErrorCode::invalid_argument, "the time to live of a lease is below 1 ms");
  }
  if (options_.candidates < 1) {
    return failure(ErrorCode::invalid_argument, "a dispatch is to look at no candidate");
  }
  auto candidates = repository_.list_dispatchable_attempts(clock_.now(), options_.candidates);
  if (!candidates) return std::unexpected(std::move(candidates.error()));
  for (AttemptDispatchRecord& attempt : *candidates) {
    // From the time of this claim: the list and the claims before it may have waited for a lock.
    const Time expires_at = saturating_add(clock_.now(), options_.lease_ttl);
    auto lease = repository_.upsert_lease(attempt.attempt_id, worker_id, expires_at);
    if (lease) return Dispatch{std::move(attempt), std::move(*lease)};
    if (!is_passed_over(lease.error(), expires_at)) {
      return std::unexpected(std::move(lease.error()));
    }
  }
  return std::nullopt;
}

// A claim that itself waited for longer than the lease would have lasted is refused as invalid: its
// expiry was ahead when it was asked for and is past now. That is no fault of the caller's.
bool Scheduler::is_passed_over(const Error& error, Time expires_at) {
  if (error.code == ErrorCode::invalid_argument) return expires_at <= clock_.now();
  return error.code == ErrorCode::not_dispatchable || error.code == ErrorCode::not_found;
}

}  // namespace lease
