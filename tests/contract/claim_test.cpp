// Rule 3: a claim grants a lease, once, and only where it may.

#include <algorithm>

#include "tests/contract/fixture.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

LEASECHECK_CONTRACT(Claim);

TEST_P(Claim, GrantsTheLeaseThatItAnswers) {
  enqueue("a1");
  now = at_ms(1'234);
  const LeaseRecord lease = answer<LeaseRecord>(UpsertLease{"a1", "worker 7", at_ms(2'000)});
  const LeaseRecord expected = {.lease_id = lease.lease_id,
                                .attempt_id = "a1",
                                .worker_id = "worker 7",
                                .lease_expires_at = at_ms(2'000),
                                .heartbeat_at = at_ms(1'234),
                                .version = 1,
                                .execution_deadline = std::nullopt};
  EXPECT_EQ(lease, expected);
  EXPECT_EQ(lease_of("a1"), expected);
  EXPECT_EQ(answer<std::optional<LeaseRecord>>(GetLease{lease.lease_id}), expected);
}

TEST_P(Claim, MovesTheAttempt) {
  enqueue("a1");
  now = at_ms(1'234);
  claim("a1");
  const AttemptRecord expected = {.attempt_id = "a1",
                                  .run_id = "r1",
                                  .attempt_no = 1,
                                  .status = Status::leased,
                                  .priority = 0,
                                  .ready_at = at_ms(1'000),
                                  .retry_at = std::nullopt,
                                  .started_at = at_ms(1'234),
                                  .delivery_count = 1,
                                  .version = 1,
                                  .finished_at = std::nullopt};
  EXPECT_EQ(attempt("a1"), expected);
}

TEST_P(Claim, OutOfBackoffEndsTheWait) {
  AttemptSpec spec = spec_of("a1");
  spec.retry_policy = fixed_retries(1, Duration{10});
  enqueue_and_fail(spec);
  now = at_ms(1'010);
  EXPECT_EQ(claim("a1").version, 2U);
  const AttemptRecord claimed = attempt("a1");
  EXPECT_EQ(claimed.retry_at, std::nullopt);
  EXPECT_EQ(ms(claimed.ready_at), 1'010);
  EXPECT_EQ(claimed.attempt_no, 2U);
  EXPECT_EQ(claimed.delivery_count, 2U);
}

TEST_P(Claim, TakesAnyDispatchableAttemptNotOnlyTheFirst) {
  for (const char* id : {"a1", "a2", "a3"}) enqueue(id);
  EXPECT_EQ(claim("a2").attempt_id, "a2");
  EXPECT_EQ(listed(now), (std::vector<Id>{"a1", "a3"}));
}

TEST_P(Claim, OneWorkerMayHoldSeveralAttempts) {
  const LeaseRecord first = enqueue_and_claim("a1");
  const LeaseRecord second = enqueue_and_claim("a2");
  EXPECT_NE(first.lease_id, second.lease_id);
  EXPECT_EQ(lease_of("a1"), first);
  EXPECT_EQ(lease_of("a2"), second);
}

TEST_P(Claim, RefusesALeasedAttemptToAnybody) {
  enqueue_and_claim("a1");
  for (const char* worker : {"w1", "w2"}) {
    expect_refused(UpsertLease{"a1", worker, at_ms(9'000)}, ErrorCode::not_dispatchable);
  }
}

TEST_P(Claim, RefusesARunningAttempt) {
  done(start_of(enqueue_and_claim("a1")));
  expect_refused(UpsertLease{"a1", "w2", at_ms(9'000)}, ErrorCode::not_dispatchable);
}

TEST_P(Claim, RefusesAnAttemptWhoseLeaseExpiredUntilItIsReaped) {
  enqueue("a1");
  claim_until("a1", at_ms(1'001));
  now = at_ms(5'000);
  for (const char* worker : {"w1", "w2"}) {
    expect_refused(UpsertLease{"a1", worker, at_ms(9'000)}, ErrorCode::not_dispatchable);
  }
  reap(at_ms(5'000));
  EXPECT_EQ(claim("a1").version, 2U);
}

TEST_P(Claim, RefusesAFinishedAttempt) {
  ack(enqueue_and_claim("completed"), AckOutcome::completed);
  ack(enqueue_and_claim("cancelled"), AckOutcome::cancelled);
  enqueue_and_fail(spec_of("failed"));
  for (const char* id : {"completed", "cancelled", "failed"}) {
    expect_refused(UpsertLease{id, "w1", at_ms(9'000)}, ErrorCode::not_dispatchable);
  }
}

TEST_P(Claim, ChecksNotBeforeAtItsOwnTime) {
  AttemptSpec spec = spec_of("a1");
  spec.not_before = at_ms(2'000);
  enqueue(spec);
  now = at_ms(1'999);
  expect_refused(UpsertLease{"a1", "w1", at_ms(9'000)}, ErrorCode::not_dispatchable);
  now = at_ms(2'000);
  claim("a1");
}

TEST_P(Claim, ChecksTheRetryAtItsOwnTime) {
  AttemptSpec spec = spec_of("a1");
  spec.retry_policy = fixed_retries(1, Duration{500});
  enqueue_and_fail(spec);
  now = at_ms(1'499);
  expect_refused(UpsertLease{"a1", "w1", at_ms(9'000)}, ErrorCode::not_dispatchable);
  now = at_ms(1'500);
  claim("a1");
}

TEST_P(Claim, DemandsAnExpiryAfterItsOwnTime) {
  enqueue("a1");
  for (const Time expiry : {beginning_of_time, at_ms(0), at_ms(999), at_ms(1'000)}) {
    expect_refused(UpsertLease{"a1", "w1", expiry}, ErrorCode::invalid_argument);
  }
  EXPECT_EQ(ms(claim_until("a1", at_ms(1'001)).lease_expires_at), 1'001);
}

TEST_P(Claim, WorksAtTheEndsOfTime) {
  enqueue("a1");
  enqueue("a2");
  now = beginning_of_time;
  EXPECT_EQ(claim_until("a1", end_of_time).lease_expires_at, end_of_time);
  EXPECT_EQ(attempt("a1").started_at, beginning_of_time);
  now = end_of_time;
  expect_refused(UpsertLease{"a2", "w1", end_of_time}, ErrorCode::invalid_argument);
}

TEST_P(Claim, OfAnUnknownAttemptFindsNothing) {
  expect_refused(UpsertLease{"a1", "w1", at_ms(9'000)}, ErrorCode::not_found);
}

TEST_P(Claim, AnswersTheExecutionDeadlineFromTheGrantOn) {
  AttemptSpec spec = spec_of("a1");
  spec.timeout = Duration{300};
  enqueue(spec);
  now = at_ms(1'500);
  EXPECT_EQ(ms(claim("a1").execution_deadline), 1'800);
  EXPECT_EQ(ms(lease_of("a1")->execution_deadline), 1'800);
}

TEST_P(Claim, TheExecutionDeadlineIsHeldAtTheEndOfTime) {
  AttemptSpec spec = spec_of("a1");
  spec.timeout = Duration::max();
  EXPECT_EQ(enqueue_and_claim(spec).execution_deadline, end_of_time);
}

TEST_P(Claim, RaisesVersionAndDeliveriesEveryTime) {
  enqueue("a1");
  for (std::uint64_t delivery = 1; delivery <= 5; ++delivery) {
    const LeaseRecord lease = claim("a1");
    EXPECT_EQ(lease.version, delivery);
    EXPECT_EQ(attempt("a1").delivery_count, delivery);
    done(release_of(lease));
  }
}

TEST_P(Claim, NeverUsesALeaseIdTwiceOverResetsToo) {
  std::vector<Id> issued;
  for (int round = 0; round < 3; ++round) {
    enqueue("a1");
    for (int i = 0; i < 2; ++i) {
      const LeaseRecord lease = claim("a1");
      issued.push_back(lease.lease_id);
      done(release_of(lease));
    }
    done(Reset{});
  }
  for (const Id& lease_id : issued) {
    EXPECT_EQ(std::ranges::count(issued, lease_id), 1) << lease_id;
    expect_refused(HeartbeatLease{lease_id, now, now}, ErrorCode::stale_lease);
  }
}

}  // namespace
}  // namespace leasecheck::tests
