#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;
using model::ErrorCode;
using model::Status;

/// "a1" may be retried once and is delivered at most twice.
class RetryBudget : public ::testing::Test {
 protected:
  RetryBudget() {
    auto attempt = enqueue("a1");
    attempt.spec.retry_policy = model::RetryPolicy{.max_backoff = {}, .max_retries = 1};
    attempt.spec.max_deliveries = 2;
    run.operate(attempt, 0);
    run.claim("a1", "w1", 10, 100);
  }

  Observation fail(const model::Id& lease_id, std::int64_t now) {
    return run.observe(model::AckAttempt{lease_id, "w1", model::AckOutcome::failed}, now);
  }

  WatchedRun run{properties::retry_budget};
};

TEST_F(RetryBudget, HoldsUntilRetriesAreUsedUpAndThroughAReplay) {
  EXPECT_EQ(run.show(fail("L1", 20)), "held");
  run.claim("a1", "w1", 30, 100);
  EXPECT_EQ(run.show(fail("L2", 40)), "held");
  EXPECT_EQ(run.premises_reached(), 2u);
  EXPECT_EQ(run.operate(model::ReplayDeadLetter{"a1"}, 50), "held");
}

TEST_F(RetryBudget, HoldsWhenDeliveriesAreExhausted) {
  EXPECT_EQ(run.operate(model::ExpireLeasesAndRequeue{at_ms(101)}, 110), "held");
  run.claim("a1", "w1", 120, 130);
  EXPECT_EQ(run.operate(model::ExpireLeasesAndRequeue{at_ms(131)}, 140), "held");
  EXPECT_EQ(run.state().attempts.at("a1").status, Status::failed);
}

TEST_F(RetryBudget, ComplainsOfARetryTooMany) {
  run.show(fail("L1", 20));
  run.claim("a1", "w1", 30, 100);
  Observation ack = fail("L2", 40);
  attempt_in(ack.after, "a1").status = Status::retry_backoff;
  attempt_in(ack.after, "a1").attempt_no = 3;
  EXPECT_EQ(run.show(ack),
            "attempt number 2 of a1 failed, which has 1 retries, and went to retry_backoff instead "
            "of failed");
}

TEST_F(RetryBudget, ComplainsOfAReleaseThatBurnsARetry) {
  Observation release = run.observe(model::ReleaseLease{"L1", "w1"}, 20);
  attempt_in(release.after, "a1").attempt_no = 2;
  EXPECT_EQ(run.show(release),
            "a release took the attempt number of a1 from 1 to 2; it has to stay 1");
}

TEST_F(RetryBudget, ComplainsOfAFailureThatIsNotCounted) {
  Observation ack = fail("L1", 20);
  attempt_in(ack.after, "a1").attempt_no = 1;
  EXPECT_EQ(run.show(ack), "an ack left the attempt number of a1 at 1; it has to become 2");
}

TEST_F(RetryBudget, ComplainsOfAReplayWithAUsedBudget) {
  run.show(fail("L1", 20));
  run.claim("a1", "w1", 30, 100);
  run.show(fail("L2", 40));
  Observation replay = run.observe(model::ReplayDeadLetter{"a1"}, 50);
  attempt_in(replay.after, "a1").attempt_no = 2;
  EXPECT_EQ(run.show(replay), "a replay left the attempt number of a1 at 2; it has to become 1");
}

TEST_F(RetryBudget, ComplainsOfAClaimThatIsNotCounted) {
  run.operate(model::ReleaseLease{"L1", "w1"}, 20);
  Observation claim = run.observe(model::UpsertLease{"a1", "w1", at_ms(100)}, 30);
  attempt_in(claim.after, "a1").delivery_count = 1;
  EXPECT_EQ(run.show(claim), "a claim left the delivery count of a1 at 1; it has to become 2");
}

TEST_F(RetryBudget, ComplainsOfAnotherDeliveryAfterTheLast) {
  run.operate(model::ExpireLeasesAndRequeue{at_ms(101)}, 110);
  run.claim("a1", "w1", 120, 130);
  Observation reap = run.observe(model::ExpireLeasesAndRequeue{at_ms(131)}, 140);
  attempt_in(reap.after, "a1").status = Status::queued;
  EXPECT_EQ(run.show(reap),
            "a reap moved a1 to queued instead of failed: it has had 2 deliveries of at most 2");
}

TEST_F(RetryBudget, ComplainsOfANewAttemptWithAHistory) {
  Observation enqueued = run.observe(enqueue("a2"), 20);
  attempt_in(enqueued.after, "a2").attempt_no = 0;
  EXPECT_EQ(run.show(enqueued), "new a2 has attempt_no 0 and delivery_count 0");
}

}  // namespace
}  // namespace leasecheck::tests
