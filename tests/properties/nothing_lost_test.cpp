#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;
using model::ErrorCode;
using model::Status;

class NothingLost : public ::testing::Test {
 protected:
  NothingLost() {
    run.operate(enqueue("a1"), 0);
    run.operate(enqueue("a2"), 0);
    run.claim("a1", "w1", 10, 100);
  }

  WatchedRun run{properties::nothing_lost};
};

TEST_F(NothingLost, HoldsThroughARequeueAndAtTheEndOfTime) {
  EXPECT_EQ(run.operate(model::ExpireLeasesAndRequeue{at_ms(101)}, 110), "held");
  EXPECT_EQ(run.premises_reached(), 1u);
  EXPECT_EQ(run.operate(model::ListDispatchableAttempts{model::end_of_time, 10}, 111), "held");
  EXPECT_EQ(run.operate(model::Reset{}, 112), "held");
}

TEST_F(NothingLost, ComplainsOfAnAcceptedAttemptThatIsNotThere) {
  Observation enqueued = run.observe(enqueue("a3"), 20);
  enqueued.after = enqueued.before;
  EXPECT_EQ(run.show(enqueued), "a3 was accepted and is not there");
}

TEST_F(NothingLost, ComplainsOfAnAttemptThatVanishes) {
  Observation reap = run.observe(model::ExpireLeasesAndRequeue{at_ms(101)}, 110);
  std::erase_if(reap.after.attempts,
                [](const auto& attempt) { return attempt.attempt_id == "a1"; });
  EXPECT_EQ(run.show(reap), "a reap lost a1");
}

TEST_F(NothingLost, ComplainsOfAPriorityThatARequeueForgets) {
  auto urgent = enqueue("a3");
  urgent.spec.priority = 7;
  run.operate(urgent, 20);
  run.claim("a3", "w1", 21, 100);
  Observation release = run.observe(model::ReleaseLease{"L2", "w1"}, 22);
  attempt_in(release.after, "a3").priority = 0;
  EXPECT_EQ(run.show(release),
            "a3 was enqueued for r1 with priority 7, and a release left it in r1 with priority 0");
}

TEST_F(NothingLost, ComplainsOfABackoffWithoutAnEnd) {
  Observation release = run.observe(model::ReleaseLease{"L1", "w1"}, 20);
  attempt_in(release.after, "a1").status = Status::retry_backoff;
  EXPECT_EQ(run.show(release), "a release left a1 retry_backoff without retry_at");
}

TEST_F(NothingLost, ComplainsOfAStartThatOutlivesTheLease) {
  Observation release = run.observe(model::ReleaseLease{"L1", "w1"}, 20);
  attempt_in(release.after, "a1").started_at = at_ms(10);
  EXPECT_EQ(run.show(release), "a release left a1 queued with a started_at");
}

TEST_F(NothingLost, ComplainsOfAnAttemptThatNobodyEnqueued) {
  Observation read = run.observe(model::CountByStatus{}, 20);
  read.after.attempts.push_back(read.after.attempts.back());
  read.after.attempts.back().attempt_id = "a9";
  EXPECT_EQ(run.show(read), "a look at the counts by status made a9, which nobody enqueued");
}

TEST_F(NothingLost, ComplainsOfAQueuedAttemptThatIsNeverListed) {
  Observation list = run.observe(model::ListDispatchableAttempts{model::end_of_time, 10}, 20);
  list.outcome = std::vector<model::DispatchRecord>{};
  EXPECT_EQ(run.show(list), "a2 is queued and not even dispatchable at the end of time");
}

}  // namespace
}  // namespace leasecheck::tests
