#include "model/graph/export.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "model/graph/dot.hpp"
#include "model/graph/lens.hpp"
#include "model/graph/mermaid.hpp"
#include "model/graph/picture.hpp"
#include "model/graph/searched.hpp"
#include "tests/support/golden.hpp"

namespace leasecheck::tests {
namespace {

using graph::Edge;
using graph::Graph;
using graph::Role;
using graph::Vertex;

Graph life_cycle() {
  return graph::through(graph::attempt_lens, graph::walk({}).value());
}

/// A chain of this many states.
Graph chain(std::size_t length) {
  Graph graph;
  for (std::size_t i = 0; i < length; ++i) {
    boost::add_vertex(Vertex{"v" + std::to_string(i)}, graph);
  }
  for (std::size_t i = 1; i < length; ++i) boost::add_edge(i - 1, i, Edge{"next", ""}, graph);
  return graph;
}

/// Names that mean something in each of the formats.
Graph hostile() {
  Graph graph;
  boost::add_vertex(Vertex{"\"a\\\"\n\xC3\xBC;"}, graph);
  boost::add_edge(0, 0, Edge{"x: \"y\"; #z", "\\l"}, graph);
  return graph;
}

TEST(Export, MakesTheLifeCycleAsItIsKept) {
  const Graph graph = life_cycle();
  const std::string dot = graph::to_dot(graph, {.title = graph::attempt_lens.title});
  expect_golden("lifecycle.mmd", graph::to_mermaid(graph).value());
  expect_golden("lifecycle.dot", dot);
  expect_golden("lifecycle.tsv", graph::to_tsv(graph));
  expect_golden("lifecycle.json", graph::to_json(graph, graph::attempt_lens.title));
}

TEST(Export, SortsTheTable) {
  Graph graph = chain(3);
  boost::add_edge(0, 1, Edge{"next", "again", 5}, graph);
  EXPECT_EQ(graph::to_tsv(graph),
            "from\top\tguard\tto\tcount\n"
            "v0\tnext\t\tv1\t1\n"
            "v0\tnext\tagain\tv1\t5\n"
            "v1\tnext\t\tv2\t1\n");
}

TEST(Export, WritesGraphmlWithEveryNameEscaped) {
  Graph graph = chain(2);
  graph[1].name = "<b> & \"c\"";
  graph[1].role = Role::failed;
  const std::string text = graph::to_graphml(graph);
  const std::string id = graph::state_id(graph[1].name);
  EXPECT_NE(text.find("<node id=\"" + id +
                      "\"><data key=\"name\">&lt;b&gt; &amp; \"c\"</data>"
                      "<data key=\"role\">failed</data><data key=\"states\">1</data></node>\n"
                      "<edge source=\"" +
                      graph::state_id("v0") + "\" target=\"" + id +
                      "\">"
                      "<data key=\"op\">next</data>"
                      "<data key=\"guard\"></data><data key=\"count\">1</data></edge>\n"
                      "</graph>\n</graphml>\n"),
            std::string::npos)
      << text;
}

TEST(Export, WritesAutWithItsCountsInTheHead) {
  Graph graph = chain(3);
  boost::add_edge(0, 2, Edge{"jump", "a \"far\" one"}, graph);
  EXPECT_EQ(graph::to_aut(graph),
            "des (0, 3, 3)\n"
            "(0, \"next\", 1)\n"
            "(0, \"jump [a \\\"far\\\" one]\", 2)\n"
            "(1, \"next\", 2)\n");
}

TEST(Export, OfASearchBeginsAtOneStart) {
  const Graph graph =
      graph::from_search({.vertices = {{.name = "a", .states = 2, .is_initial = true},
                                       {.name = "b", .states = 1, .is_end = true},
                                       {.name = "c", .states = 1, .is_bad = true}},
                          .edges = {{.from = 0, .to = 1, .name = "go", .count = 3},
                                    {.from = 0, .to = 2, .name = "err", .count = 1}}});
  EXPECT_EQ(graph::to_tsv(graph),
            "from\top\tguard\tto\tcount\n"
            "a\terr\t\tc\t1\n"
            "a\tgo\t\tb\t3\n"
            "start\tbegin\t\ta\t1\n");
  EXPECT_EQ(graph[0].role, Role::initial);
  EXPECT_EQ(graph[2].role, Role::terminal);
  EXPECT_EQ(graph[3].role, Role::failed);
}

TEST(Export, MergesParallelEdgesIntoOneArrow) {
  Graph graph = chain(2);
  boost::add_edge(0, 1, Edge{"jump", ""}, graph);
  EXPECT_NE(graph::to_mermaid(graph)->find("    v0 --> v1 : jump, next\n"), std::string::npos);
  EXPECT_NE(graph::to_dot(graph, {}).find(R"("v0" -> "v1" [label=" jump, next " tooltip=)"),
            std::string::npos);
}

TEST(Export, RefusesWhatMermaidCannotDraw) {
  EXPECT_TRUE(graph::to_mermaid(chain(451)));
  EXPECT_EQ(graph::to_mermaid(chain(461)).error(),
            "too large for Mermaid: the limit is 450 arrows; of 461 states and 460 arrows, 10 "
            "arrows would be left out. Use a lens, or DOT.");
  const std::size_t size = graph::to_mermaid(chain(3))->size();
  EXPECT_TRUE(graph::to_mermaid(chain(3), {}, {.characters = size}));
  EXPECT_EQ(graph::to_mermaid(chain(3), {}, {.characters = size - 1}).error(),
            "too large for Mermaid: the limit is " + std::to_string(size - 1) +
                " characters; of 3 states and 2 arrows, 1 arrows would be left out. Use a lens, or "
                "DOT.");
}

TEST(Export, DrawsNoMermaidOfAWholeWalk) {
  EXPECT_FALSE(graph::to_mermaid(graph::concrete(graph::walk({}).value())));
}

TEST(Export, KeepsHostileNamesFromBreakingOut) {
  const std::string id = graph::state_id(hostile()[0].name);
  EXPECT_TRUE(
      graph::to_mermaid(hostile())->starts_with("stateDiagram-v2\n"
                                                "    direction TB\n"
                                                "    " +
                                                id + " --> " + id +
                                                " : x. .y.. .z\n"
                                                "    state \".a......\" as " +
                                                id + "\n"))
      << graph::to_mermaid(hostile()).value();
  const std::string dot = graph::to_dot(hostile(), {.title = "t"});
  EXPECT_NE(dot.find(R"("\"a\\\"???;" -> "\"a\\\"???;" [label=" x: \"y\"; #z " )"),
            std::string::npos)
      << dot;
  const std::string file = testing::TempDir() + "hostile.dot";
  std::ofstream(file) << dot;
  EXPECT_EQ(std::system(("dot -Tsvg -o /dev/null '" + file + "'").c_str()), 0);
  EXPECT_NE(
      graph::to_json(hostile(), "t")
          .find(R"({"from":"\"a\\\"???;","op":"x: \"y\"; #z","guard":"\\l","to":"\"a\\\"???;")"),
      std::string::npos);
}

}  // namespace
}  // namespace leasecheck::tests
