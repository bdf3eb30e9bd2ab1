#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "lease/runtime_repository.hpp"
#include "tests/impl/fixture.hpp"

namespace leasecheck::tests {

[[nodiscard]] inline std::unexpected<lease::Error> failure(
    lease::ErrorCode code, std::string message, lease::Effect effect = lease::Effect::none) {
  return std::unexpected(lease::Error(code, std::move(message), effect));
}

/// The six methods with answers laid out beforehand; notes how it was called.
class ScriptedRepository final : public lease::RuntimeRepository {
 public:
  lease::Result<std::vector<lease::AttemptDispatchRecord>> list_dispatchable_attempts(
      lease::Time now, std::uint64_t limit) override {
    note("list", now, std::to_string(limit));
    return listed;
  }
  lease::Result<lease::LeaseRecord> upsert_lease(const lease::AttemptId& attempt_id,
                                                 const lease::WorkerId&,
                                                 lease::Time lease_expires_at) override {
    note("claim", lease_expires_at, attempt_id.str());
    const auto answer = claims.front();
    claims.pop_front();
    return answer;
  }
  lease::Result<void> heartbeat_lease(const lease::LeaseId&, lease::Time, lease::Time) override {
    return {};
  }
  lease::Result<std::uint64_t> expire_leases_and_requeue(lease::Time stale_before) override {
    note("reap", stale_before, "");
    return reaped;
  }
  lease::Result<std::uint64_t> latest_seq_for_run(const lease::RunId&) override { return 0; }
  lease::Result<std::uint64_t> transition_timed_out_attempts(lease::Time now) override {
    note("time out", now, "");
    return timed_out;
  }

  lease::Result<std::vector<lease::AttemptDispatchRecord>> listed;
  std::deque<lease::Result<lease::LeaseRecord>> claims;
  lease::Result<std::uint64_t> reaped = 0;
  lease::Result<std::uint64_t> timed_out = 0;
  std::vector<std::string> calls;
  std::function<void()> after_each_call = [] {};

 private:
  void note(const std::string& method, lease::Time time, const std::string& rest) {
    calls.push_back(method + " " + std::to_string(time.time_since_epoch().count()) +
                    (rest.empty() ? "" : " " + rest));
    after_each_call();
  }
};

}  // namespace leasecheck::tests
