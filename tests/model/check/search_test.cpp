// Tiny models with the counts that they must have.

#include <gtest/gtest.h>

#include "tests/model/check/digraph.hpp"

namespace leasecheck::tests {
namespace {

template <typename M>
void expect_counts(const Report<M>& report, std::uint64_t states, std::uint64_t transitions,
                   std::uint64_t depth) {
  EXPECT_EQ(report.states, states);
  EXPECT_EQ(report.transitions, transitions);
  EXPECT_EQ(report.depth, depth);
}

TEST(Search, OneStateWithAStepToItselfIsHeldAtDepthZero) {
  const Digraph<> model{.edges = {{{0}}}};
  const auto report = run(model);
  EXPECT_EQ(report.verdict, Verdict::held);
  expect_counts(report, 1, 1, 0);
}

TEST(Search, CountsEnabledInstancesOnceEachEvenWithoutEffect) {
  // 0 -> 1 twice, 0 -> 0, 1 -> 0.
  const auto report = run(Digraph<>{.edges = {{{1}, {1}, {0}}, {{0}}}});
  EXPECT_EQ(report.verdict, Verdict::held);
  expect_counts(report, 2, 4, 1);
}

TEST(Search, UnreachableStatesDoNotCount) {
  const auto report = run(Digraph<>{.edges = {{{1}}, {{0}}, {{0}}}});
  expect_counts(report, 2, 2, 1);
}

TEST(Search, AnAlwaysThatIsFalseInTheInitialStateIsViolatedAtDepthZero) {
  const auto report = run(Digraph<>{.edges = {{{0}}}, .marked = {false}});
  EXPECT_EQ(report.verdict, Verdict::violated);
  EXPECT_EQ(report.outcomes[0].depth, 0u);
  EXPECT_TRUE(report.outcomes[0].counterexample->steps.empty());
}

TEST(Search, ASometimesIsHeldWithTheNearestWitness) {
  Digraph<> model{.edges = {{{1}}, {{2}}, {{0}}}, .kind = Kind::sometimes};
  model.marked[2] = true;
  const auto report = run(model);
  EXPECT_EQ(report.verdict, Verdict::held);
  EXPECT_EQ(report.outcomes[0].verdict, Verdict::held);
  EXPECT_EQ(report.outcomes[0].depth, 2u);
  EXPECT_EQ(report.outcomes[0].state, model.encode(2));
}

TEST(Search, ASometimesThatNoStateShowsIsViolated) {
  const auto report = run(Digraph<>{.edges = {{{0}}}, .kind = Kind::sometimes});
  EXPECT_EQ(report.verdict, Verdict::violated);
  EXPECT_FALSE(report.outcomes[0].counterexample);
}

TEST(Search, AStateWithoutSuccessorsIsADeadlockUnlessAllowed) {
  const Digraph<> model{.edges = {{{1}}, {{2}}, {}}};
  const auto report = run(model);
  EXPECT_EQ(report.verdict, Verdict::violated);
  EXPECT_EQ(report.outcomes.back().property, "no deadlock");
  EXPECT_EQ(report.outcomes.back().counterexample->steps.size(), 2u);
  EXPECT_EQ(run(model, {.deadlock = Deadlock::allowed}).verdict, Verdict::held);
}

struct Stopping : Digraph<> {
  bool is_final(const State& state) const { return state == 2; }
  std::vector<Property<Stopping>> properties() const { return {}; }
};

TEST(Search, AFinalStateIsNoDeadlock) {
  EXPECT_EQ(run(Stopping{{.edges = {{{1}, {2}}, {{2}}, {}}}}).verdict, Verdict::held);
  EXPECT_EQ(run(Stopping{{.edges = {{{1}, {2}}, {}, {}}}}).verdict, Verdict::violated);
}

// 200,000 states are many times the first table, at each width of state.
TEST(Search, GrowsItsTableWithoutLosingAState) {
  expect_counts(run(binary_tree<1>(200'000)), 200'000, 400'000, 17);
  expect_counts(run(binary_tree<2>(200'000)), 200'000, 400'000, 17);
  expect_counts(run(binary_tree<3>(200'000)), 200'000, 400'000, 17);
}

TEST(Search, OneStateOfVeryManySuccessorsMakesTheTableGrowAtOnce) {
  Digraph<> star{.edges = std::vector<std::vector<Digraph<>::Edge>>(100'001)};
  for (std::uint32_t i = 1; i <= 100'000; ++i) {
    star.edges[0].push_back({i});
    star.edges[i].push_back({0});
  }
  expect_counts(run(star), 100'001, 200'000, 1);
}

TEST(Search, NothingDependsOnTheNumberOfWorkers) {
  for (const bool faulty : {false, true}) {
    auto model = binary_tree<2>(100'000);
    for (std::uint32_t i = 70'000; faulty && i < 70'100; ++i) model.marked[i] = false;
    const auto one = run(model, {.jobs = 1});
    for (const unsigned jobs : {2u, 3u, 8u}) {
      const auto many = run(model, {.jobs = jobs, .pause_states = 5000});
      EXPECT_EQ(many.verdict, one.verdict);
      expect_counts(many, one.states, one.transitions, one.depth);
      EXPECT_EQ(many.outcomes[0].state, one.outcomes[0].state);
      ASSERT_EQ(many.outcomes[0].counterexample.has_value(), faulty);
      if (faulty) {
        EXPECT_EQ(describe(model, *many.outcomes[0].counterexample),
                  describe(model, *one.outcomes[0].counterexample));
      }
    }
  }
}

TEST(Search, ReportsProgressThatOnlyGrowsAndEndsWithAnEmptyQueue) {
  std::vector<Progress> seen;
  const auto report = run(binary_tree(50'000), {.progress =
                                                    [&](const Progress& progress) {
                                                      seen.push_back(progress);
                                                      return Continue::yes;
                                                    },
                                                .pause_states = 1000});
  ASSERT_GT(seen.size(), 20u);
  for (std::size_t i = 1; i < seen.size(); ++i) {
    EXPECT_GE(seen[i].states, seen[i - 1].states);
    EXPECT_GE(seen[i].transitions, seen[i - 1].transitions);
    EXPECT_GT(seen[i].memory_bytes, 0u);
  }
  EXPECT_EQ(seen.back().states, report.states);
}

// Encodes 300 states as 256.
struct Lossy : Digraph<> {
  Encoded<1> encode(const State& state) const { return {state & 255}; }
  std::vector<Property<Lossy>> properties() const { return {}; }
};

TEST(SearchDeathTest, AnEncodingThatLosesAFieldIsToldAtOnce) {
  const Lossy model{binary_tree(300)};
  EXPECT_DEATH(run(model), "decode\\(encode\\(state\\)\\) is another state");
}

// The checker's own bits, used by a model.
struct TooWide : Digraph<> {
  Encoded<1> encode(const State& state) const { return {std::uint64_t{state} << 62}; }
  State decode(const Encoded<1>& code) const { return static_cast<State>(code[0] >> 62); }
  std::vector<Property<TooWide>> properties() const { return {}; }
};

TEST(SearchDeathTest, AnEncodingOfTooManyBitsIsTold) {
  EXPECT_DEATH(run(TooWide{{.edges = {{{1}}, {{0}}}}}), "two highest bits");
}

}  // namespace
}  // namespace leasecheck::tests
