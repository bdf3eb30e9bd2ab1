#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;
using model::ErrorCode;
using model::Status;

class TerminalIsFinal : public ::testing::Test {
 protected:
  TerminalIsFinal() {
    run.operate(enqueue("a1"), 0);
    run.claim("a1", "w1", 1, 10);
  }

  WatchedRun run{properties::terminal_is_final};
};

TEST_F(TerminalIsFinal, HoldsWhenEffortsToMoveItAreRefusedAndAFailedOneIsReplayed) {
  run.operate(model::AckAttempt{"L1", "w1", model::AckOutcome::failed}, 2);
  EXPECT_EQ(run.operate(model::CancelAttempt{"a1"}, 3), "held");
  EXPECT_EQ(run.operate(model::ReplayDeadLetter{"a1"}, 4), "held");
  EXPECT_EQ(run.premises_reached(), 2u);
}

TEST_F(TerminalIsFinal, ComplainsOfAReapThatTakesACompletedAttemptBack) {
  run.operate(model::AckAttempt{"L1", "w1", {}}, 2);
  Observation reap = run.observe(model::ExpireLeasesAndRequeue{at_ms(11)}, 20);
  attempt_in(reap.after, "a1").status = Status::queued;
  EXPECT_EQ(run.show(reap), "a1 was completed, and a reap changed it: it is queued now");
}

TEST_F(TerminalIsFinal, ComplainsOfAReplayOfWhatIsNotFailed) {
  run.operate(model::AckAttempt{"L1", "w1", model::AckOutcome::cancelled}, 2);
  Observation replay = run.observe(model::ReplayDeadLetter{"a1"}, 3);
  attempt_in(replay.after, "a1").status = Status::queued;
  replay.outcome = model::Done{};
  EXPECT_EQ(run.show(replay), "a1 was cancelled, and a replay changed it: it is queued now");
}

}  // namespace
}  // namespace leasecheck::tests
