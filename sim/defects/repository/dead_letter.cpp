// Rule 14: dead letters and their replay.

#include "sim/defects/repository/groups.hpp"

namespace leasecheck::mutants {
namespace {

struct Lost final : Base {
  using Base::Base;
  void fail(Attempt& attempt, DeadLetterReason reason, Time now) override {
    Base::fail(attempt, reason, now);
    attempt.dead_letter.reset();
  }
};

struct WrongReason final : Base {
  using Base::Base;
  void fail(Attempt& attempt, DeadLetterReason, Time now) override {
    Base::fail(attempt, DeadLetterReason::failed, now);
  }
};

struct KeepsAttemptNo final : Base {
  using Base::Base;
  void replay(Attempt& attempt, Time now) override {
    const std::uint32_t attempt_no = attempt.attempt_no;
    Base::replay(attempt, now);
    attempt.attempt_no = attempt_no;
  }
};

struct KeepsDeliveryCount final : Base {
  using Base::Base;
  void replay(Attempt& attempt, Time now) override {
    const std::uint32_t delivery_count = attempt.delivery_count;
    Base::replay(attempt, now);
    attempt.delivery_count = delivery_count;
  }
};

struct ResetsVersion final : Base {
  using Base::Base;
  void replay(Attempt& attempt, Time now) override {
    Base::replay(attempt, now);
    attempt.version = 0;
  }
};

}  // namespace

std::vector<Mutant> dead_letter_mutants() {
  return {{"dead_letter_lost", "B109", "an attempt fails finally and no dead letter is written",
           "one_dead_letter", "Oris (finding O-11)", make<Lost>},
          {"dead_letter_wrong_reason", "B108", "every dead letter says that the work failed",
           "one_dead_letter", "timgit/pg-boss 3b8b570", make<WrongReason>},
          {"replay_keeps_attempt_no", "B85", "a replayed attempt has no retries left",
           "retry_budget", "Oris (finding O-15)", make<KeepsAttemptNo>},
          {"replay_keeps_delivery_count", "B85", "a replayed attempt has no deliveries left",
           "retry_budget", "taskforcesh/bullmq #3555", make<KeepsDeliveryCount>},
          {"replay_resets_version", "B110", "a replay starts the fencing token again",
           "monotonic_versions", "apache/curator f1f9d5f8", make<ResetsVersion>}};
}

}  // namespace leasecheck::mutants
