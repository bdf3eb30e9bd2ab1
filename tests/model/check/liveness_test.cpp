#include "leasecheck/check/liveness.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/model/check/digraph.hpp"
#include "tests/model/spec/property.hpp"

namespace leasecheck::tests {
namespace {

using Graph2 = Digraph<2>;

// 0 and 1 may go to and fro for ever; only `leave`, of class 0, goes on to the marked 2.
Graph2 to_and_fro(std::optional<unsigned> leave, unsigned classes) {
  Graph2 model{.edges = {{{1, {}}}, {{0, {}}, {2, leave}}, {{2, {}}}}, .kind = Kind::eventually};
  model.marked[2] = true;
  model.classes = classes;
  return model;
}

TEST(Liveness, ACycleThatAvoidsTheGoalViolatesUnlessFairnessForbidsIt) {
  EXPECT_EQ(run(to_and_fro({}, 0)).verdict, Verdict::violated);
}

TEST(Liveness, WeakFairnessDoesNotHelpAnActionThatIsDisabledAgainAndAgain) {
  const auto model = to_and_fro(0, 1);
  const auto report = run(model);
  ASSERT_EQ(report.verdict, Verdict::violated);
  EXPECT_EQ(describe(model, *report.outcomes[0].counterexample), "0. 0\nand stays so for ever\n");
}

// As before, but 0 may leave too: now the class is enabled all the time.
TEST(Liveness, WeakFairnessForcesAnActionThatStaysEnabled) {
  auto model = to_and_fro(0, 1);
  model.edges[0].push_back({2, 0});
  EXPECT_EQ(run(model).verdict, Verdict::held);
  model.classes = 0;
  EXPECT_EQ(run(model).verdict, Verdict::violated);
}

TEST(Liveness, ACycleThatTakesEveryClassIsALasso) {
  // 0 -> 1 <-> 2; 1 may leave by class 0, which the cycle itself takes from 2 back to 1.
  Graph2 model{.edges = {{{1, 0}}, {{2, 1}, {3, 0}}, {{1, 0}}, {{3, {}}}},
               .kind = Kind::eventually};
  model.marked[3] = true;
  model.classes = 2;
  const auto report = run(model);
  ASSERT_EQ(report.verdict, Verdict::violated);
  EXPECT_EQ(describe(model, *report.outcomes[0].counterexample),
            "0. 0\n"
            "1. 0 to 1 -> 1\n"
            "2. 1 to 2 -> 2\n"
            "3. 2 to 1 -> 1\n"
            "and again from 1 for ever\n");
}

TEST(Liveness, ADeadlockBeforeTheGoalViolates) {
  Graph2 model{.edges = {{{1, 0}}, {}}, .kind = Kind::eventually};
  model.classes = 1;
  const auto report = run(model, {.deadlock = Deadlock::allowed});
  ASSERT_EQ(report.verdict, Verdict::violated);
  EXPECT_EQ(describe(model, *report.outcomes[0].counterexample),
            "0. 0\n1. 0 to 1 -> 1\nand stays so for ever\n");
}

TEST(Liveness, AStepThatChangesNothingIsNoProgress) {
  Graph2 model{.edges = {{{0, 0}, {1, 0}}, {{1, 0}}}, .kind = Kind::eventually};
  model.classes = 1;
  model.marked[1] = true;
  EXPECT_EQ(run(model).verdict, Verdict::held);
}

TEST(Liveness, AGoalThatIsMetAtOnceHolds) {
  Graph2 model{.edges = {{{1, {}}}, {{1, {}}}}, .kind = Kind::eventually};
  model.marked[0] = true;
  EXPECT_EQ(run(model).verdict, Verdict::held);
}

Graph2 any_fair_graph() {
  const auto nodes = *rc::gen::inRange<std::uint32_t>(1, 7);
  Graph2 model{.edges = std::vector<std::vector<Graph2::Edge>>(nodes), .kind = Kind::eventually};
  model.classes = *rc::gen::inRange(0u, 3u);
  for (std::uint32_t from = 0; from < nodes; ++from) {
    const auto edges = *rc::gen::inRange(0, 4);
    for (int i = 0; i < edges; ++i) {
      const auto to = *rc::gen::inRange<std::uint32_t>(0, nodes);
      const auto fairness = *rc::gen::inRange(0u, model.classes + 1);
      model.edges[from].push_back(
          {to, fairness < model.classes ? std::optional(fairness) : std::nullopt});
    }
    model.marked[from] = *rc::gen::inRange(0, 4) == 0;
  }
  return model;
}

std::uint64_t enabled_classes(const Graph2& model, std::uint32_t node) {
  std::uint64_t enabled = 0;
  for (const auto& edge : model.edges[node]) {
    if (edge.to != node && edge.fairness) enabled |= 1u << *edge.fairness;
  }
  return enabled;
}

// By the definition, with nothing of the checker's: is there a set of unmarked nodes, reachable
// through unmarked ones, in which every node reaches every other within the set, and in which each
// class is disabled somewhere or taken on an edge inside? All subsets are tried.
bool has_fair_violation(const Graph2& model) {
  const std::uint32_t nodes = model.edges.size();
  const auto reach = [&](std::uint32_t from, std::uint32_t within) {
    std::uint32_t reached = 1u << from;
    for (std::uint32_t round = 0; round < nodes; ++round) {
      for (std::uint32_t node = 0; node < nodes; ++node) {
        if ((reached >> node & 1) == 0) continue;
        for (const auto& edge : model.edges[node]) reached |= (1u << edge.to) & within;
      }
    }
    return reached;
  };
  std::uint32_t unmarked = 0;
  for (std::uint32_t node = 0; node < nodes; ++node) {
    if (!model.marked[node]) unmarked |= 1u << node;
  }
  if ((unmarked & 1) == 0) return false;
  const std::uint32_t reachable = reach(0, unmarked);
  const std::uint64_t all = (1u << model.classes) - 1;
  for (std::uint32_t set = 1; set < 1u << nodes; ++set) {
    if ((set & ~reachable) != 0) continue;
    bool connected = true;
    std::uint64_t served = 0;
    for (std::uint32_t node = 0; node < nodes; ++node) {
      if ((set >> node & 1) == 0) continue;
      connected = connected && reach(node, set) == set;
      served |= all & ~enabled_classes(model, node);
      for (const auto& edge : model.edges[node]) {
        const bool inside = edge.to != node && (set >> edge.to & 1) != 0;
        if (inside && edge.fairness) served |= 1u << *edge.fairness;
      }
    }
    if (connected && served == all) return true;
  }
  return false;
}

void assert_fair_lasso(const Graph2& model, const Path<Graph2>& path) {
  RC_ASSERT(is_execution(model, path));
  RC_ASSERT(path.loop.has_value());
  RC_ASSERT(!model.marked[path.initial]);
  for (const auto& step : path.steps) RC_ASSERT(!model.marked[step.state]);
  const auto state = [&](std::size_t i) { return i == 0 ? path.initial : path.steps[i - 1].state; };
  RC_ASSERT(state(*path.loop) == path.last());
  std::uint64_t served = 0;
  for (std::size_t i = *path.loop; i <= path.steps.size(); ++i) {
    served |= ~enabled_classes(model, state(i));
    if (i == *path.loop) continue;
    const auto& edge = path.steps[i - 1].action.edge;
    if (edge.fairness && state(i) != state(i - 1)) served |= 1u << *edge.fairness;
  }
  RC_ASSERT((served & ((1u << model.classes) - 1)) == (1u << model.classes) - 1);
}

TEST(Liveness, AgreesWithTheDefinitionOnAnySmallGraphAndShowsAFairLasso) {
  check_property(
      [] {
        const Graph2 model = any_fair_graph();
        const auto report = run(model, {.deadlock = Deadlock::allowed});
        RC_CLASSIFY(report.verdict == Verdict::violated);
        RC_ASSERT((report.verdict == Verdict::violated) == has_fair_violation(model));
        if (report.verdict == Verdict::violated) {
          assert_fair_lasso(model, *report.outcomes[0].counterexample);
        }
      },
      3000);
}

TEST(StrongComponents, OfALongChainNeedNoDeepStack) {
  constexpr std::uint32_t nodes = 1'000'000;
  Edges edges;
  for (std::uint32_t i = 0; i < nodes; ++i) {
    edges.targets.push_back((i + 1) % nodes);
    edges.first.push_back(i + 1);
  }
  const auto components = strong_components(edges);
  EXPECT_EQ(std::ranges::count(components, 0u), nodes);
}

}  // namespace
}  // namespace leasecheck::tests
