// A worker's calls are each answered once, and several items are one answer.
#include "sim/world/worker_calls.hpp"

#include <gtest/gtest.h>

#include "sim/world/timeline.hpp"
#include "tests/sim/subjects.hpp"

namespace leasecheck::sim {
namespace {

using lease::ErrorCode;
using model::Duration;

/// A worker of two attempts on a memory repository; the test says what the network does.
class WorkerCallsTest : public ::testing::Test {
 protected:
  WorkerCallsTest() {
    process.start();
    for (const char* id : {"a1", "a2"}) {
      model::AttemptSpec spec;
      spec.attempt_id = id;
      spec.run_id = "r";
      operate(model::EnqueueAttempt{.spec = spec});
    }
  }

  static Plan plan_of_test() {
    Plan plan = draw_plan(1, {});
    plan.several = false;
    plan.heartbeats_with_version = true;
    plan.ttl = Duration{1000};
    plan.reply_timeout = Duration{100};
    plan.repository_clock = {};
    plan.faults = {};
    plan.faults.network = {.least_delay = Duration{1}, .most_delay = Duration{1}};
    return plan;
  }

  void operate(const model::Operation& operation) {
    const model::Time now = repository_clock.shows();
    ASSERT_TRUE(
        referee.operate({.actor = "test", .clock = now}, {.now = now, .operation = operation}));
  }
  void run_for(std::int64_t ms) {
    timeline.run_until(timeline.now() + Duration{ms}, [] { return false; });
  }
  /// Claims both attempts, one after the other.
  void claim_both() {
    for (int i = 0; i < 2; ++i) {
      calls.claim(2, [this](const Claims& answer) {
        ASSERT_TRUE(answer.has_value());
        ASSERT_EQ(answer->size(), 1U) << "the scheduler claims one at a time";
        held.push_back(answer->front().lease);
      });
      run_for(10);
    }
    ASSERT_EQ(held.size(), 2U);
  }
  void heartbeat() {
    std::vector<lease::LeaseHeartbeat> beats;
    beats.reserve(held.size());
    for (const lease::LeaseRecord& lease : held) {
      beats.push_back({{lease.lease_id, lease.worker_id},
                       {lease.version, timeline.now(), timeline.now() + plan.ttl}});
    }
    calls.heartbeat(beats, [this](const Renewals& answer) { renewals.push_back(answer); });
  }

  Plan plan = plan_of_test();
  std::unique_ptr<Subject> subject = testing::make_memory();
  Referee referee{*subject, plan.deployment()};
  Timeline timeline{plan.epoch, [this](model::Time now) { referee.advance_to(now); }};
  SkewedClock clock{timeline, {}};
  SkewedClock repository_clock{timeline, {}};
  Network network{timeline, referee, plan.faults.network, plan.reply_timeout, 1};
  Observer observer;
  Context context{.plan = plan,
                  .timeline = timeline,
                  .referee = referee,
                  .network = network,
                  .repository_clock = repository_clock,
                  .observer = observer};
  VirtualProcess process{timeline};
  int answers = 0;
  std::vector<lease::LeaseId> stale;
  WorkerCalls calls{context,
                    process,
                    clock,
                    "w1",
                    4,
                    {.after_each = [this] { ++answers; },
                     .told_stale = [this](const lease::LeaseId& id) { stale.push_back(id); }}};
  std::vector<lease::LeaseRecord> held;
  std::vector<Renewals> renewals;
};

TEST_F(WorkerCallsTest, SingleHeartbeatsAreOneAnswer) {
  claim_both();
  heartbeat();
  run_for(10);
  ASSERT_EQ(renewals.size(), 1U);
  ASSERT_TRUE(renewals[0].has_value());
  ASSERT_EQ(renewals[0]->size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& renewed = (*renewals[0])[i];
    ASSERT_TRUE(renewed.has_value());
    EXPECT_EQ(renewed->lease_id, held[i].lease_id);
    EXPECT_EQ(renewed->version, held[i].version + 1);
  }
}

TEST_F(WorkerCallsTest, ARefusedHeartbeatIsToldAtOnce) {
  claim_both();
  operate(model::CancelAttempt{.attempt_id = held[0].attempt_id.str()});
  heartbeat();
  run_for(10);
  EXPECT_EQ(stale, std::vector{held[0].lease_id});
  ASSERT_EQ(renewals.size(), 1U);
  ASSERT_TRUE(renewals[0].has_value()) << "the other is answered";
  EXPECT_EQ(renewals[0]->front().error().code, ErrorCode::stale_lease);
  EXPECT_TRUE(renewals[0]->back().has_value());
}

TEST_F(WorkerCallsTest, UnansweredHeartbeatsAreOfUnknownEffect) {
  claim_both();
  plan.faults.network.lose_reply = 1000;
  heartbeat();
  run_for(99);
  EXPECT_TRUE(renewals.empty());
  run_for(1);
  ASSERT_EQ(renewals.size(), 1U);
  ASSERT_FALSE(renewals[0].has_value());
  EXPECT_EQ(renewals[0].error().code, ErrorCode::unavailable);
  EXPECT_EQ(renewals[0].error().effect, lease::Effect::unknown);
}

TEST_F(WorkerCallsTest, TwoRepliesAreOneAnswer) {
  plan.faults.network.duplicate_request = 1000;
  calls.claim(1, [this](const Claims& answer) { held.push_back(answer.value().front().lease); });
  run_for(200);
  EXPECT_EQ(held.size(), 1U);
  EXPECT_EQ(answers, 1);
  EXPECT_EQ(referee.model_state().leases_issued, 2U) << "it was carried out twice";
}

TEST_F(WorkerCallsTest, AReplyThatComesTooLateIsIgnored) {
  plan.faults.network.least_delay = plan.faults.network.most_delay = Duration{80};
  std::vector<Claims> heard;
  calls.claim(1, [&heard](const Claims& answer) { heard.push_back(answer); });
  run_for(500);
  ASSERT_EQ(heard.size(), 1U);
  ASSERT_FALSE(heard[0].has_value());
  EXPECT_EQ(heard[0].error().effect, lease::Effect::unknown);
  EXPECT_EQ(referee.model_state().leases_issued, 1U);
}

TEST_F(WorkerCallsTest, NobodyGetsTheAnswerOfAnEarlierIncarnation) {
  int heard = 0;
  calls.claim(1, [&heard](const Claims&) { ++heard; });
  run_for(1);
  process.stop();
  process.start();
  run_for(500);
  EXPECT_EQ(heard, 0);
  EXPECT_EQ(referee.model_state().leases_issued, 1U);
}

TEST_F(WorkerCallsTest, FindsTheLeasesThatItWasNeverToldOf) {
  claim_both();
  plan.several = true;
  OwnLeases own;
  calls.read({}, [&own](const OwnLeases& answer) { own = answer; });
  run_for(10);
  ASSERT_TRUE(own.has_value());
  EXPECT_EQ(*own, held);
}

TEST_F(WorkerCallsTest, OneAtATimeItReadsWhatItKnows) {
  claim_both();
  operate(model::CancelAttempt{.attempt_id = held[0].attempt_id.str()});
  OwnLeases own;
  calls.read(held, [&own](const OwnLeases& answer) { own = answer; });
  run_for(10);
  ASSERT_TRUE(own.has_value());
  EXPECT_EQ(*own, std::vector{held[1]});
}

}  // namespace
}  // namespace leasecheck::sim
