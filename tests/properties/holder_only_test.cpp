#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;
using model::ErrorCode;
using model::Status;

class HolderOnly : public ::testing::Test {
 protected:
  HolderOnly() {
    run.operate(enqueue("a1"), 0);
    run.operate(enqueue("a2"), 0);
    run.claim("a1", "w1", 1, 10);
  }

  /// "L1" is reaped, and "w2" holds the attempt by "L2".
  void lose_the_lease() {
    run.operate(model::ExpireLeasesAndRequeue{at_ms(11)}, 20);
    run.claim("a1", "w2", 21, 50);
  }

  WatchedRun run{properties::holder_only};
};

TEST_F(HolderOnly, HoldsWhileTheHolderWorksAndOthersAreRefused) {
  EXPECT_EQ(run.operate(model::StartAttempt{"L1", "w1"}, 2), "held");
  EXPECT_EQ(run.operate(model::HeartbeatLease{"L1", at_ms(3), at_ms(13)}, 3), "held");
  EXPECT_EQ(run.premises_reached(), 0u);
  EXPECT_EQ(run.operate(model::StartAttempt{"L1", "w2"}, 4), "held");
  EXPECT_EQ(run.operate(model::ReleaseLease{"L9", "w1"}, 4), "held");
  EXPECT_EQ(run.premises_reached(), 2u);
}

TEST_F(HolderOnly, ComplainsOfAStaleAckThatWasAccepted) {
  lose_the_lease();
  Observation ack = run.observe(model::AckAttempt{"L1", "w1", {}}, 22);
  ack.outcome = model::AckResult{Status::completed, 1, {}};
  EXPECT_EQ(run.show(ack), "an ack by w1 was accepted for L1, which is not a current lease");
}

TEST_F(HolderOnly, ComplainsOfAnotherWorkersCallThatWasAccepted) {
  Observation release = run.observe(model::ReleaseLease{"L1", "w2"}, 2);
  release.outcome = model::Done{};
  EXPECT_EQ(run.show(release), "a release by w2 was accepted for L1, which w1 holds");
}

TEST_F(HolderOnly, ComplainsOfAnotherVersionThatWasAccepted) {
  Observation heartbeat =
      run.observe(model::HeartbeatLeaseWithVersion{"L1", "w1", 7, at_ms(2), at_ms(12)}, 2);
  heartbeat.outcome = lease_in(heartbeat.after, "a1");
  EXPECT_EQ(
      run.show(heartbeat),
      "a versioned heartbeat that shows version 7 was accepted for L1, which is at version 1");
}

TEST_F(HolderOnly, ComplainsWhenTheHolderIsRefused) {
  Observation heartbeat = run.observe(model::HeartbeatLease{"L1", at_ms(11), at_ms(21)}, 11);
  heartbeat.outcome = std::unexpected(ErrorCode::stale_lease);
  heartbeat.after = heartbeat.before;
  EXPECT_EQ(run.show(heartbeat),
            "a heartbeat by the holder of L1, which is current, was refused as stale_lease");
}

TEST_F(HolderOnly, ComplainsOfARefusedCallThatChangedSomething) {
  Observation heartbeat = run.observe(model::HeartbeatLease{"L1", at_ms(2), at_ms(12)}, 2);
  heartbeat.outcome = std::unexpected(ErrorCode::stale_lease);
  EXPECT_EQ(run.show(heartbeat), "a heartbeat for L1 was refused and yet changed a1");
}

TEST_F(HolderOnly, ComplainsOfAnotherErrorThanStaleLease) {
  Observation start = run.observe(model::StartAttempt{"L9", "w1"}, 2);
  start.outcome = std::unexpected(ErrorCode::not_found);
  EXPECT_EQ(
      run.show(start),
      "a start for L9 by who does not hold it was refused as not_found instead of stale_lease");
}

TEST_F(HolderOnly, ComplainsOfAnOperationThatChangesAnotherAttempt) {
  Observation cancel = run.observe(model::CancelAttempt{"a1"}, 2);
  attempt_in(cancel.after, "a2").status = Status::cancelled;
  EXPECT_EQ(run.show(cancel), "a cancel of a1 changed a2, another attempt");
}

TEST_F(HolderOnly, ComplainsOfAReadThatChangesSomething) {
  Observation get = run.observe(model::GetAttempt{"a1"}, 2);
  attempt_in(get.after, "a1").priority = 9;
  EXPECT_EQ(run.show(get), "a look at an attempt, which only reads, changed a1");
}

TEST_F(HolderOnly, ARepeatedAckIsAnsweredAsTheFirstTime) {
  const model::AckAttempt ack{"L1", "w1", model::AckOutcome::completed};
  EXPECT_EQ(run.operate(ack, 2), "held");
  EXPECT_EQ(run.operate(ack, 3), "held");
  Observation again = run.observe(ack, 4);
  again.outcome = std::unexpected(ErrorCode::stale_lease);
  EXPECT_EQ(run.show(again),
            "the same ack of L1 once more was refused as stale_lease instead of answered as the "
            "first time");
}

TEST_F(HolderOnly, AnAckIsForgottenAtTheNextClaim) {
  const model::AckAttempt ack{"L1", "w1", model::AckOutcome::failed};
  EXPECT_EQ(run.operate(ack, 2), "held");
  EXPECT_EQ(run.operate(model::ReplayDeadLetter{"a1"}, 3), "held");
  EXPECT_EQ(run.operate(ack, 4), "held");
  Observation again = run.observe(ack, 5);
  again.outcome = model::AckResult{Status::failed, 1, {}};
  EXPECT_EQ(run.show(again), "an ack by w1 was accepted for L1, which is not a current lease");
}

TEST_F(HolderOnly, AnUnavailableRepositoryIsNoComplaint) {
  Observation heartbeat = run.observe(model::HeartbeatLease{"L1", at_ms(2), at_ms(12)}, 2);
  heartbeat.outcome = std::unexpected(ErrorCode::unavailable);
  heartbeat.after = heartbeat.before;
  EXPECT_EQ(run.show(heartbeat), "held");
}

}  // namespace
}  // namespace leasecheck::tests
