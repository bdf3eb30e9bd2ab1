#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;
using model::ErrorCode;
using model::Status;

/// A reaper with 5 ms of grace, and "a1" leased until 100.
class RequeueAfterGrace : public ::testing::Test {
 protected:
  RequeueAfterGrace() {
    run.operate(enqueue("a1"), 0);
    run.operate(enqueue("a2"), 0);
    run.claim("a1", "w1", 10, 100);
  }

  /// The reaper's clock shows `now`.
  Observation reap(std::int64_t stale_before, std::int64_t now) {
    Observation seen = run.observe(model::ExpireLeasesAndRequeue{at_ms(stale_before)}, now);
    seen.actor = "reaper1";
    return seen;
  }

  WatchedRun run{properties::requeue_after_grace, {.grace = model::Duration{5}}};
};

TEST_F(RequeueAfterGrace, HoldsOnTheLastInstantOfGraceAndAfterIt) {
  EXPECT_EQ(run.show(reap(100, 105)), "held");
  EXPECT_EQ(run.premises_reached(), 0u);
  EXPECT_EQ(run.show(reap(101, 106)), "held");
  EXPECT_EQ(run.premises_reached(), 1u);
}

TEST_F(RequeueAfterGrace, ComplainsOfALeaseThatExpiresOnStaleBefore) {
  Observation on_the_boundary = reap(101, 106);
  on_the_boundary.action.operation = model::ExpireLeasesAndRequeue{at_ms(100)};
  EXPECT_EQ(run.show(on_the_boundary),
            "a reap of what expired before 100 took lease L1 of a1, which expires at 100");
}

TEST_F(RequeueAfterGrace, ComplainsOfAReaperThatGrantsNoGrace) {
  EXPECT_EQ(run.show(reap(105, 105)),
            "reaper1 took lease L1 of a1 inside its grace window: it expired at 100, the grace is "
            "5 ms, and the clock of reaper1 shows 105");
}

TEST_F(RequeueAfterGrace, ComplainsOfALeaseLeftBehind) {
  Observation lazy = reap(101, 106);
  lazy.after = lazy.before;
  EXPECT_EQ(run.show(lazy),
            "a reap of what expired before 101 left lease L1 of a1, which expired at 100");
}

TEST_F(RequeueAfterGrace, ComplainsOfAnAttemptChangedWithoutALease) {
  Observation greedy = reap(101, 106);
  attempt_in(greedy.after, "a2").ready_at = at_ms(106);
  EXPECT_EQ(run.show(greedy), "a reap changed a2 without taking a lease from it");
}

TEST_F(RequeueAfterGrace, ComplainsOfARefusedReapThatTookSomething) {
  Observation refused = reap(101, 106);
  refused.outcome = std::unexpected(ErrorCode::unavailable);
  EXPECT_EQ(run.show(refused), "a refused reap changed a1 without taking a lease from it");
}

}  // namespace
}  // namespace leasecheck::tests
