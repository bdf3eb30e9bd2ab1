// Rule 7: long executions.

#include "sim/defects/repository/groups.hpp"

namespace leasecheck::mutants {
namespace {

struct OneTooEarly final : Base {
  using Base::Base;
  Result<std::uint64_t> transition_timed_out_attempts(Time now) override {
    return transact(lease::Access::write, [&]() -> Result<std::uint64_t> {
      const auto overdue = store().overdue_at(lease::saturating_add(now, Duration{1}));
      for (Attempt* attempt : overdue) {
        time_out(*attempt, now);
        store().save(*attempt);
      }
      return overdue.size();
    });
  }
};

struct NeverFires final : Base {
  using Base::Base;
  Result<std::uint64_t> transition_timed_out_attempts(Time now) override {
    return RuntimeRepository::transition_timed_out_attempts(now);
  }
};

struct PolicyIgnored final : Base {
  using Base::Base;
  void time_out(Attempt& attempt, Time now) override {
    if (attempt.spec.on_timeout == OnTimeout::cancel) {
      fail(attempt, DeadLetterReason::timed_out, now);
    } else {
      Base::time_out(attempt, now);
    }
  }
};

struct OnlyOfRunning final : Base {
  using Base::Base;
  void time_out(Attempt& attempt, Time now) override {
    if (attempt.status == Status::running) Base::time_out(attempt, now);
  }
};

}  // namespace

std::vector<Mutant> timeout_mutants() {
  return {
      {"timeout_one_too_early", "B28", "an execution is timed out one millisecond before its time",
       "timeouts", "temporalio/temporal 8d659fd14d", make<OneTooEarly>},
      {"timeout_never_fires", "B74", "timeouts are taken and never acted on", "timeouts",
       "temporalio/temporal 76beb85a07", make<NeverFires>},
      {"timeout_ignores_policy", "B44", "an attempt that asked to be cancelled is failed",
       "timeouts", "riverqueue/river #350", make<PolicyIgnored>},
      {"timeout_misses_unstarted", "B45",
       "an attempt that was leased and never started does not time out", "timeouts",
       "hatchet-dev/hatchet 9c31fdf0f6", make<OnlyOfRunning>}};
}

}  // namespace leasecheck::mutants
