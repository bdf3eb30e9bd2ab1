#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;
using model::ErrorCode;
using model::Status;

TEST(NoDoubleLeaseRows, HoldsThroughAClaimARefusedClaimAndARelease) {
  WatchedRun run{properties::no_double_lease_rows};
  EXPECT_EQ(run.operate(enqueue("a1"), 0), "held");
  const auto lease = run.claim("a1", "w1", 1, 10);
  EXPECT_EQ(run.operate(model::UpsertLease{"a1", "w2", at_ms(20)}, 5), "held");
  EXPECT_EQ(run.premises_reached(), 1u);
  EXPECT_EQ(run.operate(model::ReleaseLease{lease.lease_id, "w1"}, 6), "held");
}

TEST(NoDoubleLeaseRows, ComplainsOfTwoRowsForOneAttempt) {
  WatchedRun run{properties::no_double_lease_rows};
  run.operate(enqueue("a1"), 0);
  Observation claim = run.observe(model::UpsertLease{"a1", "w1", at_ms(10)}, 1);
  claim.after.leases.push_back(claim.after.leases.front());
  claim.after.leases.back().lease_id = "L2";
  EXPECT_EQ(run.show(claim), "a1 has two lease rows, L1 and L2");
}

TEST(NoDoubleLeaseRows, ComplainsOfALeaseThatReplacesAnother) {
  WatchedRun run{properties::no_double_lease_rows};
  run.operate(enqueue("a1"), 0);
  run.claim("a1", "w1", 1, 10);
  Observation second = run.observe(model::UpsertLease{"a1", "w2", at_ms(30)}, 20);
  lease_in(second.after, "a1").lease_id = "L2";
  second.outcome = lease_in(second.after, "a1");
  EXPECT_EQ(run.show(second), "w2 claimed a1 although L1 still stood, held by w1");
}

TEST(NoDoubleLeaseRows, ComplainsOfALeasedAttemptWithoutARow) {
  WatchedRun run{properties::no_double_lease_rows};
  run.operate(enqueue("a1"), 0);
  Observation claim = run.observe(model::UpsertLease{"a1", "w1", at_ms(10)}, 1);
  claim.after.leases.clear();
  EXPECT_EQ(run.show(claim), "a1 is leased and has no lease row");
}

TEST(NoDoubleLeaseRows, ComplainsOfARowThatOutlivesTheWork) {
  WatchedRun run{properties::no_double_lease_rows};
  run.operate(enqueue("a1"), 0);
  const auto lease = run.claim("a1", "w1", 1, 10);
  Observation ack = run.observe(model::AckAttempt{lease.lease_id, "w1", {}}, 2);
  ack.after.leases = ack.before.leases;
  EXPECT_EQ(run.show(ack), "a1 is completed and has a lease row");
}

TEST(NoDoubleLeaseRows, ComplainsOfALeaseOfNoAttempt) {
  WatchedRun run{properties::no_double_lease_rows};
  run.operate(enqueue("a1"), 0);
  Observation claim = run.observe(model::UpsertLease{"a1", "w1", at_ms(10)}, 1);
  claim.after.attempts.clear();
  EXPECT_EQ(run.show(claim), "lease L1 is of a1, which does not exist");
}

TEST(NoDoubleLeaseRows, ComplainsOfALeaseIdUsedTwiceEvenOverAReset) {
  WatchedRun run{properties::no_double_lease_rows};
  run.operate(enqueue("a1"), 0);
  run.claim("a1", "w1", 1, 10);
  EXPECT_EQ(run.operate(model::Reset{}, 2), "held");
  run.operate(enqueue("a2"), 3);
  Observation claim = run.observe(model::UpsertLease{"a2", "w1", at_ms(10)}, 4);
  lease_in(claim.after, "a2").lease_id = "L1";
  EXPECT_EQ(run.show(claim), "a claim of a2 was granted as L1, the id of an earlier lease of a1");
}

TEST(NoDoubleLeaseRows, ComplainsOfALeaseThatChangesHands) {
  WatchedRun run{properties::no_double_lease_rows};
  run.operate(enqueue("a1"), 0);
  run.claim("a1", "w1", 1, 10);
  Observation heartbeat = run.observe(model::HeartbeatLease{"L1", at_ms(2), at_ms(12)}, 2);
  lease_in(heartbeat.after, "a1").worker_id = "w2";
  EXPECT_EQ(run.show(heartbeat), "lease L1 of a1 passed from w1 to w2 without a claim");
}

}  // namespace
}  // namespace leasecheck::tests
