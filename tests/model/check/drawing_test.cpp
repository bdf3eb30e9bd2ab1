#include "leasecheck/check/drawing.hpp"

#include <gtest/gtest.h>

#include "leasecheck/check/checker.hpp"
#include "model/lease_core/lease_core.hpp"
#include "tests/model/check/digraph.hpp"

namespace leasecheck::tests {
namespace {

/// 0 leads to 1 and 2, both to 3, which leads to itself and, unless it is the last, to 4.
Digraph<> diamond() {
  Digraph<> model{.edges = {{{1}, {2}}, {{3}}, {{3}}, {{3}, {4}}, {}}};
  model.marked[2] = false;
  return model;
}

template <typename M>
SearchedGraph drawn(const M& model, const Options& options, View<M> view = {}) {
  const auto checked = Checker(model, options).run();
  require(checked.has_value(), "the search has an end");
  auto graph = searched_graph(*checked, view);
  require(graph.has_value(), "the graph is small");
  return *std::move(graph);
}

std::string text_of(const SearchedGraph& graph) {
  std::string text;
  for (const auto& [name, states, is_initial, is_end, is_bad] : graph.vertices) {
    text += name + (is_initial ? " initial" : "") + (is_end ? " end" : "") +
            (is_bad ? " bad" : "") + " x" + std::to_string(states) + "\n";
  }
  for (const auto& [from, to, name, count] : graph.edges) {
    text += graph.vertices[from].name + " -> " + graph.vertices[to].name + " by " + name + " x" +
            std::to_string(count) + "\n";
  }
  return text;
}

TEST(Drawing, ShowsEveryStateAndTransitionThatWasSearched) {
  auto model = diamond();
  model.marked[2] = true;
  model.marked[4] = false;
  EXPECT_EQ(text_of(drawn(model, {})),
            "0: 0 initial x1\n"
            "1: 1 x1\n"
            "2: 2 x1\n"
            "3: 3 x1\n"
            "4: 4 end bad x1\n"
            "0: 0 -> 1: 1 by 0 to 1 x1\n"
            "0: 0 -> 2: 2 by 0 to 2 x1\n"
            "1: 1 -> 3: 3 by 1 to 3 x1\n"
            "2: 2 -> 3: 3 by 2 to 3 x1\n"
            "3: 3 -> 3: 3 by 3 to 3 x1\n"
            "3: 3 -> 4: 4 by 3 to 4 x1\n");
}

TEST(Drawing, ThatDoesNotFitBesideTheSearchIsNone) {
  const auto model = binary_tree(10'000);
  const auto least = Checker(model, {}).run();
  ASSERT_TRUE(least.has_value());
  for (const std::size_t more : {0, 1'000'000, 3'000'000}) {
    const auto checked = Checker(model, {.memory_limit_bytes = least->peak_bytes + more}).run();
    ASSERT_TRUE(checked.has_value());
    EXPECT_EQ(checked->verdict, Verdict::held);
    EXPECT_FALSE(searched_graph(*checked).has_value()) << more;
  }
  EXPECT_TRUE(searched_graph(*least).has_value());
}

TEST(Drawing, OfABoundedSearchEndsWhereItDid) {
  EXPECT_EQ(text_of(drawn(diamond(), {.max_depth = 1})),
            "0: 0 initial x1\n"
            "1: 1 x1\n"
            "2: 2 bad x1\n"
            "0: 0 -> 1: 1 by 0 to 1 x1\n"
            "0: 0 -> 2: 2 by 0 to 2 x1\n");
}

TEST(Drawing, ThroughALensCountsWhatItPutsTogether) {
  View<Digraph<>> parity{
      .class_of = [](const std::uint32_t& node) { return node % 2 == 0 ? "even" : "odd"; },
      .name_of = [](const Digraph<>::Action&) { return "go"; }};
  auto model = diamond();
  model.marked[2] = true;
  EXPECT_EQ(text_of(drawn(model, {.deadlock = Deadlock::allowed}, parity)),
            "even initial x3\n"
            "odd x2\n"
            "even -> odd by go x2\n"
            "odd -> even by go x1\n");
}

TEST(Drawing, DoesNotDependOnTheNumberOfWorkersAndHasTheCountsOfTheSearch) {
  const auto model =
      LeaseCore::make({.workers = 2, .attempts = 1, .ttl = 2, .grace = 1, .epochs = 3});
  const SearchedGraph graph = drawn(*model, {.jobs = 1});
  EXPECT_EQ(text_of(graph), text_of(drawn(*model, {.jobs = 3})));
  EXPECT_EQ(graph.vertices.size(), 340u);
  std::uint64_t transitions = 0;
  for (const auto& edge : graph.edges) transitions += edge.count;
  EXPECT_EQ(transitions, 1302u);
}

TEST(Drawing, WithSymmetryShowsOneStateForAllOfOneKind) {
  const auto model =
      LeaseCore::make({.workers = 2, .attempts = 1, .ttl = 2, .grace = 1, .epochs = 3});
  const SearchedGraph graph = drawn(*model, {.symmetry = true});
  EXPECT_EQ(graph.vertices.size(), run(*model, {.symmetry = true}).states);
  EXPECT_LT(graph.vertices.size(), 340u);
}

}  // namespace
}  // namespace leasecheck::tests
