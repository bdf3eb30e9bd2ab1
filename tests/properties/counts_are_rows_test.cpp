#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;
using model::ErrorCode;
using model::Status;

class CountsAreRows : public ::testing::Test {
 protected:
  CountsAreRows() {
    for (const char* id : {"a1", "a2", "a3"}) run.operate(enqueue(id), 0);
    run.claim("a1", "w1", 10, 100);
    run.claim("a2", "w1", 10, 200);
  }

  WatchedRun run{properties::counts_are_rows};
};

TEST_F(CountsAreRows, HoldsForEveryCount) {
  EXPECT_EQ(run.operate(model::QueueDepth{at_ms(20)}, 20), "held");
  EXPECT_EQ(run.operate(model::CountByStatus{}, 20), "held");
  EXPECT_EQ(run.operate(model::ExpireLeasesAndRequeue{at_ms(101)}, 110), "held");
  EXPECT_EQ(run.premises_reached(), 1u);
}

TEST_F(CountsAreRows, ComplainsOfAReapThatCountsTwice) {
  Observation reap = run.observe(model::ExpireLeasesAndRequeue{at_ms(101)}, 110);
  reap.outcome = model::Count{2};
  EXPECT_EQ(run.show(reap), "a reap answered 2, and 1 attempts lost a lease");
}

TEST_F(CountsAreRows, ComplainsOfATickThatCountsWhatItDidNotTake) {
  Observation tick = run.observe(model::TransitionTimedOutAttempts{at_ms(20)}, 20);
  tick.outcome = model::Count{1};
  EXPECT_EQ(run.show(tick), "a timeout tick answered 1, and 0 attempts lost a lease");
}

TEST_F(CountsAreRows, ComplainsOfADepthThatCountsLeases) {
  Observation depth = run.observe(model::QueueDepth{at_ms(20)}, 20);
  depth.outcome = model::Count{3};
  EXPECT_EQ(run.show(depth), "a look at the depth answered 3, and 1 attempts are dispatchable");
}

TEST_F(CountsAreRows, ComplainsOfAStatusMiscounted) {
  Observation counts = run.observe(model::CountByStatus{}, 20);
  std::get<model::CountsByStatus>(counts.outcome.value()).count[0] = 3;
  EXPECT_EQ(run.show(counts), "the counts by status say that 3 attempts are queued, and 1 are");
}

TEST_F(CountsAreRows, ComplainsOfDeadLettersInAnotherOrder) {
  run.operate(model::AckAttempt{"L2", "w1", model::AckOutcome::failed}, 20);
  run.operate(model::AckAttempt{"L1", "w1", model::AckOutcome::failed}, 30);
  EXPECT_EQ(run.operate(model::ListDeadLetters{1}, 40), "held");
  EXPECT_EQ(run.operate(model::ListDeadLetters{2}, 40), "held");
  Observation list = run.observe(model::ListDeadLetters{2}, 40);
  list.outcome = list.before.dead_letters;
  EXPECT_EQ(run.show(list),
            "asked for the first 2 dead letters by dead_at and attempt_id, the list is a1, a2 "
            "instead of a2, a1");
}

}  // namespace
}  // namespace leasecheck::tests
