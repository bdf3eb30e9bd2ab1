#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;
using model::ErrorCode;
using model::Status;

/// "a1" has a timeout of 50 ms and is granted at 10.
class Timeouts : public ::testing::Test {
 protected:
  void begin(model::OnTimeout on_timeout) {
    auto attempt = enqueue("a1");
    attempt.spec.timeout = model::Duration{50};
    attempt.spec.on_timeout = on_timeout;
    attempt.spec.retry_policy = model::RetryPolicy{.max_backoff = {}, .max_retries = 1};
    run.operate(attempt, 0);
    run.operate(enqueue("a2"), 0);
    run.claim("a1", "w1", 10, 1000);
    run.claim("a2", "w1", 10, 1000);
  }

  Observation tick(std::int64_t at) {
    return run.observe(model::TransitionTimedOutAttempts{at_ms(at)}, at);
  }

  WatchedRun run{properties::timeouts};
};

TEST_F(Timeouts, HoldsOneBeforeAndOnTheDeadline) {
  begin(model::OnTimeout::retry);
  EXPECT_EQ(run.show(tick(59)), "held");
  EXPECT_EQ(run.premises_reached(), 0u);
  EXPECT_EQ(run.show(tick(60)), "held");
  EXPECT_EQ(run.premises_reached(), 1u);
}

TEST_F(Timeouts, HoldsForFailAndCancel) {
  begin(model::OnTimeout::fail);
  EXPECT_EQ(run.show(tick(60)), "held");
  EXPECT_EQ(run.operate(model::Reset{}, 61), "held");
  begin(model::OnTimeout::cancel);
  EXPECT_EQ(run.show(tick(60)), "held");
  EXPECT_EQ(run.premises_reached(), 2u);
}

TEST_F(Timeouts, ComplainsOfATickThatIsEarly) {
  begin(model::OnTimeout::retry);
  Observation early = tick(60);
  early.action.operation = model::TransitionTimedOutAttempts{at_ms(59)};
  EXPECT_EQ(run.show(early), "a timeout tick at 59 changed a1, whose deadline is 60");
}

TEST_F(Timeouts, ComplainsOfATickThatEndsAnAttemptWithoutTimeout) {
  begin(model::OnTimeout::retry);
  Observation seen = tick(20);
  attempt_in(seen.after, "a2").status = Status::failed;
  EXPECT_EQ(run.show(seen), "a timeout tick at 20 changed a2, which has no deadline");
}

TEST_F(Timeouts, ComplainsOfAnAttemptLeftBehind) {
  begin(model::OnTimeout::retry);
  Observation lazy = tick(60);
  lazy.after = lazy.before;
  EXPECT_EQ(run.show(lazy), "a timeout tick at 60 left a1 leased, whose deadline was 60");
}

TEST_F(Timeouts, ComplainsOfTheWrongEnd) {
  begin(model::OnTimeout::retry);
  Observation seen = tick(60);
  attempt_in(seen.after, "a1").status = Status::failed;
  EXPECT_EQ(run.show(seen),
            "a timeout tick at 60 moved a1 (attempt number 1) to failed instead of retry_backoff");
}

TEST_F(Timeouts, ComplainsOfAStartThatIsNotTheGrants) {
  begin(model::OnTimeout::retry);
  run.operate(model::ReleaseLease{"L1", "w1"}, 20);
  Observation claim = run.observe(model::UpsertLease{"a1", "w1", at_ms(1000)}, 30);
  attempt_in(claim.after, "a1").started_at = at_ms(10);
  EXPECT_EQ(run.show(claim), "a1 was claimed at 30 and says that it started at 10");
}

TEST_F(Timeouts, ComplainsOfTheWrongDeadline) {
  begin(model::OnTimeout::retry);
  run.operate(model::ReleaseLease{"L1", "w1"}, 20);
  Observation claim = run.observe(model::UpsertLease{"a1", "w1", at_ms(1000)}, 30);
  std::get<model::LeaseRecord>(claim.outcome.value()).execution_deadline.reset();
  EXPECT_EQ(run.show(claim), "a1 was claimed at 30 with execution deadline none instead of 80");
}

}  // namespace
}  // namespace leasecheck::tests
