#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <queue>

#include "tests/model/check/digraph.hpp"
#include "tests/model/spec/property.hpp"

namespace leasecheck::tests {
namespace {

Digraph<> any_graph() {
  const auto nodes = *rc::gen::inRange<std::uint32_t>(1, 40);
  Digraph<> model{.edges = std::vector<std::vector<Digraph<>::Edge>>(nodes)};
  for (auto& edges : model.edges) {
    const auto targets = *rc::gen::container<std::vector<std::uint32_t>>(
        *rc::gen::inRange<std::size_t>(0, 4), rc::gen::inRange<std::uint32_t>(0, nodes));
    for (const std::uint32_t to : targets) edges.push_back({to});
  }
  return model;
}

// By the textbook, with nothing of the checker's: the distance of each node from node 0.
std::vector<std::optional<std::uint64_t>> distances(const Digraph<>& model) {
  std::vector<std::optional<std::uint64_t>> distance(model.edges.size());
  std::queue<std::uint32_t> queue({0});
  distance[0] = 0;
  for (; !queue.empty(); queue.pop()) {
    for (const auto& edge : model.edges[queue.front()]) {
      if (distance[edge.to]) continue;
      distance[edge.to] = *distance[queue.front()] + 1;
      queue.push(edge.to);
    }
  }
  return distance;
}

TEST(Counterexample, IsAShortestExecutionForEveryStateOfAnyGraph) {
  check_property([] {
    const Digraph<> model = any_graph();
    const auto checked = Checker(model, {.deadlock = Deadlock::allowed}).run();
    RC_ASSERT(checked.has_value());
    const auto distance = distances(model);
    for (std::uint32_t node = 0; node < model.edges.size(); ++node) {
      const auto path = checked->path_to(node);
      RC_ASSERT(path.has_value() == distance[node].has_value());
      if (!path) continue;
      RC_ASSERT(path->steps.size() == *distance[node]);
      RC_ASSERT(is_execution(model, *path));
      RC_ASSERT(path->last() == node);
    }
  });
}

TEST(Counterexample, LeadsToANearestStateThatViolates) {
  check_property([] {
    Digraph<> model = any_graph();
    model.marked = *rc::gen::container<std::vector<bool>>(
        model.edges.size(), rc::gen::weightedElement<bool>({{9, true}, {1, false}}));
    const auto report = run(model, {.deadlock = Deadlock::allowed});
    std::optional<std::uint64_t> nearest;
    const auto distance = distances(model);
    for (std::uint32_t node = 0; node < model.edges.size(); ++node) {
      if (model.marked[node] || !distance[node]) continue;
      nearest = std::min(nearest.value_or(*distance[node]), *distance[node]);
    }
    RC_ASSERT((report.verdict == Verdict::violated) == nearest.has_value());
    if (!nearest) return;
    const auto& path = *report.outcomes[0].counterexample;
    RC_ASSERT(path.steps.size() == *nearest);
    RC_ASSERT(is_execution(model, path));
    RC_ASSERT(!model.marked[path.last()]);
  });
}

TEST(Counterexample, ReadsAsNumberedSteps) {
  Digraph<> model{.edges = {{{1}}, {{2}}, {{0}}}};
  model.marked[2] = false;
  EXPECT_EQ(describe(model, *run(model).outcomes[0].counterexample),
            "0. 0\n"
            "1. 0 to 1 -> 1\n"
            "2. 1 to 2 -> 2\n");
}

}  // namespace
}  // namespace leasecheck::tests
