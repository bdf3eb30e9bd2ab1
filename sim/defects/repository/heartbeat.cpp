// Rules 4 and 10: how a lease is kept.

#include "sim/defects/repository/remembering.hpp"

namespace leasecheck::mutants {
namespace {

struct ShortensLease final : Base {
  using Base::Base;
  void refresh(Attempt& attempt, Time heartbeat_at, Time expires_at) override {
    Base::refresh(attempt, heartbeat_at, expires_at);
    attempt.lease->heartbeat_at = heartbeat_at;
    attempt.lease->expires_at = expires_at;
  }
};

struct ReadsTheClock final : Base {
  using Base::Base;
  void refresh(Attempt& attempt, Time, Time expires_at) override {
    Base::refresh(attempt, clock().now(), expires_at);
  }
};

struct VersionNotCompared final : Base {
  using Base::Base;
  Result<lease::LeaseRecord> heartbeat_lease_with_version(
      const lease::Holder& holder, const lease::VersionedHeartbeat& heartbeat) override {
    const Attempt* current = find_held(holder);
    lease::VersionedHeartbeat passed = heartbeat;
    if (current != nullptr) passed.expected_version = current->version;
    return Base::heartbeat_lease_with_version(holder, passed);
  }
};

struct VersionStandsStill final : Base {
  using Base::Base;
  void refresh(Attempt& attempt, Time heartbeat_at, Time expires_at) override {
    Base::refresh(attempt, heartbeat_at, expires_at);
    attempt.version -= 1;
  }
};

struct MatchesAttemptOnly final : Remembering {
  using Remembering::Remembering;
  Result<void> heartbeat_lease(const LeaseId& lease_id, Time heartbeat_at,
                               Time lease_expires_at) override {
    const Attempt* attempt = find_ever_leased(lease_id);
    const bool is_leased = attempt != nullptr && attempt->lease.has_value();
    return Base::heartbeat_lease(is_leased ? attempt->lease->lease_id : lease_id, heartbeat_at,
                                 lease_expires_at);
  }
};

struct ClaimsByHeartbeat final : Remembering {
  using Remembering::Remembering;
  Result<void> heartbeat_lease(const LeaseId& lease_id, Time heartbeat_at,
                               Time lease_expires_at) override {
    Attempt* attempt = find_ever_leased(lease_id);
    if (attempt != nullptr && attempt->status == Status::queued) {
      Base::grant(*attempt, {.lease_id = lease_id,
                             .worker_id = lease::WorkerId("whoever"),
                             .expires_at = lease_expires_at,
                             .heartbeat_at = heartbeat_at});
      store().save(*attempt);
      return {};
    }
    return Base::heartbeat_lease(lease_id, heartbeat_at, lease_expires_at);
  }
};

}  // namespace

std::vector<Mutant> heartbeat_mutants() {
  return {{"heartbeat_shortens_lease", "B26", "a late heartbeat with a smaller expiry wins",
           "expiry_never_lowered", "hibiken/asynq 7e5efb0", make<ShortensLease>},
          {"heartbeat_reads_the_clock", "B24",
           "heartbeat_at comes from the clock, expiry from the caller", "one_time",
           "riverqueue/river 2ba0e3e", make<ReadsTheClock>},
          {"heartbeat_version_not_compared", "B38",
           "the current version is read and passed as the expected one, so nothing is fenced",
           "holder_only", "Oris (finding O-6)", make<VersionNotCompared>},
          {"heartbeat_keeps_version", "B38", "an accepted heartbeat does not move the version",
           "monotonic_versions", "Oris (finding O-6)", make<VersionStandsStill>},
          {"heartbeat_matches_attempt_only", "B05",
           "a heartbeat by an old lease renews the present one", "holder_only",
           "oban-bg/oban 9a0b729d", make<MatchesAttemptOnly>},
          {"heartbeat_acts_as_claim", "B117",
           "a heartbeat by a lease that was reaped takes the attempt back without a claim",
           "no_double_lease_rows", "Oris before 26efdf7", make<ClaimsByHeartbeat>}};
}

}  // namespace leasecheck::mutants
