#include "model/graph/difference.hpp"

#include <gtest/gtest.h>

#include "model/graph/dot.hpp"
#include "model/graph/lens.hpp"
#include "model/graph/walk.hpp"

namespace leasecheck::graph {
namespace {

Graph life_cycle() {
  return through(attempt_lens, walk({}).value());
}

std::size_t vertex_named(const Graph& graph, std::string_view name) {
  std::size_t vertex = 0;
  while (graph[vertex].name != name) ++vertex;
  return vertex;
}

/// The life cycle with an edge more, one less and one that is taken more often.
Graph edited() {
  Graph graph = life_cycle();
  const std::size_t completed = vertex_named(graph, "completed");
  const std::size_t queued = vertex_named(graph, "queued");
  boost::add_edge(completed, queued, Edge{"replay_dead_letter", "", 6}, graph);
  boost::remove_out_edge_if(
      queued, [&](const auto& edge) { return graph[edge].op == "cancel_attempt"; }, graph);
  for_each_edge(graph, [&](std::size_t, std::size_t, Edge& edge) {
    if (edge.op == "enqueue_attempt") edge.count = 5;
  });
  return graph;
}

TEST(Difference, OfAGraphAndItselfIsEmpty) {
  const Difference same = difference(life_cycle(), life_cycle());
  EXPECT_TRUE(same.is_empty());
  EXPECT_EQ(in_words(same),
            "states: 0 added, 0 removed, 0 changed, 8 as before\n"
            "transitions: 0 added, 0 removed, 0 changed, 38 as before\n");
}

TEST(Difference, TellsTransitionsInWords) {
  EXPECT_EQ(in_words(difference(life_cycle(), edited())),
            "added    transition completed to queued by replay_dead_letter (6 times)\n"
            "removed  transition queued to cancelled by cancel_attempt (7 times)\n"
            "changed  transition absent to queued by enqueue_attempt (4 times; now 5 times)\n"
            "states: 0 added, 0 removed, 0 changed, 8 as before\n"
            "transitions: 1 added, 1 removed, 1 changed, 36 as before\n");
}

TEST(Difference, TheOtherWayRoundAddsWhatWasRemoved) {
  const Difference back = difference(edited(), life_cycle());
  ASSERT_EQ(back.transitions.size(), 3U);
  EXPECT_EQ(back.transitions[0].name, "queued to cancelled by cancel_attempt");
  EXPECT_EQ(back.transitions[0].mark, Mark::added);
  EXPECT_EQ(back.transitions[1].name, "completed to queued by replay_dead_letter");
  EXPECT_EQ(back.transitions[1].mark, Mark::removed);
}

TEST(Difference, DoesNotDependOnHowStatesAreNumbered) {
  const Graph graph = edited();
  Graph turned;
  const std::size_t last = boost::num_vertices(graph) - 1;
  for (std::size_t i = 0; i <= last; ++i) boost::add_vertex(graph[last - i], turned);
  for_each_edge(graph, [&](std::size_t from, std::size_t to, const Edge& edge) {
    boost::add_edge(last - from, last - to, edge, turned);
  });
  EXPECT_TRUE(difference(graph, turned).is_empty());
  EXPECT_EQ(to_dot(difference(life_cycle(), graph).both, {}),
            to_dot(difference(life_cycle(), turned).both, {}));
}

TEST(Difference, TellsStatesByNameRoleAndSize) {
  Graph older;
  boost::add_vertex(Vertex{"gone"}, older);
  boost::add_vertex(Vertex{"ended", Role::ordinary, 3}, older);
  boost::add_vertex(Vertex{"known only from transitions", Role::terminal, 0}, older);
  Graph newer;
  boost::add_vertex(Vertex{"ended", Role::terminal, 1'000}, newer);
  boost::add_vertex(Vertex{"new", Role::failed, 2}, newer);
  boost::add_vertex(Vertex{"known only from transitions", Role::ordinary, 9}, newer);
  const Difference found = difference(older, newer);
  EXPECT_EQ(found.states, (std::vector<Change>{
                              {.mark = Mark::added, .name = "new", .is = "failed, 2 states"},
                              {.mark = Mark::removed, .name = "gone", .was = "ordinary, 1 state"},
                              {.mark = Mark::changed,
                               .name = "ended",
                               .was = "ordinary, 3 states",
                               .is = "terminal, 1,000 states"}}));
}

TEST(Difference, WithoutWhatIsAlikeKeepsTheEndsOfWhatIsNot) {
  const Graph rest = only_marked(difference(life_cycle(), edited()).both);
  EXPECT_EQ(boost::num_edges(rest), 3U);
  EXPECT_EQ(boost::num_vertices(rest), 4U);
}

}  // namespace
}  // namespace leasecheck::graph
