#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;
using model::ErrorCode;
using model::Status;

class MonotonicSequences : public ::testing::Test {
 protected:
  MonotonicSequences() {
    run.operate(enqueue("a1"), 0);
    run.claim("a1", "w1", 10, 100);
    run.operate(append("started"), 20);
  }

  static model::AppendRunEvent append(const model::Id& kind) { return {"L1", "w1", kind, "{}"}; }

  WatchedRun run{properties::monotonic_sequences};
};

TEST_F(MonotonicSequences, HoldsForAppendsAndLatest) {
  EXPECT_EQ(run.premises_reached(), 0u);
  EXPECT_EQ(run.operate(append("moved"), 30), "held");
  EXPECT_EQ(run.premises_reached(), 1u);
  EXPECT_EQ(run.operate(model::LatestSeqForRun{"r1"}, 31), "held");
  EXPECT_EQ(run.operate(model::LatestSeqForRun{"r2"}, 31), "held");
}

TEST_F(MonotonicSequences, ComplainsOfAGap) {
  Observation appended = run.observe(append("moved"), 30);
  appended.after.runs.front().events.back().seq = 3;
  appended.outcome = model::Sequence{3};
  EXPECT_EQ(run.show(appended),
            "event number 2 of r1 was given sequence 3, and the append answered 3");
}

TEST_F(MonotonicSequences, ComplainsOfAnAnswerThatIsNotTheEventsNumber) {
  Observation appended = run.observe(append("moved"), 30);
  appended.outcome = model::Sequence{1};
  EXPECT_EQ(run.show(appended),
            "event number 2 of r1 was given sequence 2, and the append answered 1");
}

TEST_F(MonotonicSequences, ComplainsOfAnAppendThatOverwrites) {
  Observation appended = run.observe(append("moved"), 30);
  appended.after.runs.front().events.erase(appended.after.runs.front().events.begin());
  EXPECT_EQ(run.show(appended),
            "an append to r1 with 1 events did more or less than add one at its end");
}

TEST_F(MonotonicSequences, ComplainsOfAnotherEventThanWasAppended) {
  Observation appended = run.observe(append("moved"), 30);
  appended.after.runs.front().events.back().kind = "started";
  EXPECT_EQ(run.show(appended), "event 2 of r1 is a started of a1, but a moved of a1 was appended");
}

TEST_F(MonotonicSequences, ComplainsOfALatestThatFell) {
  Observation latest = run.observe(model::LatestSeqForRun{"r1"}, 30);
  latest.outcome = model::Sequence{0};
  EXPECT_EQ(run.show(latest),
            "the latest sequence of r1 was answered as 0, and its last event has 1");
}

TEST_F(MonotonicSequences, ComplainsOfEventsThatVanish) {
  Observation ack = run.observe(model::AckAttempt{"L1", "w1", {}}, 30);
  ack.after.runs.clear();
  EXPECT_EQ(run.show(ack), "an ack changed the events of a run");
}

TEST_F(MonotonicSequences, AResetEmptiesTheRuns) {
  EXPECT_EQ(run.operate(model::Reset{}, 30), "held");
}

}  // namespace
}  // namespace leasecheck::tests
