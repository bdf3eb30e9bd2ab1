#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;
using model::ErrorCode;
using model::Status;

class ExpiryNeverLowered : public ::testing::Test {
 protected:
  ExpiryNeverLowered() {
    run.operate(enqueue("a1"), 0);
    run.claim("a1", "w1", 10, 100);
  }

  WatchedRun run{properties::expiry_never_lowered};
};

TEST_F(ExpiryNeverLowered, HoldsWhenALateHeartbeatAsksForLess) {
  EXPECT_EQ(run.operate(model::HeartbeatLease{"L1", at_ms(20), at_ms(120)}, 20), "held");
  EXPECT_EQ(run.premises_reached(), 0u);
  EXPECT_EQ(run.operate(model::HeartbeatLease{"L1", at_ms(15), at_ms(115)}, 25), "held");
  EXPECT_EQ(run.premises_reached(), 1u);
}

TEST_F(ExpiryNeverLowered, ComplainsOfAnExpiryThatFell) {
  Observation heartbeat = run.observe(model::HeartbeatLease{"L1", at_ms(20), at_ms(90)}, 20);
  lease_in(heartbeat.after, "a1").lease_expires_at = at_ms(90);
  EXPECT_EQ(run.show(heartbeat), "the expiry of lease L1 of a1 fell from 100 to 90");
}

TEST_F(ExpiryNeverLowered, ComplainsOfAHeartbeatAtThatFell) {
  Observation start = run.observe(model::StartAttempt{"L1", "w1"}, 20);
  lease_in(start.after, "a1").heartbeat_at = at_ms(9);
  EXPECT_EQ(run.show(start), "heartbeat_at of lease L1 of a1 fell from 10 to 9");
}

TEST_F(ExpiryNeverLowered, ANewLeaseMayExpireEarlier) {
  run.operate(model::ReleaseLease{"L1", "w1"}, 20);
  EXPECT_EQ(run.operate(model::UpsertLease{"a1", "w2", at_ms(50)}, 30), "held");
}

}  // namespace
}  // namespace leasecheck::tests
