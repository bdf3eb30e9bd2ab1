#include "sim/oracle/replay.hpp"

#include <gtest/gtest.h>

#include "tests/sim/subjects.hpp"

namespace leasecheck::sim {
namespace {

using testing::backend_of;
using testing::make_memory;
using testing::make_subject;
using testing::record;
using testing::RecordedRun;

// The first seed on which the mutant is found, recorded.
RecordedRun find(const mutants::Mutant& mutant) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    RecordedRun run = record(draw_plan(seed, {}), backend_of(mutant));
    if (run.result.verdict.result == traces::Result::violated) return run;
  }
  ADD_FAILURE() << mutant.name << " was not found in 200 seeds";
  return {};
}

TEST(Replay, GivesTheSameVerdictAtTheSameStep) {
  const mutants::Mutant& mutant = mutants::all_mutants().front();
  const RecordedRun run = find(mutant);
  const auto subject = make_subject(backend_of(mutant));
  const auto replayed = replay(run.trace, *subject);
  ASSERT_TRUE(replayed.has_value()) << replayed.error();
  EXPECT_EQ(replayed->verdict.result, traces::Result::violated);
  EXPECT_EQ(replayed->verdict.property, run.trace.verdict.property);
  EXPECT_EQ(replayed->verdict.first_bad, run.trace.verdict.first_bad);
  EXPECT_EQ(replayed->verdict.message, run.trace.verdict.message);
  EXPECT_EQ(replayed->first_difference, 0U);
}

TEST(Replay, OfAMutantsTraceHoldsOnTheRealBackendAndSaysWhereItParts) {
  const RecordedRun run = find(mutants::all_mutants().front());
  const auto subject = make_memory();
  const auto replayed = replay(run.trace, *subject);
  ASSERT_TRUE(replayed.has_value()) << replayed.error();
  EXPECT_EQ(replayed->verdict.result, traces::Result::held) << replayed->verdict.message;
  EXPECT_NE(replayed->first_difference, 0U);
}

TEST(Replay, OfAHeldRunIsTheSameRun) {
  const RecordedRun run = record(draw_plan(3, {}), "memory");
  ASSERT_EQ(run.result.verdict.result, traces::Result::held);
  const auto again = make_memory();
  const auto replayed = replay(run.trace, *again);
  ASSERT_TRUE(replayed.has_value()) << replayed.error();
  EXPECT_EQ(replayed->verdict.result, traces::Result::held);
  EXPECT_EQ(replayed->first_difference, 0U);
  EXPECT_EQ(replayed->tally.outcomes, run.result.tally.outcomes);
  EXPECT_EQ(replayed->tally.premises, run.result.tally.premises);
  EXPECT_EQ(replayed->tally.transitions, run.result.tally.transitions);
}

TEST(Replay, RefusesATraceWhoseHeadSaysTooLittle) {
  traces::Trace trace;
  const auto subject = make_memory();
  const auto replayed = replay(trace, *subject);
  ASSERT_FALSE(replayed.has_value());
  EXPECT_NE(replayed.error().find("grace"), std::string::npos);
}

TEST(Replay, RefusesTimeThatGoesBack) {
  RecordedRun run = record(draw_plan(3, {}), "memory");
  ASSERT_GT(run.trace.steps.size(), 10U);
  run.trace.steps.back().true_time = model::at_ms(0);
  const auto again = make_memory();
  const auto replayed = replay(run.trace, *again);
  ASSERT_FALSE(replayed.has_value());
  EXPECT_NE(replayed.error().find("back"), std::string::npos);
}

}  // namespace
}  // namespace leasecheck::sim
