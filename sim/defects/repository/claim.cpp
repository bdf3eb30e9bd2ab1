// Rule 3: who gets an attempt, and what a grant is.

#include <map>

#include "sim/defects/repository/groups.hpp"
#include "validity.hpp"

namespace leasecheck::mutants {
namespace {

struct EveryCallerWins final : Base {
  using Base::Base;
  bool may_claim(const Attempt& attempt, Time now) override {
    return attempt.lease.has_value() || Base::may_claim(attempt, now);
  }
};

struct ExpiredAtBirth final : Base {
  using Base::Base;
  Result<lease::LeaseRecord> upsert_lease(const lease::AttemptId& attempt_id,
                                          const lease::WorkerId& worker_id,
                                          Time lease_expires_at) override {
    const Result<void> arguments = lease::validate(attempt_id, worker_id);
    return transact(lease::Access::write, arguments, [&]() -> Result<lease::LeaseRecord> {
      const Time now = clock().now();
      Attempt* attempt = store().find(attempt_id);
      const bool is_free = attempt != nullptr && may_claim(*attempt, now);
      if (!is_free && lease_expires_at <= now) {
        return lease::failure(lease::ErrorCode::invalid_argument, "expiry is not after now");
      }
      if (attempt == nullptr) return lease::failure(lease::ErrorCode::not_found, "no such attempt");
      if (!is_free) return lease::failure(lease::ErrorCode::not_dispatchable, "not free");
      grant(*attempt, {ids().next_lease_id(), worker_id, lease_expires_at, now});
      store().save(*attempt);
      return lease_record(*attempt);
    });
  }
};

struct RetryAtIgnored final : Base {
  using Base::Base;
  bool may_claim(const Attempt& attempt, Time now) override {
    return attempt.status == Status::retry_backoff || Base::may_claim(attempt, now);
  }
};

struct VersionRestarts final : Base {
  using Base::Base;
  void grant(Attempt& attempt, Lease granted) override {
    Base::grant(attempt, std::move(granted));
    attempt.version = 1;
  }
};

struct LeaseIdFromAttempt final : Base {
  using Base::Base;
  void grant(Attempt& attempt, Lease granted) override {
    granted.lease_id = lease::LeaseId("lease-of-" + attempt.spec.attempt_id.str());
    Base::grant(attempt, std::move(granted));
  }
};

struct StartedAtKept final : Base {
  using Base::Base;
  void grant(Attempt& attempt, Lease granted) override {
    Base::grant(attempt, std::move(granted));
    const auto first = first_start_.emplace(attempt.spec.attempt_id, *attempt.started_at).first;
    attempt.started_at = first->second;
  }

 private:
  std::map<lease::AttemptId, Time> first_start_;
};

struct DeliveryNotCounted final : Base {
  using Base::Base;
  void grant(Attempt& attempt, Lease granted) override {
    Base::grant(attempt, std::move(granted));
    attempt.delivery_count -= 1;
  }
};

}  // namespace

std::vector<Mutant> claim_mutants() {
  return {
      {"every_caller_wins", "B04", "a claim of a leased attempt is granted and replaces the lease",
       "no_double_lease_rows", "riverqueue/river fb9e738", make<EveryCallerWins>},
      {"lease_expired_at_birth", "B09", "a claim is granted with an expiry that is already past",
       "never_early", "Oris (finding O-20)", make<ExpiredAtBirth>},
      {"claim_ignores_retry_at", "B81", "a claim takes an attempt out of its backoff",
       "never_early", "Oris (finding O-1)", make<RetryAtIgnored>},
      {"version_restarts", "B110", "the fencing token begins at 1 with every lease",
       "monotonic_versions", "Oris (finding O-7)", make<VersionRestarts>},
      {"lease_id_reused", "B11",
       "the lease id is made of the attempt's id, so a later lease has it too",
       "no_double_lease_rows", "Oris (finding O-8)", make<LeaseIdFromAttempt>},
      {"started_at_kept", "B82", "the timeout runs from the first lease, not from this one",
       "timeouts", "Oris (finding O-9)", make<StartedAtKept>},
      {"delivery_not_counted", "B55",
       "a delivery is never counted, so a deadly attempt cycles for ever", "retry_budget",
       "contribsys/faktory #118", make<DeliveryNotCounted>}};
}

}  // namespace leasecheck::mutants
