// Rules 4 and 10: a heartbeat refreshes the current lease and never shortens it.

#include "tests/contract/fixture.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

LEASECHECK_CONTRACT(Heartbeat);

TEST_P(Heartbeat, ExtendsTheLease) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  done(HeartbeatLease{lease.lease_id, at_ms(1'050), at_ms(1'200)});
  LeaseRecord expected = lease;
  expected.heartbeat_at = at_ms(1'050);
  expected.lease_expires_at = at_ms(1'200);
  expected.version = 2;
  EXPECT_EQ(lease_of("a1"), expected);
  EXPECT_EQ(attempt("a1").version, 2U);
}

TEST_P(Heartbeat, NeverShortensALease) {
  const LeaseRecord lease = enqueue_and_claim("a1");  // until 1100
  const auto expiry_after = [&](std::int64_t asked) {
    done(HeartbeatLease{lease.lease_id, now, at_ms(asked)});
    return ms(lease_of("a1")->lease_expires_at);
  };
  EXPECT_EQ(expiry_after(1'099), 1'100);
  EXPECT_EQ(expiry_after(1'100), 1'100);
  EXPECT_EQ(expiry_after(1'101), 1'101);
  EXPECT_EQ(expiry_after(1'100), 1'101);
}

TEST_P(Heartbeat, NeverLowersTheHeartbeat) {
  const LeaseRecord lease = enqueue_and_claim("a1");  // at 1000
  done(HeartbeatLease{lease.lease_id, at_ms(999), at_ms(1'200)});
  EXPECT_EQ(ms(lease_of("a1")->heartbeat_at), 1'000);
  EXPECT_EQ(ms(lease_of("a1")->lease_expires_at), 1'200);
  done(HeartbeatLease{lease.lease_id, at_ms(1'001), at_ms(0)});
  EXPECT_EQ(ms(lease_of("a1")->heartbeat_at), 1'001);
  EXPECT_EQ(ms(lease_of("a1")->lease_expires_at), 1'200);
}

TEST_P(Heartbeat, MovesTheVersionEvenIfNothingElseMoves) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  for (std::uint64_t version = 2; version < 6; ++version) {
    done(heartbeat_of(lease));
    EXPECT_EQ(lease_of("a1")->version, version);
  }
}

TEST_P(Heartbeat, RefreshesALeaseThatExpiredAndWasNotReaped) {
  enqueue("a1");
  const LeaseRecord lease = claim_until("a1", at_ms(1'001));
  now = at_ms(60'000);
  done(HeartbeatLease{lease.lease_id, at_ms(60'000), at_ms(60'100)});
  EXPECT_EQ(reap(at_ms(60'100)), 0U);
  EXPECT_EQ(ms(lease_of("a1")->lease_expires_at), 60'100);
}

TEST_P(Heartbeat, TouchesNothingElse) {
  AttemptSpec spec = spec_of("a1");
  spec.timeout = Duration{300};
  const LeaseRecord lease = enqueue_and_claim(spec);
  const LeaseRecord other = enqueue_and_claim("a2");
  done(start_of(lease));
  AttemptRecord expected = attempt("a1");
  now = at_ms(1'050);
  done(HeartbeatLease{lease.lease_id, now, at_ms(1'150)});
  expected.version = 2;
  EXPECT_EQ(attempt("a1"), expected);
  EXPECT_EQ(lease_of("a1")->execution_deadline, lease.execution_deadline);
  EXPECT_EQ(lease_of("a2"), other);
}

TEST_P(Heartbeat, TakesAnyTimeSinceNoneIsInvalid) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  done(HeartbeatLease{lease.lease_id, beginning_of_time, beginning_of_time});
  EXPECT_EQ(ms(lease_of("a1")->heartbeat_at), 1'000);
  EXPECT_EQ(ms(lease_of("a1")->lease_expires_at), 1'100);
  done(HeartbeatLease{lease.lease_id, end_of_time, end_of_time});
  EXPECT_EQ(lease_of("a1")->heartbeat_at, end_of_time);
  EXPECT_EQ(lease_of("a1")->lease_expires_at, end_of_time);
}

TEST_P(Heartbeat, OfALeaseThatIsNotCurrentIsStale) {
  AttemptSpec timed = spec_of("timed_out");
  timed.timeout = Duration{10};
  const std::vector<LeaseRecord> ended = {
      enqueue_and_claim("reaped"),    enqueue_and_claim("released"), enqueue_and_claim("acked"),
      enqueue_and_claim("cancelled"), enqueue_and_claim(timed),
  };
  done(release_of(ended[1]));
  ack(ended[2], AckOutcome::completed);
  done(CancelAttempt{"cancelled"});
  time_out(at_ms(1'010));
  reap(end_of_time);
  for (const LeaseRecord& lease : ended) {
    expect_refused(heartbeat_of(lease), ErrorCode::stale_lease);
    expect_refused(versioned_heartbeat_of(lease), ErrorCode::stale_lease);
  }
}

TEST_P(Heartbeat, OfTheOldHolderIsStaleOnceAnotherOneHolds) {
  const LeaseRecord old_lease = enqueue_and_claim("a1");
  reap(end_of_time);
  const LeaseRecord lease = claim("a1");
  expect_refused(heartbeat_of(old_lease), ErrorCode::stale_lease);
  EXPECT_EQ(lease_of("a1"), lease);
}

TEST_P(Heartbeat, OfALeaseNeverIssuedIsStale) {
  expect_refused(HeartbeatLease{"nobody's", now, now}, ErrorCode::stale_lease);
}

LEASECHECK_CONTRACT(VersionedHeartbeat);

TEST_P(VersionedHeartbeat, AnswersTheNewRecord) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  LeaseRecord expected = lease;
  expected.heartbeat_at = at_ms(1'050);
  expected.lease_expires_at = at_ms(1'200);
  expected.version = 2;
  EXPECT_EQ(answer<LeaseRecord>(
                HeartbeatLeaseWithVersion{lease.lease_id, "w1", 1, at_ms(1'050), at_ms(1'200)}),
            expected);
  EXPECT_EQ(lease_of("a1"), expected);
}

TEST_P(VersionedHeartbeat, NeverShortensALease) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  const LeaseRecord after = answer<LeaseRecord>(
      HeartbeatLeaseWithVersion{lease.lease_id, "w1", 1, at_ms(999), at_ms(1'099)});
  EXPECT_EQ(ms(after.heartbeat_at), 1'000);
  EXPECT_EQ(ms(after.lease_expires_at), 1'100);
  EXPECT_EQ(after.version, 2U);
}

TEST_P(VersionedHeartbeat, DemandsExactlyTheCurrentVersion) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  done(heartbeat_of(lease));  // version 2
  for (const std::uint64_t version : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{3},
                                      no_limit / 2, no_limit / 2 + 1, no_limit}) {
    expect_refused(HeartbeatLeaseWithVersion{lease.lease_id, "w1", version, now, end_of_time},
                   ErrorCode::stale_lease);
  }
  EXPECT_EQ(
      answer<LeaseRecord>(HeartbeatLeaseWithVersion{lease.lease_id, "w1", 2, now, now}).version,
      3U);
}

TEST_P(VersionedHeartbeat, IsNotRepeatable) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  answer<LeaseRecord>(versioned_heartbeat_of(lease));
  expect_refused(versioned_heartbeat_of(lease), ErrorCode::stale_lease);
}

TEST_P(VersionedHeartbeat, DemandsTheOwner) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  expect_refused(HeartbeatLeaseWithVersion{lease.lease_id, "w2", 1, now, end_of_time},
                 ErrorCode::stale_lease);
  expect_refused(HeartbeatLeaseWithVersion{lease.lease_id, "W1", 1, now, end_of_time},
                 ErrorCode::stale_lease);
}

TEST_P(VersionedHeartbeat, RefreshesPastTheExpiry) {
  enqueue("a1");
  const LeaseRecord lease = claim_until("a1", at_ms(1'001));
  now = at_ms(60'000);
  EXPECT_EQ(
      ms(answer<LeaseRecord>(HeartbeatLeaseWithVersion{lease.lease_id, "w1", 1, now, at_ms(60'100)})
             .lease_expires_at),
      60'100);
}

}  // namespace
}  // namespace leasecheck::tests
