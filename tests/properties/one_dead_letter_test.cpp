#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;
using model::ErrorCode;
using model::Status;

class OneDeadLetter : public ::testing::Test {
 protected:
  OneDeadLetter() {
    run.operate(enqueue("a1"), 0);
    run.claim("a1", "w1", 10, 100);
  }

  Observation fail() {
    return run.observe(model::AckAttempt{"L1", "w1", model::AckOutcome::failed}, 20);
  }

  WatchedRun run{properties::one_dead_letter};
};

TEST_F(OneDeadLetter, HoldsFromTheFailureToTheReplay) {
  EXPECT_EQ(run.show(fail()), "held");
  EXPECT_EQ(run.premises_reached(), 1u);
  EXPECT_EQ(run.operate(model::ReplayDeadLetter{"a1"}, 30), "held");
}

TEST_F(OneDeadLetter, HoldsWhenAResetTakesIt) {
  run.show(fail());
  EXPECT_EQ(run.operate(model::Reset{}, 30), "held");
}

TEST_F(OneDeadLetter, ComplainsOfAFailureWithoutOne) {
  Observation failed = fail();
  failed.after.dead_letters.clear();
  EXPECT_EQ(run.show(failed), "a1 is failed and has no pending dead letter");
}

TEST_F(OneDeadLetter, ComplainsOfASecondOne) {
  Observation failed = fail();
  failed.after.dead_letters.push_back(failed.after.dead_letters.front());
  failed.after.dead_letters.back().reason = model::DeadLetterReason::timed_out;
  EXPECT_EQ(run.show(failed), "a1 has two dead letters, of failed and timed_out");
}

TEST_F(OneDeadLetter, ComplainsOfTheWrongReason) {
  Observation failed = fail();
  failed.after.dead_letters.front().reason = model::DeadLetterReason::delivery_exhausted;
  EXPECT_EQ(run.show(failed),
            "an ack wrote a dead letter for a1 with reason delivery_exhausted instead of failed");
}

TEST_F(OneDeadLetter, ComplainsOfTheWrongAttemptNumber) {
  Observation failed = fail();
  failed.after.dead_letters.front().attempt_no = 2;
  EXPECT_EQ(run.show(failed),
            "attempt number 1 of a1 in r1 failed; its dead letter says number 2 in r1");
}

TEST_F(OneDeadLetter, ComplainsOfOneThatOutlivesTheReplay) {
  run.show(fail());
  Observation replay = run.observe(model::ReplayDeadLetter{"a1"}, 30);
  replay.after.dead_letters = replay.before.dead_letters;
  EXPECT_EQ(run.show(replay), "a1 is queued and has a pending dead letter");
}

TEST_F(OneDeadLetter, ComplainsOfOneThatVanishesOrChanges) {
  run.show(fail());
  Observation read = run.observe(model::ListDeadLetters{10}, 30);
  read.after.dead_letters.clear();
  attempt_in(read.after, "a1").status = Status::queued;
  EXPECT_EQ(run.show(read),
            "a list of dead letters took the dead letter of a1; only a replay or a prune does");
  read = run.observe(model::ListDeadLetters{10}, 31);
  read.after.dead_letters.front().dead_at = at_ms(31);
  EXPECT_EQ(run.show(read), "a list of dead letters changed the dead letter of a1");
}

TEST_F(OneDeadLetter, ComplainsOfOneFromAnOperationThatFailsNothing) {
  Observation cancel = run.observe(model::CancelAttempt{"a1"}, 20);
  attempt_in(cancel.after, "a1").status = Status::failed;
  cancel.after.dead_letters.push_back({"a1", "r1", 1, model::DeadLetterReason::failed, at_ms(20)});
  EXPECT_EQ(run.show(cancel), "a cancel wrote a dead letter for a1");
}

}  // namespace
}  // namespace leasecheck::tests
