// Rules 15 and 16: what can be seen, and in which order.

#include "tests/contract/fixture.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

LEASECHECK_CONTRACT(Reading);

TEST_P(Reading, OfAnEmptyRepositoryFindsNothing) {
  EXPECT_EQ(snapshot(), Snapshot{});
  expect_refused(GetAttempt{"a1"}, ErrorCode::not_found);
  EXPECT_EQ(answer<std::optional<LeaseRecord>>(GetLease{"l1"}), std::nullopt);
  EXPECT_EQ(lease_of("a1"), std::nullopt);
  EXPECT_EQ(answer<CountsByStatus>(CountByStatus{}), CountsByStatus{});
}

TEST_P(Reading, ALeaseIsFoundByItsIdAndByItsAttempt) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  enqueue("a2");
  EXPECT_EQ(answer<std::optional<LeaseRecord>>(GetLease{lease.lease_id}), lease);
  EXPECT_EQ(lease_of("a1"), lease);
  EXPECT_EQ(lease_of("a2"), std::nullopt);
  EXPECT_EQ(lease_of("unknown"), std::nullopt);
  EXPECT_EQ(answer<std::optional<LeaseRecord>>(GetLease{"a1"}), std::nullopt);
}

TEST_P(Reading, AnExpiredLeaseIsStillCurrent) {
  enqueue("a1");
  const LeaseRecord lease = claim_until("a1", at_ms(1'001));
  now = at_ms(60'000);
  EXPECT_EQ(lease_of("a1"), lease);
}

TEST_P(Reading, CountsEveryStatus) {
  AttemptSpec retried = spec_of("backoff");
  retried.retry_policy = fixed_retries(1, Duration{10});
  enqueue_and_fail(retried);
  for (const char* id : {"queued1", "queued2"}) enqueue(id);
  enqueue_and_claim("leased");
  done(start_of(enqueue_and_claim("running")));
  for (const char* id : {"completed1", "completed2", "completed3"}) {
    ack(enqueue_and_claim(id), AckOutcome::completed);
  }
  enqueue_and_fail(spec_of("failed"));
  ack(enqueue_and_claim("cancelled"), AckOutcome::cancelled);
  const CountsByStatus expected = {.count = {2, 1, 1, 1, 3, 1, 1}};
  EXPECT_EQ(answer<CountsByStatus>(CountByStatus{}), expected);
}

TEST_P(Reading, TheQueueIsAsDeepAsTheListIsLong) {
  for (const std::int64_t from : {1'100, 1'200, 1'300}) {
    AttemptSpec spec = spec_of("from" + std::to_string(from));
    spec.not_before = at_ms(from);
    enqueue(spec);
  }
  AttemptSpec retried = spec_of("retried");
  retried.retry_policy = fixed_retries(1, Duration{200});
  enqueue_and_fail(retried);  // from 1200
  for (const std::int64_t at : {1'099, 1'100, 1'199, 1'200, 1'299, 1'300}) {
    EXPECT_EQ(count(QueueDepth{at_ms(at)}), listed(at_ms(at)).size()) << at;
  }
  EXPECT_EQ(count(QueueDepth{at_ms(1'200)}), 3U);
}

TEST_P(Reading, RetryAndStartTimesAreThereExactlyWhereTheyMeanSomething) {
  AttemptSpec spec = spec_of("a1");
  spec.retry_policy = fixed_retries(1, Duration{10});
  const auto expect_times = [&](bool retry, bool start) {
    const AttemptRecord record = attempt("a1");
    EXPECT_EQ(record.retry_at.has_value(), retry) << record;
    EXPECT_EQ(record.started_at.has_value(), start) << record;
  };
  enqueue(spec);
  expect_times(false, false);
  const LeaseRecord lease = claim("a1");
  expect_times(false, true);
  done(start_of(lease));
  expect_times(false, true);
  ack(lease, AckOutcome::failed);
  expect_times(true, false);
  now = at_ms(1'010);
  const LeaseRecord again = claim("a1");
  expect_times(false, true);
  ack(again, AckOutcome::failed);
  expect_times(false, false);
}

TEST_P(Reading, ASnapshotHoldsEverythingOrderedByBytes) {
  const std::vector<Id> in_order = {
      "A", "B", "a", "a!", "a1", "a10", "a2", "\xc3\xa9", "\xf0\x9f\x90\x8e"};
  for (auto id = in_order.rbegin(); id != in_order.rend(); ++id) {
    AttemptSpec failing = spec_of("f" + *id);
    enqueue_and_fail(failing);
    AttemptSpec spec = spec_of(*id);
    spec.run_id = "run " + *id;
    const LeaseRecord lease = enqueue_and_claim(spec);
    answer<Sequence>(event_of(lease));
    answer<Sequence>(event_of(lease, "2"));
  }
  const Snapshot seen = snapshot();
  ASSERT_EQ(seen.attempts.size(), 2 * in_order.size());
  ASSERT_EQ(seen.leases.size(), in_order.size());
  ASSERT_EQ(seen.dead_letters.size(), in_order.size());
  ASSERT_EQ(seen.runs.size(), in_order.size());
  for (std::size_t i = 1; i < seen.attempts.size(); ++i) {
    EXPECT_LT(seen.attempts[i - 1].attempt_id, seen.attempts[i].attempt_id);
  }
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    EXPECT_EQ(seen.leases[i].attempt_id, in_order[i]);
    EXPECT_EQ(seen.dead_letters[i].attempt_id, "f" + in_order[i]);
    EXPECT_EQ(seen.runs[i].run_id, "run " + in_order[i]);
    ASSERT_EQ(seen.runs[i].events.size(), 2U);
    EXPECT_EQ(seen.runs[i].events[0].seq, 1U);
    EXPECT_EQ(seen.runs[i].events[1].seq, 2U);
  }
}

TEST_P(Reading, ASnapshotShowsWhatTheReadingsShow) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  enqueue_and_fail(spec_of("a2"));
  answer<Sequence>(event_of(lease));
  const Snapshot seen = snapshot();
  EXPECT_EQ(seen.attempts, (std::vector<AttemptRecord>{attempt("a1"), attempt("a2")}));
  EXPECT_EQ(seen.leases, std::vector<LeaseRecord>{lease});
  EXPECT_EQ(seen.dead_letters, dead_letters());
  ASSERT_EQ(seen.runs.size(), 1U);
  EXPECT_EQ(seen.runs[0].events, events({"r1", 0, no_limit}));
}

LEASECHECK_CONTRACT(Version);

TEST_P(Version, OnlyAClaimAndAnAcceptedHeartbeatMoveIt) {
  AttemptSpec spec = spec_of("a1");
  spec.retry_policy = fixed_retries(1, Duration{1});
  spec.timeout = Duration{500};
  std::uint64_t expected = 0;
  const auto expect_version = [&](std::uint64_t moves) {
    expected += moves;
    EXPECT_EQ(attempt("a1").version, expected);
  };
  enqueue(spec);
  expect_version(0);
  LeaseRecord lease = claim("a1");
  expect_version(1);
  done(heartbeat_of(lease));
  expect_version(1);
  expect_refused(versioned_heartbeat_of(lease), ErrorCode::stale_lease);
  expect_version(0);
  lease = answer<LeaseRecord>(versioned_heartbeat_of(lease_of("a1").value()));
  expect_version(1);
  done(start_of(lease));
  answer<Sequence>(event_of(lease));
  done(release_of(lease));
  expect_version(0);
  claim("a1");
  expect_version(1);
  reap(end_of_time);
  expect_version(0);
  claim("a1");
  expect_version(1);
  time_out(at_ms(1'500));
  expect_version(0);
  now = at_ms(1'501);
  ack(claim("a1"), AckOutcome::failed);
  expect_version(1);
  done(ReplayDeadLetter{"a1"});
  done(CancelAttempt{"a1"});
  expect_version(0);
}

}  // namespace
}  // namespace leasecheck::tests
