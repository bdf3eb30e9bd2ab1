// Steps as sentences.
#include "traces/wording.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/traces/samples.hpp"

namespace leasecheck::tests {
namespace {

using traces::Wording;

TEST(Wording, SaysTimesFromTheBeginning) {
  const Wording say(model::at_ms(1'000'000));
  EXPECT_EQ(say.time(model::at_ms(1'009'060)), "+0:09.060");
  EXPECT_EQ(say.time(model::at_ms(999'750)), "-0:00.250");
  EXPECT_EQ(say.time(model::at_ms(1'000'000 + 3'723'004)), "+1:02:03.004");
  EXPECT_EQ(say.time(model::end_of_time), "the end of time");
  EXPECT_EQ(say.time(model::beginning_of_time), "the beginning of time");
}

TEST(Wording, HasASentenceOfItsOwnForEveryOperation) {
  const Wording say(model::at_ms(0));
  std::set<std::size_t> operations;
  std::set<std::string> sentences;
  for (const Answered& each : answered_operations()) {
    const std::string sentence = say.call(each.operation);
    EXPECT_FALSE(sentence.empty());
    if (operations.insert(each.operation.index()).second) {
      EXPECT_TRUE(sentences.insert(sentence).second) << sentence;
    }
    EXPECT_FALSE(say.answer(each.outcome).empty());
  }
  EXPECT_EQ(operations.size(), std::variant_size_v<model::Operation>);
}

TEST(Wording, SaysWhatHappenedAround) {
  const Wording say(model::at_ms(0));
  EXPECT_EQ(say.event(model::WorkerStarted{"w1", {model::Duration{500}, -3}}),
            "w1 starts; its clock is 500 ms fast and drifting by -3 ppm");
  EXPECT_EQ(say.event(model::ReplyLost{"w1", 7}), "the answer to step 7 is lost on its way to w1");
  EXPECT_EQ(say.event(model::WorkerPaused{"w1", model::Duration{1500}}),
            "w1 stands still for 1.500 s");
}

TEST(Wording, SaysWhatWasAskedAndAnswered) {
  const Wording say(model::at_ms(0));
  EXPECT_EQ(say.call(model::UpsertLease{"a1", "w1", model::at_ms(31'000)}),
            "claims a1 for w1 until +0:31.000");
  EXPECT_EQ(say.answer(std::unexpected(model::ErrorCode::stale_lease)), "refuses: stale_lease");
  EXPECT_EQ(say.change("a1.ready_at", "5000"), "a1.ready_at: +0:05.000");
  EXPECT_EQ(say.change("a1.status", "\"queued\""), "a1.status: queued");
  EXPECT_EQ(say.change("L1", "null"), "L1 is gone");
}

TEST(Wording, SaysWhatBecomesOfASession) {
  const Wording say(model::at_ms(0));
  const auto event = [&](const std::string& point) {
    return say.step({.number = 1,
                     .true_time = model::at_ms(0),
                     .what = traces::DiskEvent{traces::DiskEvent::Kind::mishap, point}});
  };
  EXPECT_EQ(event("session_lost@3"), "the server ends the session at statement 3 from here on");
  EXPECT_EQ(event("answer_lost@5"),
            "the answer to statement 5 from here on is lost with the connection");
  EXPECT_EQ(event("kill@7"), "the process is killed at call 7 of the disk from here on");
}

TEST(Wording, SaysTheTimesInAMessage) {
  const Wording say(model::at_ms(1'767'225'600'000));
  EXPECT_EQ(say.message("the expiry of lease L1 fell from 1767225615384 to 1767225614594"),
            "the expiry of lease L1 fell from +0:15.384 to +0:14.594");
  EXPECT_EQ(say.message("a1 has version 3; 99999999999999999999 stays"),
            "a1 has version 3; 99999999999999999999 stays");
  EXPECT_EQ(Wording(model::at_ms(0)).message("version 3"), "version 3");
}

}  // namespace
}  // namespace leasecheck::tests
