#include "lease/scheduler.hpp"

#include <utility>

#include "check.hpp"

namespace lease {
namespace {

bool was_taken_meanwhile(const Error& error) {
  return error.code == ErrorCode::not_dispatchable || error.code == ErrorCode::not_found;
}

}  // namespace

Scheduler::Scheduler(RuntimeRepository& repository, Clock& clock, SchedulerOptions options)
    : repository_(repository), clock_(clock), options_(options) {
  check(options_.lease_ttl > Duration{0}, "the time to live of a lease is positive");
  check(options_.candidates > 0, "a dispatch looks at one candidate or more");
}

Result<std::optional<Dispatch>> Scheduler::dispatch(const WorkerId& worker_id) {
  const Time now = clock_.now();
  auto candidates = repository_.list_dispatchable_attempts(now, options_.candidates);
  if (!candidates) return std::unexpected(std::move(candidates.error()));
  const Time expires_at = saturating_add(now, options_.lease_ttl);
  for (AttemptDispatchRecord& attempt : *candidates) {
    auto lease = repository_.upsert_lease(attempt.attempt_id, worker_id, expires_at);
    if (lease) return Dispatch{std::move(attempt), std::move(*lease)};
    if (!was_taken_meanwhile(lease.error())) return std::unexpected(std::move(lease.error()));
  }
  return std::nullopt;
}

}  // namespace lease
