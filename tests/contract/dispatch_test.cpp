// Rules 1, 2 and 8: how attempts come in, which wait, in which order.

#include <algorithm>

#include "tests/contract/fixture.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

using Listed = std::vector<Id>;

LEASECHECK_CONTRACT(Listing);

TEST_P(Listing, AnEmptyRepositoryListsNothing) {
  EXPECT_EQ(listed(now), Listed{});
  EXPECT_EQ(count(QueueDepth{now}), 0U);
}

TEST_P(Listing, ANewAttemptIsListed) {
  enqueue("a1");
  const std::vector<DispatchRecord> expected = {{.attempt_id = "a1",
                                                 .run_id = "r1",
                                                 .attempt_no = 1,
                                                 .status = Status::queued,
                                                 .retry_at = std::nullopt}};
  EXPECT_EQ(answer<std::vector<DispatchRecord>>(ListDispatchableAttempts{now, 1}), expected);
}

TEST_P(Listing, AnAttemptInBackoffIsListedWithItsRetry) {
  AttemptSpec spec = spec_of("a1");
  spec.retry_policy = fixed_retries(1, Duration{50});
  enqueue_and_fail(spec);
  const std::vector<DispatchRecord> expected = {{.attempt_id = "a1",
                                                 .run_id = "r1",
                                                 .attempt_no = 2,
                                                 .status = Status::retry_backoff,
                                                 .retry_at = at_ms(1'050)}};
  EXPECT_EQ(answer<std::vector<DispatchRecord>>(ListDispatchableAttempts{at_ms(1'050), 1}),
            expected);
}

TEST_P(Listing, AQueuedAttemptWaitsForItsNotBefore) {
  AttemptSpec spec = spec_of("a1");
  spec.not_before = at_ms(2'000);
  enqueue(spec);
  EXPECT_EQ(listed(at_ms(1'999)), Listed{});
  EXPECT_EQ(listed(at_ms(2'000)), Listed{"a1"});
  EXPECT_EQ(listed(at_ms(2'001)), Listed{"a1"});
}

TEST_P(Listing, AFailedAttemptWaitsForItsRetry) {
  AttemptSpec spec = spec_of("a1");
  spec.retry_policy = fixed_retries(1, Duration{500});
  enqueue_and_fail(spec);
  EXPECT_EQ(listed(at_ms(1'499)), Listed{});
  EXPECT_EQ(listed(at_ms(1'500)), Listed{"a1"});
  EXPECT_EQ(listed(at_ms(1'501)), Listed{"a1"});
}

TEST_P(Listing, LeasedRunningAndFinishedAttemptsDoNotWait) {
  enqueue_and_claim("leased");
  done(start_of(enqueue_and_claim("running")));
  ack(enqueue_and_claim("completed"), AckOutcome::completed);
  ack(enqueue_and_claim("cancelled"), AckOutcome::cancelled);
  enqueue_and_fail(spec_of("failed"));
  EXPECT_EQ(listed(end_of_time), Listed{});
  EXPECT_EQ(count(QueueDepth{end_of_time}), 0U);
}

TEST_P(Listing, AnExpiredLeaseIsNotListedUntilItIsReaped) {
  enqueue("a1");
  claim_until("a1", at_ms(1'001));
  EXPECT_EQ(listed(at_ms(5'000)), Listed{});
  reap(at_ms(5'000));
  EXPECT_EQ(listed(at_ms(5'000)), Listed{"a1"});
}

TEST_P(Listing, AHigherPriorityGoesFirst) {
  for (const std::int32_t priority : {0, -1, 1, std::numeric_limits<std::int32_t>::max(),
                                      std::numeric_limits<std::int32_t>::min()}) {
    AttemptSpec spec = spec_of("p" + std::to_string(priority));
    spec.priority = priority;
    enqueue(spec);
  }
  EXPECT_EQ(listed(now), (Listed{"p2147483647", "p1", "p0", "p-1", "p-2147483648"}));
}

TEST_P(Listing, AnEarlierReadyTimeGoesFirstWithinAPriority) {
  now = at_ms(3'000);
  enqueue("third");
  now = at_ms(1'000);
  enqueue("first");
  now = at_ms(2'000);
  enqueue("second");
  EXPECT_EQ(listed(at_ms(9'000)), (Listed{"first", "second", "third"}));
}

TEST_P(Listing, TheEnqueueOrderBreaksTies) {
  for (const char* id : {"c", "a", "b"}) enqueue(id);
  EXPECT_EQ(listed(now), (Listed{"c", "a", "b"}));
}

TEST_P(Listing, TheEnqueueOrderIsGivenOnceAndKept) {
  for (const char* id : {"c", "a"}) enqueue(id);
  const LeaseRecord lease = claim("c");
  done(release_of(lease));  // ready again at the same time as "a"
  EXPECT_EQ(listed(now), (Listed{"c", "a"}));
}

TEST_P(Listing, EnqueueingAgainDoesNotLoseTheTurn) {
  for (const char* id : {"c", "a", "c"}) enqueue(id);
  EXPECT_EQ(listed(now), (Listed{"c", "a"}));
}

TEST_P(Listing, TheLaterOfEnqueueAndNotBeforeOrders) {
  AttemptSpec late = spec_of("late");
  late.not_before = at_ms(1'500);
  AttemptSpec early = spec_of("early");
  early.not_before = at_ms(500);
  enqueue(late);
  enqueue(early);
  now = at_ms(1'200);
  enqueue("between");
  EXPECT_EQ(listed(at_ms(9'000)), (Listed{"early", "between", "late"}));
  EXPECT_EQ(ms(attempt("late").ready_at), 1'500);
  EXPECT_EQ(ms(attempt("early").ready_at), 1'000);
}

TEST_P(Listing, ReadyAtOrdersAndNeverMakesAQueuedAttemptWait) {
  now = at_ms(5'000);
  enqueue("a1");
  EXPECT_EQ(listed(at_ms(0)), Listed{"a1"});
  EXPECT_EQ(listed(beginning_of_time), Listed{"a1"});
}

TEST_P(Listing, QueueAndBackoffAreOneOrder) {
  AttemptSpec retried = spec_of("retried");
  retried.retry_policy = fixed_retries(1, Duration{500});
  enqueue_and_fail(retried);  // ready at 1500
  AttemptSpec urgent = spec_of("urgent");
  urgent.priority = 1;
  urgent.retry_policy = fixed_retries(1, Duration{900});
  enqueue_and_fail(urgent);  // ready at 1900, and before all others
  for (const std::int64_t ready : {1'499, 1'500, 1'501}) {
    now = at_ms(ready);
    enqueue("q" + std::to_string(ready));
  }
  EXPECT_EQ(listed(at_ms(1'899)), (Listed{"q1499", "retried", "q1500", "q1501"}));
  EXPECT_EQ(listed(at_ms(1'900)), (Listed{"urgent", "q1499", "retried", "q1500", "q1501"}));
  EXPECT_EQ(listed(at_ms(1'499)), (Listed{"q1499", "q1500", "q1501"}));
}

TEST_P(Listing, WorkThatComesBackGoesBehindWorkThatWaited) {
  enqueue_and_fail(spec_of("replayed"));
  const LeaseRecord released = enqueue_and_claim("released");
  enqueue_and_claim("reaped");
  enqueue("waiting");
  now = at_ms(2'000);
  done(release_of(released));
  now = at_ms(2'001);
  reap(at_ms(2'001));
  now = at_ms(2'002);
  done(ReplayDeadLetter{"replayed"});
  EXPECT_EQ(listed(now), (Listed{"waiting", "released", "reaped", "replayed"}));
}

TEST_P(Listing, NotBeforeStaysInForceAfterARelease) {
  AttemptSpec spec = spec_of("a1");
  spec.not_before = at_ms(2'000);
  enqueue(spec);
  now = at_ms(2'000);
  const LeaseRecord lease = claim("a1");
  now = at_ms(1'500);  // a clock that is behind
  done(release_of(lease));
  EXPECT_EQ(listed(at_ms(1'999)), Listed{});
  EXPECT_EQ(listed(at_ms(2'000)), Listed{"a1"});
}

TEST_P(Listing, ListsAtMostTheLimitFromTheFront) {
  for (const char* id : {"a1", "a2", "a3"}) enqueue(id);
  EXPECT_EQ(listed(now, 0), Listed{});
  EXPECT_EQ(listed(now, 1), Listed{"a1"});
  EXPECT_EQ(listed(now, 2), (Listed{"a1", "a2"}));
  EXPECT_EQ(listed(now, 3), (Listed{"a1", "a2", "a3"}));
  EXPECT_EQ(listed(now, 4), (Listed{"a1", "a2", "a3"}));
}

TEST_P(Listing, AHugeLimitIsClampedAndNeverCast) {
  for (const char* id : {"a1", "a2", "a3"}) enqueue(id);
  for (const std::uint64_t limit : {no_limit / 2, no_limit / 2 + 1, no_limit - 1, no_limit}) {
    EXPECT_EQ(listed(now, limit), (Listed{"a1", "a2", "a3"})) << limit;
  }
}

TEST_P(Listing, AttemptsThatDoNotWaitYetTakeNoneOfTheLimit) {
  for (const char* id : {"later1", "later2"}) {
    AttemptSpec spec = spec_of(id);
    spec.priority = 9;
    spec.not_before = at_ms(9'000);
    enqueue(spec);
  }
  enqueue("a1");
  EXPECT_EQ(listed(now, 1), Listed{"a1"});
}

TEST_P(Listing, WorksAtTheEndsOfTime) {
  AttemptSpec first = spec_of("first");
  first.not_before = beginning_of_time;
  AttemptSpec last = spec_of("last");
  last.not_before = end_of_time;
  enqueue(first);
  enqueue(last);
  EXPECT_EQ(listed(beginning_of_time), Listed{"first"});
  EXPECT_EQ(listed(end_of_time - Duration{1}), Listed{"first"});
  EXPECT_EQ(listed(end_of_time), (Listed{"first", "last"}));
}

TEST_P(Listing, ALongQueueIsListedWholeAndInOrder) {
  Listed expected;
  for (int i = 0; i < 150; ++i) {
    AttemptSpec spec = spec_of("a" + std::to_string(i));
    spec.priority = i % 7;
    enqueue(spec);
  }
  for (int priority = 6; priority >= 0; --priority) {
    for (int i = priority; i < 150; i += 7) expected.push_back("a" + std::to_string(i));
  }
  EXPECT_EQ(listed(now), expected);
  EXPECT_EQ(count(QueueDepth{now}), 150U);
}

LEASECHECK_CONTRACT(Enqueue);

TEST_P(Enqueue, MakesAQueuedAttemptWithNothingBehindIt) {
  AttemptSpec spec = spec_of("a1");
  spec.priority = -7;
  enqueue(spec);
  const AttemptRecord expected = {.attempt_id = "a1",
                                  .run_id = "r1",
                                  .attempt_no = 1,
                                  .status = Status::queued,
                                  .priority = -7,
                                  .ready_at = at_ms(1'000),
                                  .retry_at = std::nullopt,
                                  .started_at = std::nullopt,
                                  .delivery_count = 0,
                                  .version = 0,
                                  .finished_at = std::nullopt};
  EXPECT_EQ(attempt("a1"), expected);
}

/// Every field filled in, none with its default.
AttemptSpec full_spec() {
  AttemptSpec spec = spec_of("a1");
  spec.priority = 3;
  spec.not_before = at_ms(900);
  spec.timeout = Duration{5'000};
  spec.on_timeout = OnTimeout::fail;
  spec.retry_policy = RetryPolicy{BackoffStrategy::exponential, Duration{10}, Duration{100}, 3, 2};
  spec.max_deliveries = 4;
  spec.tenant_id = "t1";
  return spec;
}

TEST_P(Enqueue, TheSameSpecAgainChangesNothingWhateverHasBecomeOfIt) {
  const auto expect_unchanged_by_enqueue = [&] {
    const Snapshot before = snapshot();
    now += Duration{7};
    enqueue(full_spec());
    EXPECT_EQ(snapshot(), before);
  };
  enqueue(full_spec());
  expect_unchanged_by_enqueue();
  const LeaseRecord lease = claim("a1");
  expect_unchanged_by_enqueue();
  done(start_of(lease));
  expect_unchanged_by_enqueue();
  ack(lease, AckOutcome::failed);
  expect_unchanged_by_enqueue();
  done(CancelAttempt{"a1"});
  expect_unchanged_by_enqueue();
}

TEST_P(Enqueue, AnotherSpecUnderTheSameIdAlreadyExists) {
  enqueue(full_spec());
  const auto expect_other = [&](auto change) {
    AttemptSpec other = full_spec();
    change(other);
    expect_refused(EnqueueAttempt{other}, ErrorCode::already_exists);
  };
  expect_other([](AttemptSpec& spec) { spec.run_id = "r2"; });
  expect_other([](AttemptSpec& spec) { spec.priority = 4; });
  expect_other([](AttemptSpec& spec) { spec.not_before = at_ms(901); });
  expect_other([](AttemptSpec& spec) { spec.not_before.reset(); });
  expect_other([](AttemptSpec& spec) { spec.timeout = Duration{5'001}; });
  expect_other([](AttemptSpec& spec) { spec.timeout.reset(); });
  expect_other([](AttemptSpec& spec) { spec.on_timeout = OnTimeout::cancel; });
  expect_other([](AttemptSpec& spec) { spec.retry_policy.reset(); });
  expect_other([](AttemptSpec& spec) { spec.retry_policy->strategy = BackoffStrategy::fixed; });
  expect_other([](AttemptSpec& spec) { spec.retry_policy->backoff = Duration{11}; });
  expect_other([](AttemptSpec& spec) { spec.retry_policy->max_backoff = Duration{99}; });
  expect_other([](AttemptSpec& spec) { spec.retry_policy->max_backoff.reset(); });
  expect_other([](AttemptSpec& spec) { spec.retry_policy->multiplier = 2; });
  expect_other([](AttemptSpec& spec) { spec.retry_policy->max_retries = 1; });
  expect_other([](AttemptSpec& spec) { spec.max_deliveries = 5; });
  expect_other([](AttemptSpec& spec) { spec.max_deliveries.reset(); });
  expect_other([](AttemptSpec& spec) { spec.tenant_id = "t2"; });
  expect_other([](AttemptSpec& spec) { spec.tenant_id.reset(); });
}

TEST_P(Enqueue, AnotherSpecAlreadyExistsAfterTheEndToo) {
  ack(enqueue_and_claim("a1"), AckOutcome::completed);
  AttemptSpec other = spec_of("a1");
  other.priority = 1;
  expect_refused(EnqueueAttempt{other}, ErrorCode::already_exists);
}

TEST_P(Enqueue, OnTimeoutIsComparedEvenWhereItHasNoEffect) {
  AttemptSpec spec = spec_of("a1");
  spec.on_timeout = OnTimeout::fail;
  enqueue(spec);
  expect_refused(EnqueueAttempt{spec_of("a1")}, ErrorCode::already_exists);
}

TEST_P(Enqueue, ReadsTheEndsOfTime) {
  now = beginning_of_time;
  enqueue("first");
  now = end_of_time;
  enqueue("last");
  EXPECT_EQ(attempt("first").ready_at, beginning_of_time);
  EXPECT_EQ(attempt("last").ready_at, end_of_time);
  EXPECT_EQ(listed(beginning_of_time), (Listed{"first", "last"}));
}

LEASECHECK_CONTRACT(ResetRule);

TEST_P(ResetRule, EmptiesTheRepository) {
  enqueue_and_fail(spec_of("failed"));
  answer<Sequence>(event_of(enqueue_and_claim("a1")));
  done(Reset{});
  EXPECT_EQ(snapshot(), Snapshot{});
  EXPECT_EQ(latest_seq("r1"), 0U);
  enqueue("a1");
  EXPECT_EQ(attempt("a1").version, 0U);
}

}  // namespace
}  // namespace leasecheck::tests
