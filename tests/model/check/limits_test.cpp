// Bounds end a search as inconclusive, never as held and never by force.

#include <gtest/gtest.h>

#include "tests/model/check/digraph.hpp"

namespace leasecheck::tests {
namespace {

TEST(Limits, ADepthBoundBelowTheDepthIsInconclusive) {
  const auto model = binary_tree(1023);  // Depth 9.
  const auto report = run(model, {.max_depth = 5});
  EXPECT_EQ(report.verdict, Verdict::inconclusive);
  EXPECT_EQ(report.limit, Limit::depth);
  EXPECT_EQ(report.depth, 5u);
  EXPECT_EQ(report.states, 63u);
  EXPECT_EQ(report.transitions, 62u);
  EXPECT_EQ(report.outcomes[0].verdict, Verdict::inconclusive);
}

TEST(Limits, ADepthBoundAboveTheDepthChangesNothing) {
  const auto report = run(binary_tree(1023), {.max_depth = 10});
  EXPECT_EQ(report.verdict, Verdict::held);
  EXPECT_EQ(report.limit, std::nullopt);
}

TEST(Limits, AViolationAtTheDepthBoundIsFoundAndOneBelowIsNot) {
  auto model = binary_tree(1023);
  model.marked[40] = false;  // Depth 5.
  EXPECT_EQ(run(model, {.max_depth = 5}).verdict, Verdict::violated);
  EXPECT_EQ(run(model, {.max_depth = 4}).verdict, Verdict::inconclusive);
}

TEST(Limits, AMemoryLimitIsInconclusiveAndIsKept) {
  const auto model = binary_tree(300'000);
  const std::size_t needed = run(model).peak_bytes;
  for (const unsigned jobs : {1u, 2u}) {
    for (const std::size_t limit : {std::size_t{0}, std::size_t{1000}, needed / 8, needed / 2}) {
      const auto report = run(model, {.jobs = jobs, .memory_limit_bytes = limit});
      EXPECT_EQ(report.verdict, Verdict::inconclusive) << limit;
      EXPECT_EQ(report.limit, Limit::memory) << limit;
      EXPECT_LE(report.peak_bytes, limit);
      EXPECT_LT(report.states, 300'000u);
    }
  }
  EXPECT_EQ(run(model, {.memory_limit_bytes = needed}).verdict, Verdict::held);
}

TEST(Limits, StaysBelow33BytesForAStateOfOneWord) {
  const auto report = run(binary_tree(1'000'000));
  EXPECT_EQ(report.states, 1'000'000u);
  EXPECT_LE(report.bytes_per_state(), 33.0);
}

TEST(Limits, ACallerMayStop) {
  const auto report = run(binary_tree(50'000),
                          {.progress =
                               [](const Progress& progress) {
                                 return progress.states < 10'000 ? Continue::yes : Continue::no;
                               },
                           .pause_states = 1000});
  EXPECT_EQ(report.verdict, Verdict::inconclusive);
  EXPECT_EQ(report.limit, Limit::stopped);
  EXPECT_GE(report.states, 10'000u);
  EXPECT_LT(report.states, 50'000u);
}

TEST(Limits, AnEventuallyThatCannotBeDecidedInMemoryIsInconclusive) {
  auto model = binary_tree(30'000);
  model.kind = Kind::eventually;
  model.marked.assign(30'000, false);
  const auto report = Checker(model, {.memory_limit_bytes = std::size_t{1} << 21}).run();
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->verdict, Verdict::inconclusive);
  EXPECT_EQ(report->limit, Limit::memory);
  EXPECT_EQ(run(model).verdict, Verdict::violated);
}

TEST(HashCompaction, OfManyBitsFindsEveryStateAndSaysTheOdds) {
  const auto exact = run(binary_tree<3>(100'000));
  const auto report = run(binary_tree<3>(100'000), {.hash_bits = 62});
  EXPECT_EQ(exact.omission_odds, 0.0);
  EXPECT_EQ(report.states, 100'000u);
  EXPECT_GT(report.omission_odds, 0.0);
  EXPECT_LT(report.omission_odds, 1e-8);
  EXPECT_LT(report.peak_bytes, exact.peak_bytes);
}

TEST(HashCompaction, OfFewBitsLosesStatesAndSaysThatItProbablyDid) {
  const auto report = run(binary_tree(100'000), {.hash_bits = 16});
  EXPECT_LT(report.states, 65'537u);
  EXPECT_GT(report.omission_odds, 0.999);
  EXPECT_EQ(report.verdict, Verdict::inconclusive);
  EXPECT_EQ(report.limit, Limit::omission);
  EXPECT_EQ(report.outcomes[0].verdict, Verdict::inconclusive);
}

TEST(HashCompaction, AViolationIsOneWhateverTheOdds) {
  auto model = binary_tree(100'000);
  model.marked[5] = false;
  EXPECT_EQ(run(model, {.hash_bits = 8}).verdict, Verdict::violated);
}

TEST(HashCompaction, OddsAreThoseOfTheBirthdayProblem) {
  EXPECT_EQ(collision_odds(1, 10), 0.0);
  EXPECT_NEAR(collision_odds(77'163, 32), 0.5, 0.001);  // Half, for 32 bits.
  EXPECT_NEAR(collision_odds(9'131'284, 62), 9.04e-6, 1e-8);
}

TEST(Limits, AnOptionThatTheModelHasNoMeansForIsAnError) {
  const auto error = [](Options options) {
    const auto model = binary_tree(3);
    const auto report = Checker(model, std::move(options)).run();
    return report ? "" : report.error();
  };
  EXPECT_EQ(error({.symmetry = true}), "digraph of 3 names no symmetry: it has no canonical()");
  EXPECT_EQ(error({.partial_order = true}),
            "digraph of 3 cannot be reduced by partial order: it has no footprint()");
}

TEST(Limits, AnOptionOutOfItsRangeIsAnError) {
  const auto error = [](Options options) {
    const auto model = binary_tree(3);
    const auto report = Checker(model, std::move(options)).run();
    return report ? "" : report.error();
  };
  EXPECT_EQ(error({.jobs = 0}), "a search has at least one worker");
  EXPECT_EQ(error({.hash_bits = 0}), "hash compaction: 1 to 62 bits");
  EXPECT_EQ(error({.hash_bits = 63}), "hash compaction: 1 to 62 bits");
}

}  // namespace
}  // namespace leasecheck::tests
