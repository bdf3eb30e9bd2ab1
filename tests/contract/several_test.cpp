// Rules 25 and 26: several at a time.

#include "tests/contract/fixture.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

template <class Value>
ItemResult<Value> ok(Value value) {
  return {.ok = std::move(value), .error = std::nullopt};
}
template <class Value>
ItemResult<Value> refused(ErrorCode code) {
  return {.ok = std::nullopt, .error = Refusal{code}};
}

LEASECHECK_CONTRACT(EnqueueSeveral);

TEST_P(EnqueueSeveral, PutsThemInInTheOrderGivenAtOneTime) {
  const auto results =
      answer<ItemResults<Done>>(EnqueueAttempts{{spec_of("b"), spec_of("a"), spec_of("c")}});
  EXPECT_EQ(results, ItemResults<Done>(3, ok(Done{})));
  EXPECT_EQ(listed(now), (std::vector<Id>{"b", "a", "c"}));
  for (const Id id : {"a", "b", "c"}) EXPECT_EQ(attempt(id).ready_at, now);
}

TEST_P(EnqueueSeveral, AnswersEachAsAloneAndARefusalSpoilsNoOther) {
  enqueue("known");
  AttemptSpec other = spec_of("known");
  other.priority = 7;
  const auto results = answer<ItemResults<Done>>(
      EnqueueAttempts{{spec_of("new"), other, spec_of(""), spec_of("new"), spec_of("known")}});
  EXPECT_EQ(results, (ItemResults<Done>{ok(Done{}), refused<Done>(ErrorCode::already_exists),
                                        refused<Done>(ErrorCode::invalid_argument), ok(Done{}),
                                        ok(Done{})}));
  EXPECT_EQ(listed(now), (std::vector<Id>{"known", "new"}));
}

TEST_P(EnqueueSeveral, OfNoneIsOk) {
  EXPECT_TRUE(answer<ItemResults<Done>>(EnqueueAttempts{}).empty());
  EXPECT_TRUE(snapshot().attempts.empty());
}

LEASECHECK_CONTRACT(HeartbeatSeveral);

TEST_P(HeartbeatSeveral, RefreshesEachAtItsVersionAndInOrder) {
  const LeaseRecord first = enqueue_and_claim("a1");
  const LeaseRecord second = enqueue_and_claim("a2");
  HeartbeatLeaseWithVersion later = versioned_heartbeat_of(first);
  later.lease_expires_at = now + Duration{500};
  // The second one of the same lease shows a version that the first has moved.
  const auto results = answer<ItemResults<LeaseRecord>>(
      HeartbeatLeases{{later, versioned_heartbeat_of(second), later}});
  ASSERT_EQ(results.size(), 3U);
  ASSERT_TRUE(results[0].ok && results[1].ok);
  EXPECT_EQ(results[0].ok->version, first.version + 1);
  EXPECT_EQ(results[0].ok->lease_expires_at, now + Duration{500});
  EXPECT_EQ(results[1].ok->version, second.version + 1);
  EXPECT_EQ(results[2], refused<LeaseRecord>(ErrorCode::stale_lease));
  EXPECT_EQ(lease_of("a1"), results[0].ok);
}

LEASECHECK_CONTRACT(AckSeveral);

TEST_P(AckSeveral, EndsEachByItsOutcomeAtOneTime) {
  const LeaseRecord first = enqueue_and_claim("a1");
  const LeaseRecord second = enqueue_and_claim("a2");
  now = at_ms(1'050);
  const auto results = answer<ItemResults<AckResult>>(
      AckAttempts{{ack_of(first, AckOutcome::completed), ack_of(second, AckOutcome::failed)}});
  EXPECT_EQ(results,
            (ItemResults<AckResult>{ok(AckResult{.status = Status::completed, .retry_at = {}}),
                                    ok(AckResult{.status = Status::failed, .retry_at = {}})}));
  EXPECT_EQ(attempt("a1").finished_at, now);
  EXPECT_EQ(attempt("a2").finished_at, now);
  EXPECT_EQ(dead_letters().size(), 1U);
}

TEST_P(AckSeveral, RepeatsAreOkAndOthersStale) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  const AckAttempt done_once = ack_of(lease, AckOutcome::completed);
  const auto results = answer<ItemResults<AckResult>>(
      AckAttempts{{done_once, done_once, ack_of(lease, AckOutcome::failed)}});
  EXPECT_EQ(results,
            (ItemResults<AckResult>{ok(AckResult{.status = Status::completed, .retry_at = {}}),
                                    ok(AckResult{.status = Status::completed, .retry_at = {}}),
                                    refused<AckResult>(ErrorCode::stale_lease)}));
}

LEASECHECK_CONTRACT(ClaimSeveral);

TEST_P(ClaimSeveral, TakesTheFirstOfTheListInItsOrder) {
  AttemptSpec urgent = spec_of("z");
  urgent.priority = 1;
  enqueue("a");
  enqueue("b");
  enqueue(urgent);
  now = at_ms(1'100);
  const auto claims = answer<std::vector<Claim>>(ClaimAttempts{"w1", 2, Duration{50}});
  ASSERT_EQ(claims.size(), 2U);
  EXPECT_EQ(claims[0].attempt, (DispatchRecord{.attempt_id = "z", .run_id = "r1", .retry_at = {}}));
  EXPECT_EQ(claims[1].attempt, (DispatchRecord{.attempt_id = "a", .run_id = "r1", .retry_at = {}}));
  for (const Claim& claim : claims) {
    EXPECT_EQ(claim.lease.attempt_id, claim.attempt.attempt_id);
    EXPECT_EQ(claim.lease.worker_id, "w1");
    EXPECT_EQ(claim.lease.lease_expires_at, now + Duration{50});
    EXPECT_EQ(claim.lease.version, 1U);
    EXPECT_EQ(lease_of(claim.attempt.attempt_id), claim.lease);
  }
  EXPECT_EQ(listed(now), (std::vector<Id>{"b"}));
}

TEST_P(ClaimSeveral, ShowsAttemptsAsTheListDid) {
  AttemptSpec spec = spec_of("a1");
  spec.retry_policy = fixed_retries(1, Duration{10});
  enqueue_and_fail(spec);
  now = at_ms(1'020);
  const auto before = answer<std::vector<DispatchRecord>>(ListDispatchableAttempts{now, 1});
  const auto claims = answer<std::vector<Claim>>(ClaimAttempts{"w1", 1, Duration{50}});
  ASSERT_EQ(claims.size(), 1U);
  EXPECT_EQ(claims[0].attempt, before.at(0));
  EXPECT_EQ(claims[0].attempt.status, Status::retry_backoff);
}

TEST_P(ClaimSeveral, OfNothingAnswersNoneIfItIsValid) {
  EXPECT_TRUE(answer<std::vector<Claim>>(ClaimAttempts{"w1", 5, Duration{1}}).empty());
  enqueue("a1");
  EXPECT_TRUE(answer<std::vector<Claim>>(ClaimAttempts{"w1", 0, Duration{1}}).empty());
  expect_refused(ClaimAttempts{"", 0, Duration{1}}, ErrorCode::invalid_argument);
  expect_refused(ClaimAttempts{"w1", 0, Duration{0}}, ErrorCode::invalid_argument);
  expect_refused(ClaimAttempts{"w1", 1, Duration{-1}}, ErrorCode::invalid_argument);
  now = end_of_time;
  expect_refused(ClaimAttempts{"w1", 1, Duration{1}}, ErrorCode::invalid_argument);
}

TEST_P(ClaimSeveral, MayLastUntilTheEndOfTime) {
  enqueue("a1");
  const auto claims = answer<std::vector<Claim>>(ClaimAttempts{"w1", 1, Duration::max()});
  ASSERT_EQ(claims.size(), 1U);
  EXPECT_EQ(claims[0].lease.lease_expires_at, end_of_time);
}

}  // namespace
}  // namespace leasecheck::tests
