#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;
using model::Duration;

/// "w1" is granted attempt "a1" as "L1" at 0, until 100, and told so at 10.
class NoWorkWithoutBelief : public ::testing::Test {
 protected:
  NoWorkWithoutBelief() {
    run.show(model::WorkerStarted{"w1", {}}, 0);
    auto attempt = enqueue("a1");
    attempt.spec.timeout = Duration{150};
    run.operate(attempt, 0);
    run.claim("a1", "w1", 0, 100);
    grant = run.last_step();
    deliver(grant, 10);
  }

  void deliver(std::uint64_t call, std::int64_t now) {
    EXPECT_EQ(run.show(model::ReplyDelivered{"w1", call}, now), "held");
  }
  /// Calls as "w1", who is answered at once.
  void call(const model::Operation& operation, std::int64_t now) {
    const Observation seen = run.observe(operation, now);
    EXPECT_EQ(run.show(seen), "held");
    deliver(seen.step, now);
  }
  /// What was written when the clock of "w1" showed this arrives.
  std::string write(std::int64_t believed_at, std::int64_t now = 1000) {
    return run.show(model::EffectWritten{"w1", "a1", grant, at_ms(believed_at)}, now);
  }

  WatchedRun run{properties::no_work_without_belief};
  std::uint64_t grant = 0;
};

TEST_F(NoWorkWithoutBelief, HoldsUntilTheExpiryThatWasAnswered) {
  EXPECT_EQ(write(99, 99), "held");
  EXPECT_EQ(run.premises_reached(), 0u);
  EXPECT_EQ(write(99, 100), "held") << "it arrives when the belief is over";
  EXPECT_EQ(run.premises_reached(), 1u);
}

TEST_F(NoWorkWithoutBelief, ComplainsOneMillisecondLater) {
  EXPECT_EQ(write(100),
            "w1 worked on a1 by L1 when its clock showed 100, but it was answered no expiry after "
            "100");
}

TEST_F(NoWorkWithoutBelief, GoesByTheHeartbeatsThatWereAnswered) {
  const Observation unanswered =
      run.observe(model::HeartbeatLease{"L1", at_ms(50), at_ms(149)}, 50);
  EXPECT_EQ(run.show(unanswered), "held");
  EXPECT_TRUE(write(100).contains("no expiry after 100"));
}

TEST_F(NoWorkWithoutBelief, HoldsOnWhileHeartbeatsAreAnswered) {
  call(model::HeartbeatLease{"L1", at_ms(50), at_ms(149)}, 50);
  call(model::HeartbeatLease{"L1", at_ms(60), at_ms(120)}, 60);
  EXPECT_EQ(write(148), "held");
  EXPECT_TRUE(write(149).contains("no expiry after 149"));
}

TEST_F(NoWorkWithoutBelief, ComplainsOfWorkPastTheExecutionDeadline) {
  call(model::HeartbeatLease{"L1", at_ms(50), at_ms(500)}, 50);
  EXPECT_EQ(write(149), "held");
  EXPECT_TRUE(write(150).contains("its execution was to end by 150"));
}

TEST_F(NoWorkWithoutBelief, ComplainsOfWorkAfterStaleLease) {
  run.operate(model::CancelAttempt{"a1"}, 20);
  EXPECT_EQ(write(25), "held") << "nobody has told it";
  call(model::StartAttempt{"L1", "w1"}, 30);
  EXPECT_EQ(write(30), "held") << "in the same millisecond";
  EXPECT_EQ(write(31),
            "w1 worked on a1 by L1 when its clock showed 31, but it had given that up, or was told "
            "that it is stale, by 30");
}

TEST_F(NoWorkWithoutBelief, ComplainsOfWorkAfterItGaveTheLeaseUp) {
  EXPECT_EQ(run.show(model::LeaseGivenUp{"w1", "L1"}, 40), "held");
  EXPECT_TRUE(write(41).contains("it had given that up"));
}

TEST_F(NoWorkWithoutBelief, GoesByTheWorkersOwnClock) {
  EXPECT_EQ(run.show(model::ClockStepped{"w1", {Duration{-50}, 0}}, 90), "held");
  EXPECT_EQ(run.show(model::LeaseGivenUp{"w1", "L1"}, 100), "held");
  EXPECT_EQ(write(90), "held") << "the clock had shown 90 when it was set";
  EXPECT_TRUE(write(91).contains("it had given that up"));
}

TEST_F(NoWorkWithoutBelief, JudgesOnlyWhatSaysThatItsWorkerBelieved) {
  EXPECT_EQ(run.show(model::EffectWritten{"w1", "a1", grant, std::nullopt}, 200), "held");
}

TEST_F(NoWorkWithoutBelief, KnowsNothingOfWhatWasWrittenBeforeTheWorkerStarted) {
  EXPECT_EQ(run.show(model::WorkerStopped{"w1"}, 20), "held");
  EXPECT_EQ(write(100), "held");
  EXPECT_EQ(run.show(model::WorkerStarted{"w1", {}}, 20), "held");
  EXPECT_EQ(write(100), "held");
}

}  // namespace
}  // namespace leasecheck::tests
