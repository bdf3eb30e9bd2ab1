// Rule 5: when and how attempts are taken back.

#include "sim/defects/repository/groups.hpp"

namespace leasecheck::mutants {
namespace {

struct GraceIgnored final : Base {
  using Base::Base;
  Result<std::uint64_t> expire_leases_and_requeue(Time) override {
    return transact(lease::Access::write, [this]() -> Result<std::uint64_t> {
      const Time now = clock().now();
      const auto expired = store().expired_before(now);
      for (Attempt* attempt : expired) {
        reap(*attempt, now);
        store().save(*attempt);
      }
      return expired.size();
    });
  }
};

struct TakesTheBoundary final : Base {
  using Base::Base;
  Result<std::uint64_t> expire_leases_and_requeue(Time stale_before) override {
    return Base::expire_leases_and_requeue(lease::saturating_add(stale_before, Duration{1}));
  }
};

struct ReadsSeconds final : Base {
  using Base::Base;
  Result<std::uint64_t> expire_leases_and_requeue(Time stale_before) override {
    return Base::expire_leases_and_requeue(Time{stale_before.time_since_epoch() / 1000});
  }
};

struct OnlyRunning final : Base {
  using Base::Base;
  void reap(Attempt& attempt, Time now) override {
    if (attempt.status == Status::running) Base::reap(attempt, now);
  }
};

struct BudgetIgnored final : Base {
  using Base::Base;
  void reap(Attempt& attempt, Time now) override { requeue(attempt, now); }
};

struct RequeueBurnsRetry final : Base {
  using Base::Base;
  void requeue(Attempt& attempt, Time now) override {
    Base::requeue(attempt, now);
    attempt.attempt_no += 1;
  }
};

struct RequeueLosesPriority final : Base {
  using Base::Base;
  void requeue(Attempt& attempt, Time now) override {
    Base::requeue(attempt, now);
    attempt.spec.priority = 0;
  }
};

struct RequeueKeepsReadyTime final : Base {
  using Base::Base;
  void requeue(Attempt& attempt, Time now) override {
    const Time ready_at = attempt.ready_at;
    Base::requeue(attempt, now);
    attempt.ready_at = ready_at;
  }
};

}  // namespace

std::vector<Mutant> reap_mutants() {
  return {
      {"reap_ignores_grace", "B16", "the reap takes what has expired now, not what is stale",
       "requeue_after_grace", "Oris before dc1b7df", make<GraceIgnored>},
      {"reap_takes_the_boundary", "B15",
       "the reap takes a lease that expires at the cut-off as well", "requeue_after_grace",
       "Oris (finding O-38)", make<TakesTheBoundary>},
      {"reap_reads_seconds", "B18", "the cut-off is divided by 1000 and nothing is ever stale",
       "requeue_after_grace", "oban-bg/oban 53a4bdaa", make<ReadsSeconds>},
      {"reap_misses_unstarted", "B45",
       "an attempt that was leased and never started is not reclaimed", "requeue_after_grace",
       "hatchet-dev/hatchet 9c31fdf0f6", make<OnlyRunning>},
      {"reap_never_exhausts", "B55", "the reap requeues an attempt whose deliveries are used up",
       "retry_budget", "hatchet-dev/hatchet 780496e7fb", make<BudgetIgnored>},
      {"requeue_burns_a_retry", "B57", "giving an attempt back counts as a failure", "retry_budget",
       "timgit/pg-boss 7dea410", make<RequeueBurnsRetry>},
      {"requeue_loses_priority", "B60", "a requeued attempt has the default priority",
       "nothing_lost", "hatchet-dev/hatchet 2944a992e1", make<RequeueLosesPriority>},
      {"requeue_keeps_ready_time", "B54",
       "a requeued attempt keeps its old place and is always first", "one_time",
       "graphile/worker #313", make<RequeueKeepsReadyTime>}};
}

}  // namespace leasecheck::mutants
