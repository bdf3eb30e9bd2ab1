#include "lease/worker_core.hpp"

#include <set>

#include "lease/lease_manager.hpp"
#include "lease/memory.hpp"
#include "tests/impl/fixture.hpp"

namespace leasecheck::tests {
namespace {

using lease::AckOutcome;
using lease::Duration;
using lease::Moment;
using lease::WorkerAction;

const lease::Error busy(lease::ErrorCode::unavailable, "busy");
const lease::Error lost_reply(lease::ErrorCode::unavailable, "lost", lease::Effect::unknown);
const lease::Error stale(lease::ErrorCode::stale_lease, "stale");

/// A worker of two jobs with leases of 3 s; the test answers for the repository. Uptime and time
/// are alike.
class WorkerCoreTest : public testing::Test {
 protected:
  static Moment moment(std::int64_t ms) { return {at(ms), Duration{ms}}; }

  template <typename Action>
  static std::vector<Action> of_kind(const std::vector<WorkerAction>& actions) {
    std::vector<Action> found;
    for (const WorkerAction& action : actions) {
      if (const auto* one = std::get_if<Action>(&action)) found.push_back(*one);
    }
    return found;
  }
  template <typename Action>
  std::vector<Action> next(std::int64_t ms) {
    return of_kind<Action>(core.next(moment(ms)));
  }

  static lease::LeaseRecord lease_of(const std::string& attempt_id, std::int64_t expires_at,
                                     std::uint64_t version = 1) {
    lease::LeaseRecord record;
    record.lease_id = lease::LeaseId("lease of " + attempt_id);
    record.attempt_id = lease::AttemptId(attempt_id);
    record.worker_id = worker;
    record.lease_expires_at = at(expires_at);
    record.version = version;
    return record;
  }
  static lease::Claim claim_of(const std::string& attempt_id, std::int64_t expires_at) {
    lease::Claim claim;
    claim.attempt.attempt_id = lease::AttemptId(attempt_id);
    claim.lease = lease_of(attempt_id, expires_at);
    return claim;
  }

  /// Claims attempts at a time, by leases of 3 s, starts their jobs and finds no others.
  void hold(std::vector<std::string> attempts, std::int64_t ms) {
    ASSERT_EQ(next<lease::ClaimRequest>(ms).size(), 1U);
    std::vector<lease::Claim> claims;
    for (const std::string& id : attempts) claims.push_back(claim_of(id, ms + 3000));
    core.claimed(claims, moment(ms));
    ASSERT_EQ(next<lease::StartJob>(ms).size(), attempts.size());
    if (attempts.size() < 2) core.claimed(std::vector<lease::Claim>{}, moment(ms));
  }
  [[nodiscard]] bool believes(const std::string& attempt_id, std::int64_t ms) {
    return core.believes(lease::LeaseId("lease of " + attempt_id), moment(ms));
  }
  void end(const std::string& attempt_id, AckOutcome outcome = AckOutcome::completed) {
    core.ended(lease::LeaseId("lease of " + attempt_id), outcome);
  }

  lease::WorkerCore core = value_of(lease::WorkerCore::make({.worker_id = worker,
                                                             .concurrency = 2,
                                                             .lease_ttl = Duration{3000},
                                                             .poll_period = Duration{500}},
                                                            [](Duration) { return Duration{0}; }));
};

TEST_F(WorkerCoreTest, AsksForAsManyAsItHasRoomFor) {
  EXPECT_EQ(next<lease::ClaimRequest>(0).at(0).limit, 2U);
  EXPECT_TRUE(next<lease::ClaimRequest>(1).empty()) << "one claim at a time";
  core.claimed(std::vector{claim_of("a", 3000)}, moment(2));
  EXPECT_EQ(next<lease::ClaimRequest>(2).at(0).limit, 1U);
  core.claimed(std::vector{claim_of("b", 3000)}, moment(3));
  EXPECT_TRUE(next<lease::ClaimRequest>(4000).empty());
  end("a");
  EXPECT_EQ(next<lease::ClaimRequest>(4001).at(0).limit, 1U);
}

TEST_F(WorkerCoreTest, WaitsWhereThereIsNoWorkUnlessItIsToldOfSome) {
  ASSERT_EQ(next<lease::ClaimRequest>(0).size(), 1U);
  core.claimed(std::vector<lease::Claim>{}, moment(10));
  EXPECT_EQ(core.wake_at(moment(10)), Duration{510});
  EXPECT_TRUE(next<lease::ClaimRequest>(509).empty());
  core.work_arrived();
  EXPECT_EQ(next<lease::ClaimRequest>(509).size(), 1U);
  core.work_arrived();  // while it asks
  core.claimed(std::vector<lease::Claim>{}, moment(510));
  EXPECT_EQ(next<lease::ClaimRequest>(510).size(), 1U);
}

TEST_F(WorkerCoreTest, SendsOneHeartbeatForAllWhenAThirdIsOver) {
  hold({"a", "b"}, 0);
  EXPECT_EQ(core.wake_at(moment(0)), Duration{1000});
  EXPECT_TRUE(next<lease::HeartbeatRequest>(999).empty());
  const auto requests = next<lease::HeartbeatRequest>(1000);
  ASSERT_EQ(requests.size(), 1U);
  ASSERT_EQ(requests[0].heartbeats.size(), 2U);
  EXPECT_EQ(requests[0].heartbeats[0].heartbeat.expected_version, 1U);
  EXPECT_EQ(requests[0].heartbeats[0].heartbeat.lease_expires_at, at(4000));
  EXPECT_TRUE(next<lease::HeartbeatRequest>(2000).empty()) << "one at a time";
  lease::Results<lease::LeaseRecord> results{lease_of("a", 4000, 2), std::unexpected(stale)};
  core.heartbeaten(requests[0], results, moment(1100));
  EXPECT_TRUE(believes("a", 3500));
  EXPECT_FALSE(believes("b", 1100));
  EXPECT_EQ(next<lease::HeartbeatRequest>(2000).at(0).heartbeats.size(), 1U);
}

TEST_F(WorkerCoreTest, BelievesUntilTheExpiryOfTheLastAnswerAndNoLonger) {
  hold({"a"}, 0);
  EXPECT_TRUE(believes("a", 2999));
  EXPECT_FALSE(believes("a", 3000));
  const auto request = next<lease::HeartbeatRequest>(1000).at(0);
  EXPECT_FALSE(believes("a", 3000)) << "the heartbeat has not been answered";
  core.heartbeaten(request, std::unexpected(busy), moment(1001));
  EXPECT_FALSE(believes("a", 3000));
}

TEST_F(WorkerCoreTest, BelievesNoLongerWhenItsClockIsSetBack) {
  hold({"a"}, 10'000);
  const Moment hours_back{at(10'000 - 7'200'000), Duration{13'000}};
  EXPECT_FALSE(core.believes(lease::LeaseId("lease of a"), hours_back));
}

TEST_F(WorkerCoreTest, SendsHeartbeatsAndAsksForWorkWhenItsClockIsSetBack) {
  hold({"a"}, 0);
  const auto actions = core.next({at(-3'600'000), Duration{1000}});
  EXPECT_EQ(of_kind<lease::HeartbeatRequest>(actions).size(), 1U);
  EXPECT_EQ(of_kind<lease::ClaimRequest>(actions).size(), 1U);
}

TEST_F(WorkerCoreTest, BelievesNotBeyondTheExecutionDeadline) {
  ASSERT_EQ(next<lease::ClaimRequest>(0).size(), 1U);
  lease::Claim claim = claim_of("a", 3000);
  claim.lease.execution_deadline = at(2000);
  core.claimed(std::vector{claim}, moment(0));
  EXPECT_TRUE(believes("a", 1999));
  EXPECT_FALSE(believes("a", 2000));
  EXPECT_TRUE(next<lease::StopJob>(1799).empty());
  EXPECT_EQ(next<lease::StopJob>(1800).size(), 1U) << "a tenth of the timeout before";
}

TEST_F(WorkerCoreTest, AsksAJobToStopBeforeItsLeaseEnds) {
  hold({"a"}, 0);
  const auto request = next<lease::HeartbeatRequest>(1000).at(0);
  core.heartbeaten(request, std::unexpected(busy), moment(1000));
  EXPECT_TRUE(next<lease::StopJob>(2699).empty());
  EXPECT_EQ(next<lease::StopJob>(2700).size(), 1U);
  EXPECT_TRUE(next<lease::StopJob>(2701).empty()) << "once";
}

TEST_F(WorkerCoreTest, AcksUntilItIsAnsweredAndSendsNoHeartbeatMeanwhile) {
  hold({"a"}, 0);
  end("a");
  const auto acks = next<lease::AckRequest>(900);
  ASSERT_EQ(acks.size(), 1U);
  EXPECT_TRUE(next<lease::HeartbeatRequest>(1000).empty());
  EXPECT_FALSE(believes("a", 1000)) << "an ack was sent";
  core.acknowledged(acks[0], std::unexpected(lost_reply), moment(1000));
  EXPECT_TRUE(next<lease::AckRequest>(1499).empty());
  EXPECT_EQ(next<lease::AckRequest>(1500).at(0).acks.at(0).outcome, AckOutcome::completed);
  core.acknowledged(acks[0], lease::Results<lease::AckResult>{lease::AckResult{}}, moment(1501));
  EXPECT_TRUE(next<lease::AckRequest>(99'999).empty());
  EXPECT_TRUE(next<lease::HeartbeatRequest>(99'999).empty());
}

// A reap took the attempt while its worker was at work.
TEST_F(WorkerCoreTest, AnAckRefusedForGoodIsNotRepeatedAndTakesNoPlace) {
  hold({"a", "b"}, 0);
  end("a");
  const auto actions = core.next(moment(100));
  EXPECT_EQ(of_kind<lease::ClaimRequest>(actions).at(0).limit, 1U);
  const auto ack = of_kind<lease::AckRequest>(actions).at(0);
  core.acknowledged(ack, lease::Results<lease::AckResult>{std::unexpected(stale)}, moment(101));
  EXPECT_TRUE(next<lease::AckRequest>(900).empty());
  end("b");
  EXPECT_EQ(next<lease::AckRequest>(901).at(0).acks.size(), 1U) << "one of them is of a";
}

// Its heartbeat was on its way when the job ended, and the ack was carried out before it.
TEST_F(WorkerCoreTest, AHeartbeatRefusedBecauseOfItsOwnAckIsNoLoss) {
  hold({"a"}, 0);
  const auto beat = next<lease::HeartbeatRequest>(1000).at(0);
  end("a");
  const auto ack = next<lease::AckRequest>(1000).at(0);
  core.heartbeaten(beat, lease::Results<lease::LeaseRecord>{std::unexpected(stale)}, moment(1001));
  core.acknowledged(ack, std::unexpected(lost_reply), moment(1002));
  EXPECT_EQ(next<lease::AckRequest>(5000).size(), 1U) << "the ack was forgotten";
}

TEST_F(WorkerCoreTest, ALeaseThatIsLostStopsItsJobAndIsNeverAskedForAgain) {
  hold({"a"}, 0);
  const auto beat = next<lease::HeartbeatRequest>(1000).at(0);
  core.heartbeaten(beat, lease::Results<lease::LeaseRecord>{std::unexpected(stale)}, moment(1001));
  EXPECT_EQ(next<lease::StopJob>(1001).size(), 1U);
  EXPECT_TRUE(next<lease::HeartbeatRequest>(5000).empty());
  end("a");
  EXPECT_TRUE(next<lease::AckRequest>(5000).empty());
}

TEST_F(WorkerCoreTest, AnyCallThatIsToldStaleLeaseEndsTheRight) {
  hold({"a", "b"}, 0);
  core.lost(lease::LeaseId("lease of a"));
  core.lost(lease::LeaseId("lease of another"));
  EXPECT_FALSE(believes("a", 1));
  EXPECT_TRUE(believes("b", 1));
  EXPECT_EQ(next<lease::StopJob>(1).size(), 1U);
  EXPECT_EQ(next<lease::HeartbeatRequest>(1000).at(0).heartbeats.size(), 1U) << "of b";
  end("a");
  EXPECT_TRUE(next<lease::AckRequest>(1001).empty());
  end("b");
  const auto ack = next<lease::AckRequest>(1002).at(0);
  core.lost(lease::LeaseId("lease of b"));  // because of the ack
  core.acknowledged(ack, std::unexpected(lost_reply), moment(1003));
  EXPECT_EQ(next<lease::AckRequest>(5000).size(), 1U) << "the ack was forgotten";
}

TEST_F(WorkerCoreTest, ReadsBeforeItActsOnAnUnknownEffect) {
  ASSERT_EQ(next<lease::ClaimRequest>(0).size(), 1U);
  core.claimed(std::unexpected(lost_reply), moment(1));
  EXPECT_EQ(next<lease::ReadRequest>(1).size(), 1U);
  EXPECT_TRUE(next<lease::ClaimRequest>(600).empty());
  core.read(std::unexpected(busy), moment(601));
  EXPECT_TRUE(next<lease::ReadRequest>(700).empty());
  EXPECT_EQ(next<lease::ReadRequest>(1101).size(), 1U);
  core.read(std::vector<lease::LeaseRecord>{}, moment(1102));
  EXPECT_EQ(next<lease::ClaimRequest>(1102).size(), 1U);
}

// A claim of unknown effect leaves no doubt about what is held already.
TEST_F(WorkerCoreTest, KeepsItsLeasesWhileItCannotReadWhatAClaimCameTo) {
  hold({"a"}, 0);
  ASSERT_EQ(next<lease::ClaimRequest>(500).size(), 1U);
  core.claimed(std::unexpected(lost_reply), moment(501));
  ASSERT_EQ(next<lease::ReadRequest>(501).size(), 1U);
  EXPECT_TRUE(next<lease::HeartbeatRequest>(1000).empty()) << "what is read would be untrue";
  core.read(std::unexpected(busy), moment(1001));
  const auto beat = next<lease::HeartbeatRequest>(1001);
  ASSERT_EQ(beat.size(), 1U);
  core.heartbeaten(beat[0], lease::Results<lease::LeaseRecord>{lease_of("a", 4001, 2)},
                   moment(1002));
  EXPECT_TRUE(believes("a", 4000));
  EXPECT_TRUE(next<lease::ClaimRequest>(1400).empty()) << "nothing was read yet";
}

TEST_F(WorkerCoreTest, GoesOnFromTheVersionThatItReads) {
  hold({"a", "b"}, 0);
  const auto beat = next<lease::HeartbeatRequest>(1000).at(0);
  core.heartbeaten(beat, std::unexpected(lost_reply), moment(1001));
  EXPECT_EQ(next<lease::ReadRequest>(1001).size(), 1U);
  core.read(std::vector{lease_of("a", 4000, 2), lease_of("c", 4000, 5)}, moment(1002));
  const auto actions = core.next(moment(1400));
  const auto again = of_kind<lease::HeartbeatRequest>(actions);
  ASSERT_EQ(again.size(), 1U);
  ASSERT_EQ(again[0].heartbeats.size(), 1U) << "b is gone";
  EXPECT_EQ(again[0].heartbeats[0].heartbeat.expected_version, 2U);
  const auto released = of_kind<lease::ReleaseRequest>(actions);
  ASSERT_EQ(released.size(), 1U) << "nobody knows of c";
  EXPECT_EQ(released[0].holder.lease_id.str(), "lease of c");
  EXPECT_FALSE(believes("a", 3000)) << "what was read is no grant";
}

TEST_F(WorkerCoreTest, DrainsItsJobsAndClaimsNothing) {
  hold({"a"}, 0);
  core.drain();
  EXPECT_FALSE(core.is_drained());
  EXPECT_EQ(next<lease::HeartbeatRequest>(1000).size(), 1U);
  EXPECT_TRUE(next<lease::StopJob>(1000).empty());
  end("a");
  const auto ack = next<lease::AckRequest>(1001).at(0);
  EXPECT_FALSE(core.is_drained());
  core.acknowledged(ack, lease::Results<lease::AckResult>{lease::AckResult{}}, moment(1002));
  EXPECT_TRUE(core.next(moment(9999)).empty());
  EXPECT_TRUE(core.is_drained());
}

TEST_F(WorkerCoreTest, StartsNothingOfWhichNothingIsLeft) {
  ASSERT_EQ(next<lease::ClaimRequest>(0).size(), 1U);
  core.claimed(std::vector{claim_of("a", 3000), claim_of("b", 9000)}, moment(2700));
  const auto actions = core.next(moment(2700));
  EXPECT_EQ(of_kind<lease::ReleaseRequest>(actions).size(), 2U) << "both by the time of asking";
  EXPECT_TRUE(of_kind<lease::StartJob>(actions).empty());
}

// A clock that is far ahead makes every grant too late; the repository is not to be asked for it
// again and again without a pause.
TEST_F(WorkerCoreTest, WaitsBeforeItClaimsAgainWhatItGaveBackUnused) {
  ASSERT_EQ(next<lease::ClaimRequest>(0).size(), 1U);
  core.claimed(std::vector{claim_of("a", -1)}, moment(10));
  EXPECT_TRUE(next<lease::ClaimRequest>(509).empty());
  ASSERT_EQ(next<lease::ClaimRequest>(510).size(), 1U);
  core.claimed(std::vector{claim_of("a", -1), claim_of("b", 3510)}, moment(510));
  EXPECT_EQ(next<lease::ClaimRequest>(510).size(), 1U) << "there may be more";
}

TEST_F(WorkerCoreTest, GivesBackWhatItIsGrantedWhileItDrains) {
  ASSERT_EQ(next<lease::ClaimRequest>(0).size(), 1U);
  core.drain();
  EXPECT_FALSE(core.is_drained());
  core.claimed(std::vector{claim_of("a", 3000)}, moment(1));
  EXPECT_FALSE(core.is_drained());
  const auto actions = core.next(moment(1));
  EXPECT_EQ(of_kind<lease::ReleaseRequest>(actions).size(), 1U);
  EXPECT_TRUE(of_kind<lease::StartJob>(actions).empty());
  EXPECT_TRUE(core.is_drained());
}

TEST_F(WorkerCoreTest, DoesNotDrainForEverWhereNobodyAnswers) {
  hold({"a"}, 0);
  end("a");
  core.drain();
  core.acknowledged(next<lease::AckRequest>(1000).at(0), std::unexpected(busy), moment(1000));
  EXPECT_FALSE(core.is_drained());
  core.acknowledged(next<lease::AckRequest>(3000).at(0), std::unexpected(busy), moment(3000));
  EXPECT_TRUE(core.is_drained());
}

TEST_F(WorkerCoreTest, SendsHeartbeatsWhenAThirdIsOverUnlessAPeriodIsSaid) {
  const auto first_heartbeat_at = [this](std::optional<Duration> period) {
    auto own = value_of(lease::WorkerCore::make(
        {.worker_id = worker, .lease_ttl = Duration{3000}, .heartbeat_period = period},
        [](Duration) { return Duration{0}; }));
    static_cast<void>(own.next(moment(0)));
    own.claimed(std::vector{claim_of("a", 3000)}, moment(0));
    static_cast<void>(own.next(moment(0)));
    return own.wake_at(moment(0));
  };
  EXPECT_EQ(first_heartbeat_at(std::nullopt), Duration{1000});
  EXPECT_EQ(first_heartbeat_at(Duration{400}), Duration{400});
  EXPECT_EQ(first_heartbeat_at(Duration{2500}), Duration{2500});
}

TEST(WorkerOptions, OutOfTheirRangeAreAnswered) {
  const auto code = [](lease::WorkerOptions options) {
    return error_of(lease::WorkerCore::make(std::move(options), {})).code;
  };
  const lease::WorkerOptions valid{.worker_id = worker};
  lease::WorkerOptions options = valid;
  options.worker_id = {};
  EXPECT_EQ(code(options), lease::ErrorCode::invalid_argument);
  options = valid;
  options.concurrency = 0;
  EXPECT_EQ(code(options), lease::ErrorCode::invalid_argument);
  options = valid;
  options.lease_ttl = Duration{99};
  EXPECT_EQ(code(options), lease::ErrorCode::invalid_argument);
  options = valid;
  options.poll_period = Duration{0};
  EXPECT_EQ(code(options), lease::ErrorCode::invalid_argument);
  for (const Duration period : {Duration{0}, valid.lease_ttl}) {
    options = valid;
    options.heartbeat_period = period;
    EXPECT_EQ(code(options), lease::ErrorCode::invalid_argument);
  }
}

}  // namespace
}  // namespace leasecheck::tests
