// Rules 5 and 21: the reap takes exactly the leases that expired before its boundary.

#include "tests/contract/fixture.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

LEASECHECK_CONTRACT(Reap);

TEST_P(Reap, TakesALeaseOnlyWhenItExpiredBeforeTheBoundary) {
  enqueue_and_claim("a1");  // until 1100
  now = at_ms(9'000);
  EXPECT_EQ(reap(at_ms(1'099)), 0U);
  EXPECT_EQ(reap(at_ms(1'100)), 0U);
  EXPECT_EQ(attempt("a1").status, Status::leased);
  EXPECT_EQ(reap(at_ms(1'101)), 1U);
  EXPECT_EQ(attempt("a1").status, Status::queued);
}

TEST_P(Reap, QueuesTheAttemptAgainAtRepositoryTime) {
  AttemptSpec spec = spec_of("a1");
  spec.priority = 5;
  spec.timeout = Duration{9'000};
  done(start_of(enqueue_and_claim(spec)));
  now = at_ms(3'000);
  EXPECT_EQ(reap(at_ms(2'000)), 1U);
  const AttemptRecord expected = {.attempt_id = "a1",
                                  .run_id = "r1",
                                  .attempt_no = 1,
                                  .status = Status::queued,
                                  .priority = 5,
                                  .ready_at = at_ms(3'000),
                                  .retry_at = std::nullopt,
                                  .started_at = std::nullopt,
                                  .delivery_count = 1,
                                  .version = 1,
                                  .finished_at = std::nullopt};
  EXPECT_EQ(attempt("a1"), expected);
  EXPECT_EQ(lease_of("a1"), std::nullopt);
}

TEST_P(Reap, WithNothingToTakeChangesNothing) {
  enqueue("queued");
  ack(enqueue_and_claim("completed"), AckOutcome::completed);
  const Snapshot before = snapshot();
  EXPECT_EQ(reap(end_of_time), 0U);
  EXPECT_EQ(snapshot(), before);
}

TEST_P(Reap, TakesEveryLeaseThatExpiredAndNoOther) {
  for (const std::int64_t expiry : {1'100, 1'200, 1'300, 1'400}) {
    const Id id = "until" + std::to_string(expiry);
    enqueue(id);
    claim_until(id, at_ms(expiry));
  }
  EXPECT_EQ(reap(at_ms(1'300)), 2U);
  EXPECT_EQ(attempt("until1100").status, Status::queued);
  EXPECT_EQ(attempt("until1200").status, Status::queued);
  EXPECT_EQ(attempt("until1300").status, Status::leased);
  EXPECT_EQ(attempt("until1400").status, Status::leased);
}

TEST_P(Reap, LooksAtTheExpiryOfTheLastHeartbeat) {
  const LeaseRecord lease = enqueue_and_claim("a1");  // until 1100
  done(HeartbeatLease{lease.lease_id, now, at_ms(1'500)});
  EXPECT_EQ(reap(at_ms(1'500)), 0U);
  EXPECT_EQ(reap(at_ms(1'501)), 1U);
}

TEST_P(Reap, LooksAtNoClockToDecide) {
  enqueue_and_claim("a1");  // until 1100
  now = end_of_time;
  EXPECT_EQ(reap(at_ms(1'100)), 0U);
  now = beginning_of_time;
  EXPECT_EQ(reap(at_ms(1'101)), 1U);
  EXPECT_EQ(attempt("a1").ready_at, beginning_of_time);
}

TEST_P(Reap, WorksAtTheEndsOfTime) {
  enqueue("first");
  enqueue("last");
  now = beginning_of_time;
  claim_until("first", beginning_of_time + Duration{1});
  claim_until("last", end_of_time);
  EXPECT_EQ(reap(beginning_of_time), 0U);
  EXPECT_EQ(reap(beginning_of_time + Duration{1}), 0U);
  EXPECT_EQ(reap(beginning_of_time + Duration{2}), 1U);
  EXPECT_EQ(reap(end_of_time), 0U);
  EXPECT_EQ(attempt("last").status, Status::leased);
}

TEST_P(Reap, EndsTheOwnershipOfTheHolder) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  reap(end_of_time);
  expect_refused(start_of(lease), ErrorCode::stale_lease);
  expect_refused(heartbeat_of(lease), ErrorCode::stale_lease);
  expect_refused(versioned_heartbeat_of(lease), ErrorCode::stale_lease);
  expect_refused(release_of(lease), ErrorCode::stale_lease);
  expect_refused(ack_of(lease, AckOutcome::completed), ErrorCode::stale_lease);
  expect_refused(event_of(lease), ErrorCode::stale_lease);
  EXPECT_EQ(answer<std::optional<LeaseRecord>>(GetLease{lease.lease_id}), std::nullopt);
}

TEST_P(Reap, FailsAnAttemptWhoseDeliveriesAreExhausted) {
  AttemptSpec spec = spec_of("a1");
  spec.max_deliveries = 2;
  spec.retry_policy = fixed_retries(9, Duration{1});  // retries are another budget
  enqueue_and_claim(spec);
  EXPECT_EQ(reap(end_of_time), 1U);
  EXPECT_EQ(attempt("a1").status, Status::queued);
  claim("a1");
  now = at_ms(3'000);
  EXPECT_EQ(reap(at_ms(2'000)), 1U);
  EXPECT_EQ(attempt("a1").status, Status::failed);
  EXPECT_EQ(attempt("a1").delivery_count, 2U);
  const std::vector<DeadLetter> expected = {{.attempt_id = "a1",
                                             .run_id = "r1",
                                             .attempt_no = 1,
                                             .reason = DeadLetterReason::delivery_exhausted,
                                             .dead_at = at_ms(3'000)}};
  EXPECT_EQ(dead_letters(), expected);
}

TEST_P(Reap, CountsDeadLetteredAttemptsToo) {
  AttemptSpec spec = spec_of("a1");
  spec.max_deliveries = 1;
  enqueue_and_claim(spec);
  enqueue_and_claim("a2");
  EXPECT_EQ(reap(end_of_time), 2U);
  EXPECT_EQ(attempt("a1").status, Status::failed);
  EXPECT_EQ(attempt("a2").status, Status::queued);
}

TEST_P(Reap, IsTheOnlyOneThatLooksAtTheDeliveries) {
  AttemptSpec spec = spec_of("a1");
  spec.max_deliveries = 1;
  spec.timeout = Duration{10};
  spec.retry_policy = fixed_retries(9, Duration{10});
  done(release_of(enqueue_and_claim(spec)));
  EXPECT_EQ(attempt("a1").status, Status::queued);
  EXPECT_EQ(ack(claim("a1"), AckOutcome::failed).status, Status::retry_backoff);
  now = at_ms(1'010);
  claim("a1");
  EXPECT_EQ(time_out(at_ms(1'020)), 1U);
  EXPECT_EQ(attempt("a1").status, Status::retry_backoff);
  EXPECT_EQ(attempt("a1").delivery_count, 3U);
}

TEST_P(Reap, TakesABudgetBeyondReachForWhatItIs) {
  AttemptSpec spec = spec_of("a1");
  spec.max_deliveries = 2'147'483'646;
  enqueue_and_claim(spec);
  EXPECT_EQ(reap(end_of_time), 1U);
  EXPECT_EQ(attempt("a1").status, Status::queued);
}

TEST_P(Reap, TakesManyLeasesAtOnce) {
  for (int i = 0; i < 120; ++i) enqueue_and_claim("a" + std::to_string(i));
  EXPECT_EQ(reap(end_of_time), 120U);
  EXPECT_EQ(listed(now).size(), 120U);
}

}  // namespace
}  // namespace leasecheck::tests
