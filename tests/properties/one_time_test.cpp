#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;
using model::ErrorCode;
using model::Status;

class OneTime : public ::testing::Test {
 protected:
  OneTime() {
    auto later = enqueue("a1");
    later.spec.not_before = at_ms(5);
    run.operate(later, 0);
    run.claim("a1", "w1", 10, 100);
  }

  WatchedRun run{properties::one_time};
};

TEST_F(OneTime, HoldsWhenAnOperationIsTimedBeforeAnEarlierOne) {
  EXPECT_EQ(run.premises_reached(), 0u);
  EXPECT_EQ(run.operate(model::AppendRunEvent{"L1", "w1", "noted", "1"}, 9), "held");
  EXPECT_EQ(run.operate(model::ReleaseLease{"L1", "w1"}, 8), "held");
  EXPECT_EQ(run.premises_reached(), 2u);
}

TEST_F(OneTime, ComplainsOfAClockReadTwice) {
  Observation enqueued = run.observe(enqueue("a2"), 20);
  enqueued.clock_reads = 2;
  EXPECT_EQ(run.show(enqueued), "an enqueue read the repository's clock 2 times instead of once");
}

TEST_F(OneTime, ComplainsOfAClockNotRead) {
  Observation reap = run.observe(model::ExpireLeasesAndRequeue{at_ms(0)}, 20);
  reap.clock_reads = 0;
  EXPECT_EQ(run.show(reap), "a reap read the repository's clock 0 times instead of once");
}

TEST_F(OneTime, ComplainsOfAClockReadBesideAPassedTime) {
  Observation ack = run.observe(model::AckAttempt{"L1", "w1", {}}, 20);
  ack.clock_reads = 1;
  EXPECT_EQ(run.show(ack), "an ack read the repository's clock; its times are its arguments");
}

TEST_F(OneTime, BadArgumentsMayBeNoticedBeforeTheClockIsRead) {
  Observation claim = run.observe(model::UpsertLease{"", "w1", at_ms(30)}, 20);
  claim.clock_reads = 0;
  EXPECT_EQ(run.show(claim), "held");
  Observation unknown = run.observe(model::UpsertLease{"a9", "w1", at_ms(30)}, 20);
  unknown.clock_reads = 0;
  EXPECT_EQ(run.show(unknown), "a claim read the repository's clock 0 times instead of once");
}

TEST_F(OneTime, ComplainsOfARequeueThatKeepsItsPlace) {
  Observation release = run.observe(model::ReleaseLease{"L1", "w1"}, 20);
  attempt_in(release.after, "a1").ready_at = at_ms(5);
  EXPECT_EQ(run.show(release), "a release at 20 wrote ready_at 5 for a1 instead of 20");
}

TEST_F(OneTime, ComplainsOfAnEnqueueThatForgetsNotBefore) {
  auto later = enqueue("a2");
  later.spec.not_before = at_ms(50);
  Observation enqueued = run.observe(later, 20);
  attempt_in(enqueued.after, "a2").ready_at = at_ms(20);
  EXPECT_EQ(run.show(enqueued), "an enqueue at 20 wrote ready_at 20 for a2 instead of 50");
}

TEST_F(OneTime, ComplainsOfAGrantAtAnotherTime) {
  run.operate(model::ReleaseLease{"L1", "w1"}, 20);
  Observation claim = run.observe(model::UpsertLease{"a1", "w1", at_ms(100)}, 30);
  lease_in(claim.after, "a1").heartbeat_at = at_ms(29);
  EXPECT_EQ(run.show(claim), "a claim at 30 wrote heartbeat_at 29 for a1 instead of 30");
}

TEST_F(OneTime, ComplainsOfADeathAtAnotherTime) {
  Observation ack = run.observe(model::AckAttempt{"L1", "w1", model::AckOutcome::failed}, 20);
  ack.after.dead_letters.front().dead_at = at_ms(10);
  EXPECT_EQ(run.show(ack), "an ack at 20 wrote dead_at 10 for a1 instead of 20");
}

TEST_F(OneTime, ComplainsOfAnEventAtAnotherTime) {
  Observation append = run.observe(model::AppendRunEvent{"L1", "w1", "noted", "1"}, 20);
  append.after.runs.front().events.back().at = at_ms(21);
  EXPECT_EQ(run.show(append), "an appended event at 20 wrote at 21 for a1 instead of 20");
}

}  // namespace
}  // namespace leasecheck::tests
