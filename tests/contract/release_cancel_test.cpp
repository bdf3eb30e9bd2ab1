// Rules 9 and 12: start, release and cancel.

#include "tests/contract/fixture.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

LEASECHECK_CONTRACT(Start);

TEST_P(Start, MakesALeasedAttemptRunAndNothingElse) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  AttemptRecord expected = attempt("a1");
  now = at_ms(1'050);
  done(start_of(lease));
  expected.status = Status::running;
  EXPECT_EQ(attempt("a1"), expected);
  EXPECT_EQ(lease_of("a1"), lease);
}

TEST_P(Start, AgainIsOkAndChangesNothing) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  done(start_of(lease));
  const Snapshot before = snapshot();
  now = at_ms(1'050);
  done(start_of(lease));
  EXPECT_EQ(snapshot(), before);
}

TEST_P(Start, DemandsTheHolderOfTheCurrentLease) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  expect_refused(StartAttempt{lease.lease_id, "w2"}, ErrorCode::stale_lease);
  expect_refused(StartAttempt{"nobody's", "w1"}, ErrorCode::stale_lease);
  ack(lease, AckOutcome::completed);
  expect_refused(start_of(lease), ErrorCode::stale_lease);
}

TEST_P(Start, IsAcceptedPastTheExpiryUntilTheReap) {
  enqueue("a1");
  const LeaseRecord lease = claim_until("a1", at_ms(1'001));
  now = at_ms(60'000);
  done(start_of(lease));
  EXPECT_EQ(attempt("a1").status, Status::running);
}

LEASECHECK_CONTRACT(Release);

TEST_P(Release, GivesTheAttemptBackWithoutAFailure) {
  AttemptSpec spec = spec_of("a1");
  spec.retry_policy = fixed_retries(2, Duration{10});
  enqueue_and_fail(spec);
  now = at_ms(1'010);
  const LeaseRecord lease = claim("a1");
  done(start_of(lease));
  now = at_ms(1'020);
  done(release_of(lease));
  const AttemptRecord expected = {.attempt_id = "a1",
                                  .run_id = "r1",
                                  .attempt_no = 2,
                                  .status = Status::queued,
                                  .priority = 0,
                                  .ready_at = at_ms(1'020),
                                  .retry_at = std::nullopt,
                                  .started_at = std::nullopt,
                                  .delivery_count = 2,
                                  .version = 2,
                                  .finished_at = std::nullopt};
  EXPECT_EQ(attempt("a1"), expected);
  EXPECT_EQ(lease_of("a1"), std::nullopt);
}

TEST_P(Release, IsNotRepeatable) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  done(release_of(lease));
  expect_refused(release_of(lease), ErrorCode::stale_lease);
}

TEST_P(Release, DemandsTheHolderOfTheCurrentLease) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  expect_refused(ReleaseLease{lease.lease_id, "w2"}, ErrorCode::stale_lease);
  expect_refused(ReleaseLease{"nobody's", "w1"}, ErrorCode::stale_lease);
}

TEST_P(Release, IsAcceptedPastTheExpiryUntilTheReap) {
  enqueue("a1");
  const LeaseRecord lease = claim_until("a1", at_ms(1'001));
  now = at_ms(60'000);
  done(release_of(lease));
  EXPECT_EQ(ms(attempt("a1").ready_at), 60'000);
}

TEST_P(Release, TakesAnyTime) {
  done(release_of(enqueue_and_claim("a1")));
  for (const Time time : {beginning_of_time, end_of_time - Duration{1}}) {
    now = time;
    const LeaseRecord lease = claim_until("a1", end_of_time);
    done(release_of(lease));
    EXPECT_EQ(attempt("a1").ready_at, time);
    EXPECT_EQ(listed(beginning_of_time), std::vector<Id>{"a1"});
  }
}

LEASECHECK_CONTRACT(Cancel);

TEST_P(Cancel, EndsAnAttemptInAnyStateThatIsNotTerminal) {
  AttemptSpec spec = spec_of("backoff");
  spec.retry_policy = fixed_retries(1, Duration{50});
  enqueue_and_fail(spec);
  enqueue("queued");
  enqueue_and_claim("leased");
  done(start_of(enqueue_and_claim("running")));
  for (const char* id : {"backoff", "queued", "leased", "running"}) {
    done(CancelAttempt{id});
    EXPECT_EQ(attempt(id).status, Status::cancelled) << id;
    EXPECT_EQ(attempt(id).retry_at, std::nullopt) << id;
    EXPECT_EQ(attempt(id).started_at, std::nullopt) << id;
    EXPECT_EQ(lease_of(id), std::nullopt) << id;
  }
  EXPECT_EQ(listed(end_of_time), std::vector<Id>{});
  EXPECT_EQ(dead_letters().size(), 0U);
}

TEST_P(Cancel, KeepsReadyAtVersionAndCounts) {
  enqueue_and_claim("a1");
  now = at_ms(2'000);
  done(CancelAttempt{"a1"});
  const AttemptRecord cancelled = attempt("a1");
  EXPECT_EQ(ms(cancelled.ready_at), 1'000);
  EXPECT_EQ(cancelled.version, 1U);
  EXPECT_EQ(cancelled.delivery_count, 1U);
  EXPECT_EQ(cancelled.attempt_no, 1U);
}

TEST_P(Cancel, TakesTheLeaseFromItsHolder) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  done(CancelAttempt{"a1"});
  expect_refused(heartbeat_of(lease), ErrorCode::stale_lease);
  expect_refused(ack_of(lease, AckOutcome::completed), ErrorCode::stale_lease);
  expect_refused(ack_of(lease, AckOutcome::cancelled), ErrorCode::stale_lease);
  EXPECT_EQ(answer<std::optional<LeaseRecord>>(GetLease{lease.lease_id}), std::nullopt);
}

TEST_P(Cancel, OfAFinishedAttemptIsRefused) {
  ack(enqueue_and_claim("completed"), AckOutcome::completed);
  ack(enqueue_and_claim("cancelled"), AckOutcome::cancelled);
  enqueue_and_fail(spec_of("failed"));
  for (const char* id : {"completed", "cancelled", "failed"}) {
    expect_refused(CancelAttempt{id}, ErrorCode::not_dispatchable);
  }
}

TEST_P(Cancel, AgainIsRefused) {
  enqueue("a1");
  done(CancelAttempt{"a1"});
  expect_refused(CancelAttempt{"a1"}, ErrorCode::not_dispatchable);
}

TEST_P(Cancel, OfAnUnknownAttemptFindsNothing) {
  expect_refused(CancelAttempt{"a1"}, ErrorCode::not_found);
}

}  // namespace
}  // namespace leasecheck::tests
