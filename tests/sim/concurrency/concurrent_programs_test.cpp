// What several processes of one program may say, and what is said of those that do otherwise.
#include "sim/concurrency/concurrent_programs.hpp"

#include <gtest/gtest.h>

#include "sim/scheduler/strategy.hpp"
#include "tests/sim/concurrency/shared_subject.hpp"

namespace leasecheck::sim {
namespace {

using testing::shared_subject;

std::string error_of(const std::string& arguments, std::uint32_t processes) {
  const std::string backend =
      "exec:" LEASECHECK_PYTHON " " LEASECHECK_SHARED_SUBJECT " " + arguments;
  auto started = start_programs(backend, processes, std::chrono::milliseconds(500));
  if (!started) return started.error();
  const model::Action list{.now = {}, .operation = model::ListDispatchableAttempts{{}, 1}};
  std::vector<bool> was_asked(processes, false);
  BoundedStrategy strategy(0);
  const auto done =
      started->programs->overlap({.next = [&](TaskId process) -> std::optional<model::Action> {
                                    if (was_asked[process]) return std::nullopt;
                                    was_asked[process] = true;
                                    return list;
                                  },
                                  .begun = [](TaskId, const model::Action&) {},
                                  .ended = [](TaskId, const Reply&) {}},
                                 strategy);
  return done ? "" : done.error().message;
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(ConcurrentPrograms, AreAsManyAsTheHandshakeAllows) {
  EXPECT_EQ(error_of("", 8), "");
  const std::string error = error_of("", 9);
  EXPECT_TRUE(says(error, "its handshake allows \"processes\": 8, and 9 are needed")) << error;
}

TEST(ConcurrentPrograms, ThatWaitForEachOtherForEverAreBroken) {
  const std::string error = error_of("--misbehave waits_for_ever", 2);
  EXPECT_TRUE(says(error, "every process waits for another")) << error;
}

TEST(ConcurrentPrograms, ThatStandStillAreBroken) {
  const std::string error = error_of("--misbehave says_nothing", 2);
  EXPECT_TRUE(says(error, "no process has said anything for 500 ms")) << error;
}

TEST(ConcurrentPrograms, ThatYieldInOtherWordsAreBroken) {
  const std::string error = error_of("--misbehave yields_a_number", 2);
  EXPECT_TRUE(says(error, "expected {\"id\":…,\"at\":\"…\",\"waits\":…}")) << error;
}

// One that waits for a lock of its store without a word goes on when it gets the lock.
TEST(ConcurrentPrograms, MayStandStillInALock) {
  const auto started = shared_subject("--misbehave locks_without_a_word");
  ConcurrentPrograms& programs = *started.programs;
  std::vector<int> left(2, 3);
  int answers = 0;
  UniformStrategy strategy(Stream(1, "scheduler"));
  const auto decisions = programs.overlap(
      {.next = [&](TaskId process) -> std::optional<model::Action> {
         if (left[process]-- == 0) return std::nullopt;
         return model::Action{.now = {}, .operation = model::ListDispatchableAttempts{{}, 1}};
       },
       .begun = [](TaskId, const model::Action&) {},
       .ended = [&](TaskId, const Reply& reply) { answers += reply.outcome ? 1 : 0; }},
      strategy);
  ASSERT_TRUE(decisions) << decisions.error().message;
  EXPECT_EQ(answers, 6);
}

}  // namespace
}  // namespace leasecheck::sim
