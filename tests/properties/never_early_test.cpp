#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;
using model::ErrorCode;
using model::Status;

class NeverEarly : public ::testing::Test {
 protected:
  NeverEarly() {
    auto attempt = enqueue("a1");
    attempt.spec.retry_policy = model::RetryPolicy{.strategy = model::BackoffStrategy::exponential,
                                                   .backoff = model::Duration{100},
                                                   .max_backoff = {},
                                                   .multiplier = 3,
                                                   .max_retries = 5};
    attempt.spec.not_before = at_ms(50);
    run.operate(attempt, 0);
  }

  /// What the model refuses, accepted.
  std::string grant(std::int64_t now, std::int64_t expires_at) {
    Observation claim = run.observe(model::UpsertLease{"a1", "w1", at_ms(expires_at)}, now);
    claim.outcome = model::LeaseRecord{};
    return run.show(claim);
  }

  WatchedRun run{properties::never_early};
};

TEST_F(NeverEarly, HoldsForAClaimOnTheInstantAndARefusedOneBefore) {
  EXPECT_EQ(run.operate(model::UpsertLease{"a1", "w1", at_ms(60)}, 49), "held");
  EXPECT_EQ(run.operate(model::UpsertLease{"a1", "w1", at_ms(60)}, 50), "held");
  EXPECT_EQ(run.premises_reached(), 2u);
}

TEST_F(NeverEarly, ComplainsOfAClaimBeforeNotBefore) {
  EXPECT_EQ(grant(49, 60), "a1 was claimed at 49, not to be before 50");
}

TEST_F(NeverEarly, ComplainsOfAClaimBeforeRetryAt) {
  run.claim("a1", "w1", 50, 60);
  run.operate(model::AckAttempt{"L1", "w1", model::AckOutcome::failed}, 55);
  EXPECT_EQ(grant(154, 170), "a1 was claimed at 154, before its retry at 155");
}

TEST_F(NeverEarly, ComplainsOfAnExpiryThatHasPassed) {
  EXPECT_EQ(grant(60, 60), "a1 was claimed at 60 with a lease that expires at 60");
}

TEST_F(NeverEarly, ComplainsOfAClaimOfWhatIsFinishedOrUnknown) {
  run.operate(model::CancelAttempt{"a1"}, 10);
  EXPECT_EQ(grant(60, 70), "a1 was claimed although it is cancelled");
  Observation claim = run.observe(model::UpsertLease{"a9", "w1", at_ms(70)}, 60);
  claim.outcome = model::LeaseRecord{};
  EXPECT_EQ(run.show(claim), "unknown a9 was claimed");
}

TEST_F(NeverEarly, ComplainsOfARefusedClaimThatLeavesSomething) {
  Observation claim = run.observe(model::UpsertLease{"a1", "w1", at_ms(60)}, 50);
  claim.outcome = std::unexpected(ErrorCode::not_dispatchable);
  EXPECT_EQ(run.show(claim), "a claim of a1 was refused and yet changed a1");
}

TEST_F(NeverEarly, ComplainsOfABackoffThatIsTooShort) {
  run.claim("a1", "w1", 50, 60);
  EXPECT_EQ(run.operate(model::AckAttempt{"L1", "w1", model::AckOutcome::failed}, 55), "held");
  run.claim("a1", "w1", 155, 160);
  Observation ack = run.observe(model::AckAttempt{"L2", "w1", model::AckOutcome::failed}, 156);
  attempt_in(ack.after, "a1").retry_at = at_ms(455);
  EXPECT_EQ(run.show(ack),
            "attempt number 2 of a1 failed at 156 and is retried at 455; its backoff is 300 ms");
}

}  // namespace
}  // namespace leasecheck::tests
