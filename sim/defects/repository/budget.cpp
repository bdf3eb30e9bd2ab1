// Rules 8, 11 and 14: what is counted, and what is answered about it.

#include <map>

#include "sim/defects/repository/groups.hpp"

namespace leasecheck::mutants {
namespace {

struct OneRetryTooMany final : Base {
  using Base::Base;
  void retry_or_fail(Attempt& attempt, DeadLetterReason reason, Time now) override {
    auto& policy = attempt.spec.retry_policy;
    if (policy) policy->max_retries += 1;
    Base::retry_or_fail(attempt, reason, now);
    if (policy) policy->max_retries -= 1;
  }
};

struct OneDeliveryTooMany final : Base {
  using Base::Base;
  void reap(Attempt& attempt, Time now) override {
    attempt.delivery_count -= 1;
    Base::reap(attempt, now);
    attempt.delivery_count += 1;
  }
};

struct SecondFailureDropped final : Base {
  using Base::Base;
  Result<AckResult> ack_attempt(const Holder& holder, AckOutcome outcome, Time now) override {
    const Attempt* held = find_held(holder);
    const bool failed_before = held != nullptr && held->attempt_no > 1;
    if (failed_before && outcome == AckOutcome::failed) {
      return AckResult{held->status, held->attempt_no, held->retry_at};
    }
    return Base::ack_attempt(holder, outcome, now);
  }
};

struct BackoffOverflows final : Base {
  using Base::Base;
  Duration backoff(const RetryPolicy& policy, std::uint32_t attempt_no) override {
    if (policy.strategy == BackoffStrategy::fixed) return Base::backoff(policy, attempt_no);
    auto wait = static_cast<std::uint64_t>(policy.backoff.count());
    for (std::uint32_t n = 1; n < attempt_no; ++n) {
      wait *= static_cast<std::uint64_t>(policy.multiplier);
    }
    const Duration wrapped{static_cast<std::int64_t>(wait)};
    return std::max(std::min(wrapped, policy.max_backoff.value_or(wrapped)), Duration{1});
  }
};

struct ConflictsWithItself final : Base {
  using Base::Base;
  Result<void> enqueue_attempt(const lease::AttemptSpec& spec) override {
    const Attempt* known = store().find(spec.attempt_id);
    if (known != nullptr && known->attempt_no > 1) {
      static_cast<void>(clock().now());
      return lease::failure(ErrorCode::already_exists, "it is being retried");
    }
    return Base::enqueue_attempt(spec);
  }
};

struct LetterForEveryDeath final : Base {
  using Base::Base;
  Result<std::vector<DeadLetter>> list_dead_letters(std::uint64_t limit) override {
    Result<std::vector<DeadLetter>> letters = Base::list_dead_letters(limit);
    if (!letters) return letters;
    std::vector<DeadLetter> all;
    for (const DeadLetter& letter : *letters)
      all.insert(all.end(), deaths_[letter.attempt_id], letter);
    return all;
  }
  Result<void> reset() override {
    deaths_.clear();
    return Base::reset();
  }

  void fail(Attempt& attempt, DeadLetterReason reason, Time now) override {
    ++deaths_[attempt.spec.attempt_id];
    Base::fail(attempt, reason, now);
  }

 private:
  std::map<AttemptId, std::size_t> deaths_;
};

}  // namespace

std::vector<Mutant> budget_mutants() {
  return {{"one_retry_too_many", "B10", "a failure after the last retry is tried again",
           "retry_budget", "oban-bg/oban 8eb54372", make<OneRetryTooMany>},
          {"one_delivery_too_many", "B10", "an attempt is delivered once more than it may be",
           "retry_budget", "oban-bg/oban 8eb54372", make<OneDeliveryTooMany>},
          {"second_failure_dropped", "B72",
           "a failure of the second try is taken for that of the first and dropped",
           "conforms_to_model", "hatchet-dev/hatchet e20a688080", make<SecondFailureDropped>},
          {"backoff_overflows", "B76", "exponential backoff wraps around at 64 bits", "never_early",
           "temporalio/temporal 76f806b7b8", make<BackoffOverflows>},
          {"enqueue_conflicts_with_itself", "B86",
           "an attempt that is being retried is in conflict with its own spec", "conforms_to_model",
           "riverqueue/river 2b9dd83", make<ConflictsWithItself>},
          {"letter_for_every_death", "B108",
           "an attempt that fails again after a replay has two dead letters", "counts_are_rows",
           "rails/solid_queue 629ae55", make<LetterForEveryDeath>}};
}

}  // namespace leasecheck::mutants
