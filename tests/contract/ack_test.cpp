// Rule 11: the end of the work, its retries, and the memory of an ack.

#include "tests/contract/fixture.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

LEASECHECK_CONTRACT(Ack);

TEST_P(Ack, CompletesTheAttempt) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  done(start_of(lease));
  const AckResult expected = {
      .status = Status::completed, .attempt_no = 1, .retry_at = std::nullopt};
  EXPECT_EQ(ack(lease, AckOutcome::completed), expected);
  EXPECT_EQ(attempt("a1").status, Status::completed);
  EXPECT_EQ(lease_of("a1"), std::nullopt);
  EXPECT_EQ(dead_letters().size(), 0U);
}

TEST_P(Ack, CancelsTheAttempt) {
  const AckResult expected = {
      .status = Status::cancelled, .attempt_no = 1, .retry_at = std::nullopt};
  EXPECT_EQ(ack(enqueue_and_claim("a1"), AckOutcome::cancelled), expected);
  EXPECT_EQ(attempt("a1").status, Status::cancelled);
  EXPECT_EQ(dead_letters().size(), 0U);
}

TEST_P(Ack, OfAFailureWithoutRetriesLeavesADeadLetter) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  now = at_ms(1'050);
  const AckResult expected = {.status = Status::failed, .attempt_no = 1, .retry_at = std::nullopt};
  EXPECT_EQ(ack(lease, AckOutcome::failed), expected);
  const std::vector<DeadLetter> letters = {{.attempt_id = "a1",
                                            .run_id = "r1",
                                            .attempt_no = 1,
                                            .reason = DeadLetterReason::failed,
                                            .dead_at = at_ms(1'050)}};
  EXPECT_EQ(dead_letters(), letters);
  EXPECT_EQ(attempt("a1").status, Status::failed);
}

TEST_P(Ack, OfAFailureWithRetriesLeftGoesIntoBackoff) {
  AttemptSpec spec = spec_of("a1");
  spec.retry_policy = fixed_retries(1, Duration{50});
  const LeaseRecord lease = enqueue_and_claim(spec);
  now = at_ms(1'020);
  const AckResult answered = {
      .status = Status::retry_backoff, .attempt_no = 2, .retry_at = at_ms(1'070)};
  EXPECT_EQ(ack(lease, AckOutcome::failed), answered);
  const AttemptRecord expected = {.attempt_id = "a1",
                                  .run_id = "r1",
                                  .attempt_no = 2,
                                  .status = Status::retry_backoff,
                                  .priority = 0,
                                  .ready_at = at_ms(1'070),
                                  .retry_at = at_ms(1'070),
                                  .started_at = std::nullopt,
                                  .delivery_count = 1,
                                  .version = 1,
                                  .finished_at = std::nullopt};
  EXPECT_EQ(attempt("a1"), expected);
  EXPECT_EQ(dead_letters().size(), 0U);
}

TEST_P(Ack, RetriesExactlyAsOftenAsThePolicySays) {
  AttemptSpec spec = spec_of("a1");
  spec.retry_policy = fixed_retries(2, Duration{10});
  enqueue(spec);
  for (std::uint32_t failure = 1; failure <= 2; ++failure) {
    EXPECT_EQ(ack(claim("a1"), AckOutcome::failed).attempt_no, failure + 1);
    EXPECT_EQ(attempt("a1").status, Status::retry_backoff);
    now += Duration{10};
  }
  EXPECT_EQ(ack(claim("a1"), AckOutcome::failed).status, Status::failed);
  EXPECT_EQ(attempt("a1").attempt_no, 3U);
  EXPECT_EQ(dead_letters().at(0).attempt_no, 3U);
}

TEST_P(Ack, APolicyWithoutRetriesRetriesNothing) {
  AttemptSpec spec = spec_of("a1");
  spec.retry_policy = fixed_retries(0, Duration{10});
  EXPECT_EQ(ack(enqueue_and_claim(spec), AckOutcome::failed).status, Status::failed);
}

TEST_P(Ack, ARetryMayStillComplete) {
  AttemptSpec spec = spec_of("a1");
  spec.retry_policy = fixed_retries(1, Duration{10});
  enqueue_and_fail(spec);
  now = at_ms(1'010);
  const AckResult expected = {
      .status = Status::completed, .attempt_no = 2, .retry_at = std::nullopt};
  EXPECT_EQ(ack(claim("a1"), AckOutcome::completed), expected);
}

/// What the backoff after each failure in turn is, in milliseconds.
struct BackoffCase {
  RetryPolicy policy;
  std::vector<std::int64_t> waits_ms;
};

TEST_P(Ack, WaitsAsThePolicySays) {
  constexpr auto fixed = BackoffStrategy::fixed;
  constexpr auto exponential = BackoffStrategy::exponential;
  constexpr std::int64_t forever = Duration::max().count();
  const std::vector<BackoffCase> cases = {
      {{fixed, Duration{100}, std::nullopt, 2, 3}, {100, 100, 100}},
      {{fixed, Duration{100}, Duration{99}, 2, 3}, {99, 99, 99}},
      {{fixed, Duration{100}, Duration{100}, 2, 1}, {100}},
      {{fixed, Duration{0}, std::nullopt, 2, 2}, {1, 1}},
      {{fixed, Duration{100}, Duration{0}, 2, 1}, {1}},
      {{exponential, Duration{100}, std::nullopt, 2, 4}, {100, 200, 400, 800}},
      {{exponential, Duration{100}, std::nullopt, 1, 3}, {100, 100, 100}},
      {{exponential, Duration{7}, std::nullopt, 3, 3}, {7, 21, 63}},
      {{exponential, Duration{100}, Duration{399}, 2, 4}, {100, 200, 399, 399}},
      {{exponential, Duration{100}, Duration{400}, 2, 4}, {100, 200, 400, 400}},
      {{exponential, Duration{0}, std::nullopt, 2, 3}, {1, 1, 1}},
      {{exponential, Duration{1}, std::nullopt, 2'147'483'646, 3},
       {1, 2'147'483'646, 4'611'686'009'837'453'316}},
      {{exponential, Duration::max(), Duration{5}, 2, 2}, {5, 5}},
      {{fixed, Duration::max(), std::nullopt, 2, 1}, {forever - 1'000}},  // from 1000: saturated
  };
  for (const BackoffCase& row : cases) {
    done(Reset{});
    now = at_ms(1'000);
    AttemptSpec spec = spec_of("a1");
    spec.retry_policy = row.policy;
    enqueue(spec);
    for (const std::int64_t wait_ms : row.waits_ms) {
      const LeaseRecord lease = claim_until("a1", end_of_time);
      const Time retry_at = ack(lease, AckOutcome::failed).retry_at.value();
      EXPECT_EQ((retry_at - now).count(), wait_ms) << row.policy;
      if (retry_at == end_of_time) break;
      now = retry_at;
    }
  }
}

TEST_P(Ack, TheEndOfTimeHoldsTheRetry) {
  AttemptSpec spec = spec_of("a1");
  spec.retry_policy = fixed_retries(1, Duration{10});
  const LeaseRecord lease = enqueue_and_claim(spec);
  now = end_of_time - Duration{9};
  EXPECT_EQ(ack(lease, AckOutcome::failed).retry_at, end_of_time);
}

TEST_P(Ack, IsAcceptedPastTheExpiryUntilTheReap) {
  enqueue("a1");
  const LeaseRecord lease = claim_until("a1", at_ms(1'001));
  now = at_ms(60'000);
  EXPECT_EQ(ack(lease, AckOutcome::completed).status, Status::completed);
}

TEST_P(Ack, DemandsTheHolderOfTheCurrentLease) {
  const LeaseRecord old_lease = enqueue_and_claim("a1");
  reap(end_of_time);
  const LeaseRecord lease = claim("a1");
  expect_refused(ack_of(old_lease, AckOutcome::completed), ErrorCode::stale_lease);
  expect_refused(AckAttempt{lease.lease_id, "w2", AckOutcome::completed}, ErrorCode::stale_lease);
  expect_refused(AckAttempt{"nobody's", "w1", AckOutcome::completed}, ErrorCode::stale_lease);
}

TEST_P(Ack, MovesNoVersion) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  ack(lease, AckOutcome::completed);
  EXPECT_EQ(attempt("a1").version, lease.version);
}

LEASECHECK_CONTRACT(RepeatedAck);

TEST_P(RepeatedAck, IsAnsweredLikeTheFirstOneWhateverTheTime) {
  for (const AckOutcome outcome :
       {AckOutcome::completed, AckOutcome::failed, AckOutcome::cancelled}) {
    AttemptSpec spec = spec_of(std::string(word(outcome)));
    spec.retry_policy = fixed_retries(1, Duration{50});
    const LeaseRecord lease = enqueue_and_claim(spec);
    const AckResult first = ack(lease, outcome);
    const Snapshot before = snapshot();
    for (const Time later : {beginning_of_time, at_ms(1'001), at_ms(90'000), end_of_time}) {
      now = later;
      EXPECT_EQ(ack(lease, outcome), first) << word(outcome);
      EXPECT_EQ(snapshot(), before) << word(outcome);
    }
    now = at_ms(1'000);
  }
}

TEST_P(RepeatedAck, OfAFinalFailureWritesNoSecondDeadLetter) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  const AckResult first = ack(lease, AckOutcome::failed);
  now = at_ms(2'000);
  EXPECT_EQ(ack(lease, AckOutcome::failed), first);
  EXPECT_EQ(dead_letters().size(), 1U);
  EXPECT_EQ(ms(dead_letters().at(0).dead_at), 1'000);
}

TEST_P(RepeatedAck, DemandsTheSameLeaseWorkerAndOutcome) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  ack(lease, AckOutcome::completed);
  expect_refused(ack_of(lease, AckOutcome::failed), ErrorCode::stale_lease);
  expect_refused(ack_of(lease, AckOutcome::cancelled), ErrorCode::stale_lease);
  expect_refused(AckAttempt{lease.lease_id, "w2", AckOutcome::completed}, ErrorCode::stale_lease);
  expect_refused(AckAttempt{"another", "w1", AckOutcome::completed}, ErrorCode::stale_lease);
  EXPECT_EQ(ack(lease, AckOutcome::completed).status, Status::completed);
}

TEST_P(RepeatedAck, IsForgottenByAClaim) {
  AttemptSpec spec = spec_of("a1");
  spec.retry_policy = fixed_retries(3, Duration{10});
  const LeaseRecord lease = enqueue_and_claim(spec);
  ack(lease, AckOutcome::failed);
  now = at_ms(1'010);
  const LeaseRecord next = claim("a1");
  expect_refused(ack_of(lease, AckOutcome::failed), ErrorCode::stale_lease);
  done(release_of(next));
  expect_refused(ack_of(lease, AckOutcome::failed), ErrorCode::stale_lease);
}

TEST_P(RepeatedAck, IsForgottenByACancel) {
  AttemptSpec spec = spec_of("a1");
  spec.retry_policy = fixed_retries(3, Duration{10});
  const LeaseRecord lease = enqueue_and_claim(spec);
  ack(lease, AckOutcome::failed);
  done(CancelAttempt{"a1"});
  expect_refused(ack_of(lease, AckOutcome::failed), ErrorCode::stale_lease);
  expect_refused(ack_of(lease, AckOutcome::cancelled), ErrorCode::stale_lease);
}

TEST_P(RepeatedAck, IsForgottenByAReplay) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  ack(lease, AckOutcome::failed);
  done(ReplayDeadLetter{"a1"});
  expect_refused(ack_of(lease, AckOutcome::failed), ErrorCode::stale_lease);
}

TEST_P(RepeatedAck, IsForgottenByAReset) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  ack(lease, AckOutcome::completed);
  done(Reset{});
  expect_refused(ack_of(lease, AckOutcome::completed), ErrorCode::stale_lease);
}

TEST_P(RepeatedAck, IsRememberedThroughEverythingElse) {
  AttemptSpec spec = spec_of("a1");
  spec.retry_policy = fixed_retries(3, Duration{10});
  const LeaseRecord lease = enqueue_and_claim(spec);
  const AckResult first = ack(lease, AckOutcome::failed);
  const LeaseRecord other = enqueue_and_claim("a2");
  ack(other, AckOutcome::failed);
  done(ReplayDeadLetter{"a2"});
  done(CancelAttempt{"a2"});
  enqueue(spec);
  reap(end_of_time);
  time_out(end_of_time);
  expect_refused(UpsertLease{"a1", "w1", end_of_time}, ErrorCode::not_dispatchable);
  expect_refused(ReplayDeadLetter{"a1"}, ErrorCode::not_dispatchable);
  EXPECT_EQ(ack(lease, AckOutcome::failed), first);
}

TEST_P(RepeatedAck, IsAboutTheLastAckOnly) {
  AttemptSpec spec = spec_of("a1");
  spec.retry_policy = fixed_retries(3, Duration{10});
  const LeaseRecord first = enqueue_and_claim(spec);
  ack(first, AckOutcome::failed);
  now = at_ms(1'010);
  const LeaseRecord second = claim("a1");
  const AckResult answered = ack(second, AckOutcome::failed);
  expect_refused(ack_of(first, AckOutcome::failed), ErrorCode::stale_lease);
  EXPECT_EQ(ack(second, AckOutcome::failed), answered);
}

TEST_P(RepeatedAck, GivesNoOtherRightToTheFormerHolder) {
  AttemptSpec spec = spec_of("a1");
  spec.retry_policy = fixed_retries(3, Duration{10});
  const LeaseRecord lease = enqueue_and_claim(spec);
  ack(lease, AckOutcome::failed);
  expect_refused(start_of(lease), ErrorCode::stale_lease);
  expect_refused(heartbeat_of(lease), ErrorCode::stale_lease);
  expect_refused(release_of(lease), ErrorCode::stale_lease);
  expect_refused(event_of(lease), ErrorCode::stale_lease);
}

}  // namespace
}  // namespace leasecheck::tests
