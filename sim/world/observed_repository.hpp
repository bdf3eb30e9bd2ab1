#pragma once

#include <optional>
#include <string>
#include <type_traits>

#include "lease/runtime_repository.hpp"
#include "sim/oracle/referee.hpp"
#include "sim/world/timeline.hpp"

namespace leasecheck::sim {

/// The subject as production code sees it: the six methods, each carried out under the eyes of the
/// referee. The lease manager and the scheduler that ship run on this in a simulation.
class ObservedRepository final : public lease::RuntimeRepository {
 public:
  /// Calls are made in the name of `actor`, whose own clock is `actor_clock`; the repository's host
  /// has `repository_clock`. All must outlive this.
  ObservedRepository(Referee& referee, std::string actor, const SkewedClock& actor_clock,
                     const SkewedClock& repository_clock);

  [[nodiscard]] lease::Result<std::vector<lease::AttemptDispatchRecord>> list_dispatchable_attempts(
      lease::Time now, std::uint64_t limit) override;
  [[nodiscard]] lease::Result<lease::LeaseRecord> upsert_lease(
      const lease::AttemptId& attempt_id, const lease::WorkerId& worker_id,
      lease::Time lease_expires_at) override;
  [[nodiscard]] lease::Result<void> heartbeat_lease(const lease::LeaseId& lease_id,
                                                    lease::Time heartbeat_at,
                                                    lease::Time lease_expires_at) override;
  [[nodiscard]] lease::Result<std::uint64_t> expire_leases_and_requeue(
      lease::Time stale_before) override;
  [[nodiscard]] lease::Result<std::uint64_t> latest_seq_for_run(
      const lease::RunId& run_id) override;
  [[nodiscard]] lease::Result<std::uint64_t> transition_timed_out_attempts(
      lease::Time now) override;

  /// From now on the caller goes by this name.
  void speak_for(std::string actor) { actor_ = std::move(actor); }

  /// What came of the last method: the call that it made, or nothing where it made none.
  [[nodiscard]] const std::optional<CallResult>& last_call() const { return last_; }

 private:
  template <typename Expected, typename Convert>
  auto operate(model::Operation operation, Convert convert)
      -> lease::Result<std::invoke_result_t<Convert, const Expected&>>;

  Referee& referee_;
  std::string actor_;
  const SkewedClock& actor_clock_;
  const SkewedClock& repository_clock_;
  std::optional<CallResult> last_;
};

}  // namespace leasecheck::sim
