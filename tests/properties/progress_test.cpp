#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;
using model::ErrorCode;

class Progress : public ::testing::Test {
 protected:
  Progress() {
    run.operate(enqueue("a1"), 0);
    run.operate(enqueue("a2"), 0);
  }

  std::string refuse_reap() {
    Observation reap = run.observe(model::ExpireLeasesAndRequeue{at_ms(0)}, 20);
    reap.outcome = std::unexpected(ErrorCode::unavailable);
    return run.show(reap);
  }

  WatchedRun run{properties::progress};
};

TEST_F(Progress, HoldsWhenEveryAttemptHasEnded) {
  EXPECT_EQ(run.show(model::FaultsEnded{}, 10), "held");
  EXPECT_EQ(run.premises_reached(), 1u);
  run.operate(model::CancelAttempt{"a1"}, 11);
  run.operate(model::CancelAttempt{"a2"}, 12);
  EXPECT_EQ(run.show(model::ProgressDue{}, 20), "held");
}

TEST_F(Progress, ComplainsOfAnAttemptThatIsStillOpen) {
  run.claim("a2", "w1", 5, 100);
  run.show(model::FaultsEnded{}, 10);
  run.operate(model::CancelAttempt{"a1"}, 11);
  EXPECT_EQ(
      run.show(model::ProgressDue{}, 20),
      "at 20 a2 is still leased, though nothing has failed for longer than its policies take");
}

TEST_F(Progress, CountsThoseThatAreOpen) {
  run.show(model::FaultsEnded{}, 10);
  EXPECT_EQ(run.show(model::ProgressDue{}, 20),
            "at 20 a1 is still queued, and 1 more are open, though nothing has failed for longer "
            "than its policies take");
}

TEST_F(Progress, ComplainsOfRefusalsWithoutEnd) {
  for (int i = 0; i < 100; ++i) ASSERT_EQ(refuse_reap(), "held") << "faults may refuse for ever";
  run.show(model::FaultsEnded{}, 30);
  for (int i = 0; i < 19; ++i) ASSERT_EQ(refuse_reap(), "held");
  run.operate(model::ExpireLeasesAndRequeue{at_ms(0)}, 31);
  for (int i = 0; i < 19; ++i) ASSERT_EQ(refuse_reap(), "held") << "it was accepted in between";
  EXPECT_EQ(refuse_reap(),
            "a reap was refused as unavailable 20 times in a row, and nothing fails any more");
}

TEST_F(Progress, NothingIsReachedWhenNothingIsOpen) {
  run.operate(model::CancelAttempt{"a1"}, 1);
  run.operate(model::CancelAttempt{"a2"}, 2);
  run.show(model::FaultsEnded{}, 10);
  EXPECT_EQ(run.premises_reached(), 0u);
}

}  // namespace
}  // namespace leasecheck::tests
