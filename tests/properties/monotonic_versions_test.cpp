#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;
using model::ErrorCode;
using model::Status;

class MonotonicVersions : public ::testing::Test {
 protected:
  MonotonicVersions() {
    run.operate(enqueue("a1"), 0);
    run.claim("a1", "w1", 10, 100);
  }

  WatchedRun run{properties::monotonic_versions};
};

TEST_F(MonotonicVersions, HoldsThroughHeartbeatsRequeueAndTheNextClaim) {
  EXPECT_EQ(run.operate(model::HeartbeatLease{"L1", at_ms(20), at_ms(120)}, 20), "held");
  EXPECT_EQ(run.operate(model::ReleaseLease{"L1", "w1"}, 30), "held");
  EXPECT_EQ(run.premises_reached(), 0u);
  EXPECT_EQ(run.operate(model::UpsertLease{"a1", "w2", at_ms(50)}, 40), "held");
  EXPECT_EQ(run.premises_reached(), 1u);
}

TEST_F(MonotonicVersions, ComplainsOfAVersionThatBeginsAgain) {
  run.operate(model::HeartbeatLease{"L1", at_ms(20), at_ms(120)}, 20);
  run.operate(model::ReleaseLease{"L1", "w1"}, 30);
  Observation claim = run.observe(model::UpsertLease{"a1", "w2", at_ms(50)}, 40);
  attempt_in(claim.after, "a1").version = 1;
  lease_in(claim.after, "a1").version = 1;
  EXPECT_EQ(run.show(claim), "a claim took the version of a1 from 2 to 1; it has to become 3");
}

TEST_F(MonotonicVersions, ComplainsOfAHeartbeatThatDoesNotMoveIt) {
  Observation heartbeat = run.observe(model::HeartbeatLease{"L1", at_ms(20), at_ms(120)}, 20);
  attempt_in(heartbeat.after, "a1").version = 1;
  EXPECT_EQ(run.show(heartbeat), "a heartbeat left the version of a1 at 1; it has to become 2");
}

TEST_F(MonotonicVersions, ComplainsOfARequeueThatMovesIt) {
  Observation release = run.observe(model::ReleaseLease{"L1", "w1"}, 30);
  attempt_in(release.after, "a1").version = 0;
  EXPECT_EQ(run.show(release),
            "a release took the version of a1 from 1 to 0; only a claim and an accepted heartbeat "
            "of that attempt move it");
}

TEST_F(MonotonicVersions, ComplainsOfALeaseThatShowsAnotherVersion) {
  Observation start = run.observe(model::StartAttempt{"L1", "w1"}, 20);
  lease_in(start.after, "a1").version = 5;
  EXPECT_EQ(run.show(start), "lease L1 of a1 has version 5, the attempt has 1");
}

TEST_F(MonotonicVersions, ComplainsOfAnAnswerWithAnotherVersion) {
  run.operate(model::ReleaseLease{"L1", "w1"}, 30);
  Observation claim = run.observe(model::UpsertLease{"a1", "w2", at_ms(50)}, 40);
  std::get<model::LeaseRecord>(claim.outcome.value()).version = 1;
  EXPECT_EQ(run.show(claim), "a claim answered version 1 for a1, which is at 2");
}

TEST_F(MonotonicVersions, ComplainsOfANewAttemptThatDoesNotBeginAtZero) {
  Observation enqueued = run.observe(enqueue("a2"), 20);
  attempt_in(enqueued.after, "a2").version = 1;
  EXPECT_EQ(run.show(enqueued),
            "an enqueue took the version of a2 from 0 to 1; only a claim and an accepted heartbeat "
            "of that attempt move it");
}

}  // namespace
}  // namespace leasecheck::tests
