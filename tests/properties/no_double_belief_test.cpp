#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;

/// Two workers with clocks of their own, attempt "a1", and the repository that they share.
class NoDoubleBelief : public ::testing::Test {
 protected:
  NoDoubleBelief() { begin({}); }

  void begin(const properties::Deployment& deployment, model::Duration w1_is_off_by = {}) {
    run = std::make_unique<WatchedRun>(properties::no_double_belief, deployment);
    run->show(model::WorkerStarted{"w1", {w1_is_off_by, 0}}, 0);
    run->show(model::WorkerStarted{"w2", {}}, 0);
    auto attempt = enqueue("a1");
    attempt.spec.timeout = model::Duration{1000};
    run->operate(attempt, 0);
  }

  /// Answers the number of the call; its answer is under way.
  std::uint64_t claim(const model::Id& worker, std::int64_t now, std::int64_t expires_at) {
    run->claim("a1", worker, now, expires_at);
    return run->last_step();
  }

  std::uint64_t call(const model::Id& worker, const model::Operation& operation, std::int64_t now) {
    Observation seen = run->observe(operation, now);
    seen.actor = worker;
    EXPECT_EQ(run->show(seen), "held");
    return seen.step;
  }

  std::string deliver(const model::Id& worker, std::uint64_t call, std::int64_t now) {
    return run->show(model::ReplyDelivered{worker, call}, now);
  }

  /// "w1" holds the attempt until 100; then it is reaped and claimed by "w2", who is answered then.
  std::string hand_over_at(std::int64_t now) {
    EXPECT_EQ(deliver("w1", claim("w1", 0, 100), 0), "held");
    return take_over_at(now);
  }

  std::string take_over_at(std::int64_t now) {
    run->operate(model::ExpireLeasesAndRequeue{at_ms(now + 1000)}, now);
    return deliver("w2", claim("w2", now, now + 100), now);
  }

  std::unique_ptr<WatchedRun> run;
};

TEST_F(NoDoubleBelief, HoldsWhenTheFirstHoldersClockShowsItsExpiry) {
  EXPECT_EQ(hand_over_at(100), "held");
  EXPECT_EQ(run->premises_reached(), 1u);
}

TEST_F(NoDoubleBelief, ComplainsWhenAClockThatIsSetBackRevivesABelief) {
  EXPECT_EQ(hand_over_at(100), "held");
  EXPECT_EQ(run->show(model::ClockStepped{"w1", {model::Duration{5}, 0}}, 100), "held");
  EXPECT_TRUE(run->show(model::ClockStepped{"w1", {model::Duration{-1}, 0}}, 100)
                  .contains("at 100 w1 came to believe that it holds a1"));
}

TEST_F(NoDoubleBelief, ComplainsOneMillisecondEarlier) {
  EXPECT_EQ(
      hand_over_at(99),
      "at 99 w2 came to believe that it holds a1 by L2, while w1 believes so by L1: its clock "
      "shows 99 and it was acknowledged until 100");
}

TEST_F(NoDoubleBelief, GoesByTheWorkersOwnClock) {
  begin({}, model::Duration{-7});
  EXPECT_EQ(hand_over_at(106),
            "at 106 w2 came to believe that it holds a1 by L2, while w1 believes so by L1: its "
            "clock shows 99 and it was acknowledged until 100");
}

TEST_F(NoDoubleBelief, IsNotPromisedBeyondTheMargin) {
  begin({.skew_within_margin = false});
  EXPECT_FALSE(properties::no_double_belief.watch({.skew_within_margin = false})->is_promised());
  EXPECT_EQ(hand_over_at(99), "held");
  EXPECT_EQ(run->premises_reached(), 1u);
}

TEST_F(NoDoubleBelief, AnAcknowledgedHeartbeatProlongsTheBelief) {
  deliver("w1", claim("w1", 0, 100), 0);
  deliver("w1", call("w1", model::HeartbeatLease{"L1", at_ms(50), at_ms(150)}, 50), 50);
  EXPECT_EQ(take_over_at(149),
            "at 149 w2 came to believe that it holds a1 by L2, while w1 believes so by L1: its "
            "clock shows 149 and it was acknowledged until 150");
}

TEST_F(NoDoubleBelief, AVersionedHeartbeatIsAcknowledgedAsAnswered) {
  deliver("w1", claim("w1", 0, 100), 0);
  deliver("w1",
          call("w1", model::HeartbeatLeaseWithVersion{"L1", "w1", 1, at_ms(50), at_ms(60)}, 50),
          50);
  EXPECT_EQ(
      take_over_at(99),
      "at 99 w2 came to believe that it holds a1 by L2, while w1 believes so by L1: its clock "
      "shows 99 and it was acknowledged until 100");
}

TEST_F(NoDoubleBelief, AnAnswerThatNeverArrivedFoundsNoBelief) {
  run->show(model::ReplyLost{"w1", claim("w1", 0, 100)}, 0);
  EXPECT_EQ(take_over_at(50), "held");
  EXPECT_EQ(run->premises_reached(), 0u);
}

TEST_F(NoDoubleBelief, EndsAtTheExecutionDeadline) {
  deliver("w1", claim("w1", 0, 5000), 0);
  run->operate(model::ExpireLeasesAndRequeue{at_ms(9000)}, 1000);
  EXPECT_EQ(deliver("w2", claim("w2", 1000, 1100), 1000), "held");
  EXPECT_EQ(run->premises_reached(), 1u);
}

TEST_F(NoDoubleBelief, EndsWithTheAckThatWasSentAndALateAnswerRevivesNothing) {
  deliver("w1", claim("w1", 0, 100), 0);
  const std::uint64_t late = call("w1", model::HeartbeatLease{"L1", at_ms(10), at_ms(500)}, 10);
  run->show(model::LeaseGivenUp{"w1", "L1"}, 20);
  deliver("w1", late, 30);
  EXPECT_EQ(take_over_at(50), "held");
}

TEST_F(NoDoubleBelief, EndsWhenTheWorkerIsToldThatItsLeaseIsStale) {
  deliver("w1", claim("w1", 0, 100), 0);
  run->operate(model::ExpireLeasesAndRequeue{at_ms(1000)}, 40);
  const std::uint64_t refused = call("w1", model::HeartbeatLease{"L1", at_ms(41), at_ms(141)}, 41);
  deliver("w1", refused, 42);
  EXPECT_EQ(deliver("w2", claim("w2", 50, 150), 50), "held");
  EXPECT_EQ(run->premises_reached(), 0u);
}

TEST_F(NoDoubleBelief, ARestartForgetsAndAnswersToEarlierCallsDoNotCount) {
  const std::uint64_t earlier = claim("w1", 0, 100);
  run->show(model::WorkerStopped{"w1"}, 1);
  run->show(model::WorkerStarted{"w1", {}}, 2);
  deliver("w1", earlier, 3);
  EXPECT_EQ(take_over_at(50), "held");
}

TEST_F(NoDoubleBelief, AWorkerThatIsDownBelievesNothing) {
  deliver("w1", claim("w1", 0, 100), 0);
  run->show(model::WorkerStopped{"w1"}, 1);
  EXPECT_EQ(take_over_at(50), "held");
}

TEST_F(NoDoubleBelief, WhatAnOperatorTookIsLeftOutOfConsideration) {
  deliver("w1", claim("w1", 0, 500), 0);
  // w1 acks through a call that it is not known to have sent: the row is failed, w1 still believes.
  run->operate(model::AckAttempt{"L1", "w1", model::AckOutcome::failed}, 10);
  run->operate(model::ReplayDeadLetter{"a1"}, 20);
  EXPECT_EQ(deliver("w2", claim("w2", 30, 130), 30), "held");
}

}  // namespace
}  // namespace leasecheck::tests
