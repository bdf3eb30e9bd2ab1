// Rules 11 and 12: how work ends, and how failures are counted.

#include "sim/defects/repository/groups.hpp"

namespace leasecheck::mutants {
namespace {

struct FromAnyone final : Base {
  using Base::Base;
  Result<AckResult> ack_attempt(const Holder& holder, AckOutcome outcome, Time now) override {
    const Attempt* current = find_current(holder.lease_id);
    Holder taken = holder;
    if (current != nullptr) taken.worker_id = current->lease->worker_id;
    return Base::ack_attempt(taken, outcome, now);
  }
};

struct TerminalOverwritten final : Base {
  using Base::Base;
  Result<AckResult> ack_attempt(const Holder& holder, AckOutcome outcome, Time now) override {
    Attempt* attempt = store().find_by_lease(holder.lease_id);
    if (attempt != nullptr && attempt->last_ack && attempt->last_ack->outcome != outcome) {
      attempt->lease = Lease{holder.lease_id, attempt->last_ack->worker_id, now, now};
      attempt->dead_letter.reset();
      ack(*attempt, outcome, now);
      store().save(*attempt);
      return AckResult{attempt->status, attempt->attempt_no, attempt->retry_at};
    }
    return Base::ack_attempt(holder, outcome, now);
  }
};

struct RepeatRefused final : Base {
  using Base::Base;
  bool repeats_last_ack(const Attempt&, const Holder&, AckOutcome) override { return false; }
};

struct RetryNotCounted final : Base {
  using Base::Base;
  void retry_or_fail(Attempt& attempt, DeadLetterReason reason, Time now) override {
    Base::retry_or_fail(attempt, reason, now);
    if (attempt.retry_at) attempt.attempt_no -= 1;
  }
};

struct BackoffAdds final : Base {
  using Base::Base;
  Duration backoff(const RetryPolicy& policy, std::uint32_t attempt_no) override {
    if (policy.strategy == BackoffStrategy::fixed) return Base::backoff(policy, attempt_no);
    RetryPolicy factor = policy;
    factor.backoff = Duration{1};
    factor.max_backoff.reset();
    const Time sum = lease::saturating_add(Time{policy.backoff}, Base::backoff(factor, attempt_no));
    return sum.time_since_epoch();
  }
};

struct BackoffUncapped final : Base {
  using Base::Base;
  Duration backoff(const RetryPolicy& policy, std::uint32_t attempt_no) override {
    RetryPolicy uncapped = policy;
    uncapped.max_backoff.reset();
    return Base::backoff(uncapped, attempt_no);
  }
};

struct BackoffOfZero final : Base {
  using Base::Base;
  Duration backoff(const RetryPolicy& policy, std::uint32_t attempt_no) override {
    return policy.backoff == Duration{0} ? Duration{0} : Base::backoff(policy, attempt_no);
  }
};

struct ReleaseBurnsRetry final : Base {
  using Base::Base;
  Result<void> release_lease(const Holder& holder, Time now) override {
    Attempt* held = find_held(holder);
    if (held != nullptr) held->attempt_no += 1;
    return Base::release_lease(holder, now);
  }
};

struct ReleaseFromAnyone final : Base {
  using Base::Base;
  Result<void> release_lease(const Holder& holder, Time now) override {
    const Attempt* current = find_current(holder.lease_id);
    Holder taken = holder;
    if (current != nullptr) taken.worker_id = current->lease->worker_id;
    return Base::release_lease(taken, now);
  }
};

}  // namespace

std::vector<Mutant> ack_mutants() {
  return {
      {"ack_from_anyone", "B66", "an ack names a lease and is taken from any worker", "holder_only",
       "Oris (finding O-2)", make<FromAnyone>},
      {"terminal_overwritten", "B69",
       "a second ack with another outcome changes a finished attempt", "terminal_is_final",
       "Oris (finding O-3)", make<TerminalOverwritten>},
      {"repeated_ack_refused", "B70", "an ack that is repeated after a lost reply is refused",
       "holder_only", "oban-bg/oban f79900e4", make<RepeatRefused>},
      {"retry_not_counted", "B79", "a retry does not move the attempt number", "retry_budget",
       "riverqueue/river 90850d3", make<RetryNotCounted>},
      {"backoff_adds", "B78", "exponential backoff adds the factor instead of multiplying by it",
       "never_early", "timgit/pg-boss 30fa9a6", make<BackoffAdds>},
      {"backoff_uncapped", "B78", "max_backoff is taken and not applied", "never_early",
       "timgit/pg-boss 30fa9a6", make<BackoffUncapped>},
      {"backoff_of_zero", "B77", "a backoff of zero is retried at once", "never_early",
       "timgit/pg-boss 2276d34", make<BackoffOfZero>},
      {"release_burns_a_retry", "B79", "giving work back counts as a failure", "retry_budget",
       "oban-bg/oban b48d5198", make<ReleaseBurnsRetry>},
      {"release_from_anyone", "B68", "anybody can put an attempt back while its holder runs it",
       "holder_only", "taskforcesh/bullmq dc1a3077d1", make<ReleaseFromAnyone>}};
}

}  // namespace leasecheck::mutants
