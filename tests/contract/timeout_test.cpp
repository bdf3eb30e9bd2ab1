// Rule 7: an execution that takes too long ends.

#include "tests/contract/fixture.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

/// Times out 300 ms after the grant.
AttemptSpec timed_spec(OnTimeout on_timeout) {
  AttemptSpec spec = spec_of("a1");
  spec.timeout = Duration{300};
  spec.on_timeout = on_timeout;
  return spec;
}

LEASECHECK_CONTRACT(Timeout);

TEST_P(Timeout, ComesOnTheDeadlineAndNotBefore) {
  enqueue_and_claim(timed_spec(OnTimeout::cancel));  // at 1000
  EXPECT_EQ(time_out(at_ms(1'299)), 0U);
  EXPECT_EQ(attempt("a1").status, Status::leased);
  EXPECT_EQ(time_out(at_ms(1'300)), 1U);
  EXPECT_EQ(attempt("a1").status, Status::cancelled);
  EXPECT_EQ(time_out(at_ms(1'301)), 0U);
}

TEST_P(Timeout, TakesALateOneToo) {
  enqueue_and_claim(timed_spec(OnTimeout::cancel));
  EXPECT_EQ(time_out(at_ms(1'301)), 1U);
}

TEST_P(Timeout, NeverComesToAnAttemptWithoutOne) {
  AttemptSpec spec = spec_of("a1");
  spec.on_timeout = OnTimeout::fail;  // legal, and without effect
  enqueue_and_claim(spec);
  EXPECT_EQ(time_out(end_of_time), 0U);
  EXPECT_EQ(attempt("a1").status, Status::leased);
}

TEST_P(Timeout, NeverComesToAnAttemptThatIsNotLeased) {
  enqueue(timed_spec(OnTimeout::cancel));
  EXPECT_EQ(time_out(end_of_time), 0U);
  ack(claim("a1"), AckOutcome::completed);
  EXPECT_EQ(time_out(end_of_time), 0U);
}

TEST_P(Timeout, RunsFromTheGrantNotFromTheStart) {
  const LeaseRecord lease = enqueue_and_claim(timed_spec(OnTimeout::cancel));
  now = at_ms(1'200);
  done(start_of(lease));
  EXPECT_EQ(time_out(at_ms(1'300)), 1U);
}

TEST_P(Timeout, IsNotPutOffByHeartbeats) {
  const LeaseRecord lease = enqueue_and_claim(timed_spec(OnTimeout::cancel));
  done(HeartbeatLease{lease.lease_id, at_ms(1'299), end_of_time});
  EXPECT_EQ(time_out(at_ms(1'300)), 1U);
}

TEST_P(Timeout, RunsAnewFromTheNextGrant) {
  done(release_of(enqueue_and_claim(timed_spec(OnTimeout::cancel))));
  now = at_ms(1'200);
  claim("a1");
  EXPECT_EQ(time_out(at_ms(1'499)), 0U);
  EXPECT_EQ(time_out(at_ms(1'500)), 1U);
}

TEST_P(Timeout, TakesItsTimeFromItsArgumentAndFromNoClock) {
  enqueue_and_claim(timed_spec(OnTimeout::fail));
  now = at_ms(77'000);
  EXPECT_EQ(time_out(at_ms(1'299)), 0U);
  EXPECT_EQ(time_out(at_ms(1'400)), 1U);
  EXPECT_EQ(ms(dead_letters().at(0).dead_at), 1'400);
}

TEST_P(Timeout, WithRetriesLeftGoesIntoBackoff) {
  AttemptSpec spec = timed_spec(OnTimeout::retry);
  spec.retry_policy = fixed_retries(1, Duration{50});
  enqueue_and_claim(spec);
  EXPECT_EQ(time_out(at_ms(1'400)), 1U);
  const AttemptRecord expected = {.attempt_id = "a1",
                                  .run_id = "r1",
                                  .attempt_no = 2,
                                  .status = Status::retry_backoff,
                                  .priority = 0,
                                  .ready_at = at_ms(1'450),
                                  .retry_at = at_ms(1'450),
                                  .started_at = std::nullopt,
                                  .delivery_count = 1,
                                  .version = 1,
                                  .finished_at = std::nullopt};
  EXPECT_EQ(attempt("a1"), expected);
  EXPECT_EQ(lease_of("a1"), std::nullopt);
  EXPECT_EQ(dead_letters().size(), 0U);
}

TEST_P(Timeout, WithNoRetriesLeftLeavesADeadLetter) {
  AttemptSpec spec = timed_spec(OnTimeout::retry);
  spec.retry_policy = fixed_retries(1, Duration{50});
  enqueue_and_claim(spec);
  time_out(at_ms(1'300));
  now = at_ms(1'350);
  claim("a1");
  EXPECT_EQ(time_out(at_ms(1'650)), 1U);
  const std::vector<DeadLetter> expected = {{.attempt_id = "a1",
                                             .run_id = "r1",
                                             .attempt_no = 2,
                                             .reason = DeadLetterReason::timed_out,
                                             .dead_at = at_ms(1'650)}};
  EXPECT_EQ(dead_letters(), expected);
  EXPECT_EQ(attempt("a1").status, Status::failed);
}

TEST_P(Timeout, WithoutARetryPolicyThereAreNoRetries) {
  enqueue_and_claim(timed_spec(OnTimeout::retry));
  EXPECT_EQ(time_out(at_ms(1'300)), 1U);
  EXPECT_EQ(attempt("a1").status, Status::failed);
  EXPECT_EQ(attempt("a1").attempt_no, 1U);
}

TEST_P(Timeout, ThatFailsDoesNotLookAtTheRetries) {
  AttemptSpec spec = timed_spec(OnTimeout::fail);
  spec.retry_policy = fixed_retries(9, Duration{50});
  enqueue_and_claim(spec);
  EXPECT_EQ(time_out(at_ms(1'300)), 1U);
  EXPECT_EQ(attempt("a1").status, Status::failed);
  EXPECT_EQ(dead_letters().at(0).reason, DeadLetterReason::timed_out);
}

TEST_P(Timeout, ThatCancelsLeavesNoDeadLetter) {
  AttemptSpec spec = timed_spec(OnTimeout::cancel);
  spec.retry_policy = fixed_retries(9, Duration{50});
  enqueue_and_claim(spec);
  EXPECT_EQ(time_out(at_ms(1'300)), 1U);
  EXPECT_EQ(attempt("a1").status, Status::cancelled);
  EXPECT_EQ(dead_letters().size(), 0U);
}

TEST_P(Timeout, EndsTheOwnershipOfTheHolder) {
  const LeaseRecord lease = enqueue_and_claim(timed_spec(OnTimeout::cancel));
  time_out(at_ms(1'300));
  expect_refused(heartbeat_of(lease), ErrorCode::stale_lease);
  expect_refused(ack_of(lease, AckOutcome::completed), ErrorCode::stale_lease);
  expect_refused(ack_of(lease, AckOutcome::cancelled), ErrorCode::stale_lease);
}

TEST_P(Timeout, TakesRunningLeasedAndExpiredOnesAlike) {
  for (const char* id : {"leased", "running", "expired", "young"}) {
    AttemptSpec spec = timed_spec(OnTimeout::cancel);
    spec.attempt_id = id;
    enqueue(spec);
  }
  claim_until("leased", end_of_time);
  done(start_of(claim_until("running", end_of_time)));
  claim_until("expired", at_ms(1'001));
  now = at_ms(1'001);
  claim_until("young", end_of_time);
  EXPECT_EQ(time_out(at_ms(1'300)), 3U);
  EXPECT_EQ(attempt("young").status, Status::leased);
}

TEST_P(Timeout, GoesBeforeTheReapInATick) {
  AttemptSpec spec = timed_spec(OnTimeout::cancel);
  spec.max_deliveries = 1;
  enqueue_and_claim(spec);
  EXPECT_EQ(time_out(at_ms(5'000)), 1U);
  EXPECT_EQ(reap(at_ms(5'000)), 0U);
  EXPECT_EQ(attempt("a1").status, Status::cancelled);
}

TEST_P(Timeout, IsHeldAtTheEndOfTime) {
  AttemptSpec spec = timed_spec(OnTimeout::retry);
  spec.timeout = Duration::max();
  spec.retry_policy = fixed_retries(1, Duration::max());
  enqueue_and_claim(spec);
  EXPECT_EQ(time_out(end_of_time - Duration{1}), 0U);
  EXPECT_EQ(time_out(end_of_time), 1U);
  EXPECT_EQ(attempt("a1").retry_at, end_of_time);
  EXPECT_EQ(listed(end_of_time - Duration{1}), std::vector<Id>{});
  EXPECT_EQ(listed(end_of_time), std::vector<Id>{"a1"});
}

TEST_P(Timeout, BeforeTheGrantTakesNothing) {
  enqueue_and_claim(timed_spec(OnTimeout::cancel));
  EXPECT_EQ(time_out(at_ms(0)), 0U);
  EXPECT_EQ(time_out(beginning_of_time), 0U);
}

}  // namespace
}  // namespace leasecheck::tests
