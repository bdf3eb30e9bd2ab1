// Rule 14: dead letters and their replay.

#include "tests/contract/fixture.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

LEASECHECK_CONTRACT(DeadLetters);

TEST_P(DeadLetters, AreNoneAtFirst) {
  enqueue("a1");
  EXPECT_EQ(dead_letters(), std::vector<DeadLetter>{});
}

std::vector<Id> ids_of(const std::vector<DeadLetter>& letters) {
  std::vector<Id> ids;
  for (const DeadLetter& letter : letters) ids.push_back(letter.attempt_id);
  return ids;
}

TEST_P(DeadLetters, AreListedByTimeOfDeathThenAttempt) {
  const std::vector<std::pair<Id, std::int64_t>> deaths = {
      {"b", 1'002}, {"a", 1'003}, {"d", 1'001}, {"c", 1'001}, {"B", 1'001}, {"\xc3\xa9", 1'001}};
  for (const auto& [id, time] : deaths) {
    now = at_ms(time);
    enqueue_and_fail(spec_of(id));
  }
  EXPECT_EQ(ids_of(dead_letters()), (std::vector<Id>{"B", "c", "d", "\xc3\xa9", "b", "a"}));
}

TEST_P(DeadLetters, AreListedUpToALimit) {
  for (const char* id : {"a1", "a2", "a3"}) enqueue_and_fail(spec_of(id));
  EXPECT_EQ(dead_letters(0).size(), 0U);
  EXPECT_EQ(ids_of(dead_letters(2)), (std::vector<Id>{"a1", "a2"}));
  for (const std::uint64_t limit : {std::uint64_t{3}, no_limit / 2, no_limit / 2 + 1, no_limit}) {
    EXPECT_EQ(dead_letters(limit).size(), 3U) << limit;
  }
}

TEST_P(DeadLetters, AreOrderedAtTheEndsOfTimeToo) {
  for (const Time time : {end_of_time, at_ms(0), beginning_of_time}) {
    now = at_ms(1'000);
    const Id id = std::to_string(ms(time));
    const LeaseRecord lease = enqueue_and_claim(id);
    now = time;
    ack(lease, AckOutcome::failed);
  }
  EXPECT_EQ(ids_of(dead_letters()),
            (std::vector<Id>{"-9223372036854775808", "0", "9223372036854775807"}));
}

LEASECHECK_CONTRACT(Replay);

TEST_P(Replay, QueuesTheAttemptAfreshWithItsVersion) {
  AttemptSpec spec = spec_of("a1");
  spec.priority = 2;
  spec.retry_policy = fixed_retries(1, Duration{10});
  enqueue_and_fail(spec);
  now = at_ms(1'010);
  ack(claim("a1"), AckOutcome::failed);
  now = at_ms(2'000);
  done(ReplayDeadLetter{"a1"});
  const AttemptRecord expected = {.attempt_id = "a1",
                                  .run_id = "r1",
                                  .attempt_no = 1,
                                  .status = Status::queued,
                                  .priority = 2,
                                  .ready_at = at_ms(2'000),
                                  .retry_at = std::nullopt,
                                  .started_at = std::nullopt,
                                  .delivery_count = 0,
                                  .version = 2,
                                  .finished_at = std::nullopt};
  EXPECT_EQ(attempt("a1"), expected);
  EXPECT_EQ(dead_letters(), std::vector<DeadLetter>{});
  EXPECT_EQ(claim("a1").version, 3U);
}

TEST_P(Replay, GivesTheRetriesAndDeliveriesBack) {
  AttemptSpec spec = spec_of("a1");
  spec.max_deliveries = 1;
  spec.retry_policy = fixed_retries(1, Duration{10});
  enqueue_and_claim(spec);
  reap(end_of_time);
  done(ReplayDeadLetter{"a1"});
  EXPECT_EQ(ack(claim("a1"), AckOutcome::failed).status, Status::retry_backoff);
}

TEST_P(Replay, MayFailAgainAndThenHasOneDeadLetter) {
  enqueue_and_fail(spec_of("a1"));
  done(ReplayDeadLetter{"a1"});
  now = at_ms(3'000);
  ack(claim("a1"), AckOutcome::failed);
  const std::vector<DeadLetter> letters = dead_letters();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(ms(letters[0].dead_at), 3'000);
}

TEST_P(Replay, AgainIsRefused) {
  enqueue_and_fail(spec_of("a1"));
  done(ReplayDeadLetter{"a1"});
  expect_refused(ReplayDeadLetter{"a1"}, ErrorCode::not_dispatchable);
}

TEST_P(Replay, WithoutAPendingDeadLetterIsRefused) {
  AttemptSpec spec = spec_of("backoff");
  spec.retry_policy = fixed_retries(1, Duration{10});
  enqueue_and_fail(spec);
  enqueue("queued");
  enqueue_and_claim("leased");
  ack(enqueue_and_claim("completed"), AckOutcome::completed);
  ack(enqueue_and_claim("cancelled"), AckOutcome::cancelled);
  for (const char* id : {"backoff", "queued", "leased", "completed", "cancelled"}) {
    expect_refused(ReplayDeadLetter{id}, ErrorCode::not_dispatchable);
  }
}

TEST_P(Replay, OfAnUnknownAttemptFindsNothing) {
  expect_refused(ReplayDeadLetter{"a1"}, ErrorCode::not_found);
}

TEST_P(Replay, LeavesNotBeforeInForce) {
  AttemptSpec spec = spec_of("a1");
  spec.not_before = at_ms(1'000);
  enqueue_and_fail(spec);
  now = at_ms(500);
  done(ReplayDeadLetter{"a1"});
  EXPECT_EQ(listed(at_ms(999)), std::vector<Id>{});
  EXPECT_EQ(listed(at_ms(1'000)), std::vector<Id>{"a1"});
}

TEST_P(Replay, TakesThatLetterAndNoOther) {
  enqueue_and_fail(spec_of("a1"));
  enqueue_and_fail(spec_of("a2"));
  done(ReplayDeadLetter{"a1"});
  EXPECT_EQ(dead_letters().size(), 1U);
  EXPECT_EQ(attempt("a2").status, Status::failed);
}

}  // namespace
}  // namespace leasecheck::tests
