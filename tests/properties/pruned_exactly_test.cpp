#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;

/// "a1" finished at 10, "a2" at 20, "a3" failed at 15; "a4" waits.
class PrunedExactly : public ::testing::Test {
 protected:
  PrunedExactly() {
    for (const char* id : {"a1", "a2", "a3", "a4"}) run.operate(enqueue(id), 0);
    run.operate(model::CancelAttempt{"a1"}, 10);
    const auto lease = run.claim("a3", "w1", 11, 100);
    run.operate(model::AckAttempt{lease.lease_id, "w1", model::AckOutcome::failed}, 15);
    run.operate(model::CancelAttempt{"a2"}, 20);
  }

  Observation prune(std::int64_t before, std::uint64_t limit = 9, bool with_letters = false) {
    return run.observe(model::PruneAttempts{at_ms(before), limit, with_letters}, 30);
  }

  WatchedRun run{properties::pruned_exactly};
};

TEST_F(PrunedExactly, HoldsOfNothingAndOfAll) {
  EXPECT_EQ(run.show(prune(10)), "held");
  EXPECT_EQ(run.premises_reached(), 0u);
  EXPECT_EQ(run.show(prune(21, 9, true)), "held");
  EXPECT_EQ(run.premises_reached(), 1u);
}

TEST_F(PrunedExactly, ComplainsOfOneThatFinishedTooLate) {
  Observation greedy = prune(21);
  greedy.action.operation = model::PruneAttempts{at_ms(20), 9, false};
  EXPECT_EQ(run.show(greedy),
            "a prune of at most 9 that finished before 20 took a2 (cancelled, finished at 20)");
}

TEST_F(PrunedExactly, ComplainsOfOneLeftBehindAndOfTheWrongOne) {
  Observation lazy = prune(21, 1);
  lazy.after = lazy.before;
  EXPECT_EQ(run.show(lazy),
            "a prune of at most 1 that finished before 21 left a1 (cancelled, finished at 10)");
}

TEST_F(PrunedExactly, ComplainsOfADeadLetterThatNobodyAskedFor) {
  Observation greedy = prune(21, 9, true);
  greedy.action.operation = model::PruneAttempts{at_ms(21), 9, false};
  EXPECT_EQ(run.show(greedy),
            "a prune of at most 9 that finished before 21 took a3 (failed, finished at 15)");
}

TEST_F(PrunedExactly, ComplainsOfAChangeToWhatStays) {
  Observation spoiling = prune(21);
  attempt_in(spoiling.after, "a4").ready_at = at_ms(30);
  EXPECT_EQ(run.show(spoiling), "a prune changed a4 and left it");
}

TEST_F(PrunedExactly, ComplainsOfARefusedPruneThatTookSomething) {
  Observation refused = prune(11);
  refused.outcome = std::unexpected(model::ErrorCode::unavailable);
  EXPECT_EQ(run.show(refused), "a refused prune changed a1");
}

}  // namespace
}  // namespace leasecheck::tests
