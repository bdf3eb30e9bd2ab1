#pragma once

#include <optional>
#include <string>
#include <type_traits>

#include "lease/attempt_repository.hpp"
#include "sim/oracle/referee.hpp"
#include "sim/world/timeline.hpp"

namespace leasecheck::sim {

/// The subject as production code sees it: each method is carried out under the eyes of the
/// referee. The lease manager, the scheduler and the worker's core that ship run on this in a
/// simulation.
class ObservedRepository final : public lease::WorkerRepository {
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

  [[nodiscard]] lease::Result<void> start_attempt(const lease::Holder& holder,
                                                  lease::Time now) override;
  [[nodiscard]] lease::Result<lease::LeaseRecord> heartbeat_lease_with_version(
      const lease::Holder& holder, const lease::VersionedHeartbeat& heartbeat) override;
  [[nodiscard]] lease::Result<lease::AckResult> ack_attempt(const lease::Holder& holder,
                                                            lease::AckOutcome outcome,
                                                            lease::Time now) override;
  [[nodiscard]] lease::Result<void> release_lease(const lease::Holder& holder,
                                                  lease::Time now) override;
  [[nodiscard]] lease::Result<std::uint64_t> append_run_event(const lease::Holder& holder,
                                                              const lease::NewRunEvent& event,
                                                              lease::Time now) override;
  [[nodiscard]] lease::Result<std::vector<lease::Claim>> claim_attempts(
      const lease::WorkerId& worker_id, std::uint64_t limit, lease::Duration lease_ttl) override;
  [[nodiscard]] lease::Result<lease::Results<lease::LeaseRecord>> heartbeat_leases(
      std::span<const lease::LeaseHeartbeat> heartbeats) override;
  [[nodiscard]] lease::Result<lease::Results<lease::AckResult>> ack_attempts(
      std::span<const lease::AttemptAck> acks, lease::Time now) override;
  [[nodiscard]] lease::Result<std::optional<lease::LeaseRecord>> get_lease(
      const lease::LeaseId& lease_id) override;

  // What a worker's shell needs beyond that, to see what it holds.

  [[nodiscard]] lease::Result<std::vector<lease::AttemptRecord>> list_attempts_of(
      const lease::WorkerId& worker_id);
  [[nodiscard]] lease::Result<std::optional<lease::LeaseRecord>> get_lease_for_attempt(
      const lease::AttemptId& attempt_id);

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
