#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;

class FinishTimes : public ::testing::Test {
 protected:
  FinishTimes() {
    run.operate(enqueue("a1"), 0);
    run.operate(enqueue("a2"), 0);
  }

  WatchedRun run{properties::finish_times};
};

TEST_F(FinishTimes, HoldWhereAnAttemptEndsAndStaysEnded) {
  EXPECT_EQ(run.operate(model::CancelAttempt{"a1"}, 7), "held");
  EXPECT_EQ(run.premises_reached(), 1u);
  EXPECT_EQ(run.operate(model::CancelAttempt{"a1"}, 9), "held");
  const auto lease = run.claim("a2", "w1", 10, 100);
  run.operate(model::AckAttempt{lease.lease_id, "w1", model::AckOutcome::failed}, 20);
  EXPECT_EQ(run.operate(model::ReplayDeadLetter{"a2"}, 30), "held");
  EXPECT_EQ(run.premises_reached(), 2u);
}

TEST_F(FinishTimes, ComplainOfAnEndWithoutATime) {
  Observation cancelled = run.observe(model::CancelAttempt{"a1"}, 7);
  attempt_in(cancelled.after, "a1").finished_at.reset();
  EXPECT_EQ(run.show(cancelled), "a cancel left a1 cancelled without finished_at");
}

TEST_F(FinishTimes, ComplainOfAnotherTime) {
  Observation cancelled = run.observe(model::CancelAttempt{"a1"}, 7);
  attempt_in(cancelled.after, "a1").finished_at = at_ms(8);
  EXPECT_EQ(run.show(cancelled), "a cancel at 7 wrote finished_at 8 for a1 instead of 7");
}

TEST_F(FinishTimes, ComplainOfATimeBeforeTheEnd) {
  Observation claimed = run.observe(model::UpsertLease{"a1", "w1", at_ms(50)}, 7);
  attempt_in(claimed.after, "a1").finished_at = at_ms(7);
  EXPECT_EQ(run.show(claimed), "a claim left a1 leased with a finished_at");
}

TEST_F(FinishTimes, ComplainOfATimeThatMoves) {
  run.operate(model::CancelAttempt{"a1"}, 7);
  Observation other = run.observe(model::CancelAttempt{"a2"}, 9);
  attempt_in(other.after, "a1").finished_at = at_ms(9);
  EXPECT_EQ(run.show(other), "a cancel at 9 wrote finished_at 9 for a1 instead of 7");
}

}  // namespace
}  // namespace leasecheck::tests
