// How graphs are drawn: order, labels, marks and widths.
#include "model/graph/picture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "model/graph/coverage.hpp"
#include "model/graph/dot.hpp"
#include "model/graph/lens.hpp"
#include "model/graph/mermaid.hpp"
#include "model/graph/walk.hpp"
#include "tests/support/golden.hpp"

namespace leasecheck::graph {
namespace {

using Lines = std::vector<std::string>;

/// An arrow with these operations.
Lines label_of(const std::vector<std::string>& operations, Mark mark = Mark::none) {
  std::vector<Edge> edges;
  for (const std::string& op : operations) edges.push_back({.op = op, .guard = "", .count = 700});
  Arrow arrow{.mark = mark};
  for (const Edge& edge : edges) arrow.edges.push_back(&edge);
  return label_lines(
      arrow, {.counts = mark == Mark::none ? Picture::Counts::shown : Picture::Counts::hidden});
}

TEST(Picture, LabelsAreShortWordsInAtMostTwoLines) {
  EXPECT_EQ(label_of({"upsert_lease"}), (Lines{"claim (700)"}));
  EXPECT_EQ(label_of({"heartbeat_lease", "heartbeat_lease_with_version"}),
            (Lines{"heartbeat", "(1,400)"}));
  EXPECT_EQ(label_of({"ack_attempt", "cancel_attempt", "transition_timed_out_attempts"}),
            (Lines{"ack, cancel,", "timeout (2,100)"}));
  EXPECT_EQ(label_of({"one", "two", "three", "four", "five", "six", "seven"}, Mark::removed),
            (Lines{"[-] one, two,", "three, four, +3"}));
  EXPECT_EQ(label_of({std::string(99, 'x')}, Mark::untaken), Lines{"xxxxxxxxxxxxxxxxxxxxx..."});
}

TEST(Picture, CountsInLabelsAreRounded) {
  const Edge many{.op = "go", .guard = "", .count = 2'849'999'999};
  const Arrow arrow{.edges = {&many}};
  EXPECT_EQ(label_lines(arrow, {.counts = Picture::Counts::shown}), (Lines{"go (2.8G)"}));
}

TEST(Picture, WidthIsTheLogarithmOfTheCount) {
  EXPECT_EQ(width_in_tenths(0, 1 << 20), 10U);
  EXPECT_EQ(width_in_tenths(1 << 20, 1 << 20), 50U);
  EXPECT_LT(width_in_tenths(1 << 5, 1 << 20), width_in_tenths(1 << 10, 1 << 20));
  EXPECT_EQ(width_in_tenths(0, 0), 10U);
}

TEST(Picture, ArrowsUpAndDownBetweenTwoStatesDoNotHideEachOther) {
  const Walk walked = *walk({});
  const std::string lease = to_dot(through(lease_lens, walked), {});
  EXPECT_NE(lease.find("labeltooltip=\"terminal to free by replay_dead_letter: 9\" tailport=e "
                       "headport=e]"),
            std::string::npos)
      << lease;
  const std::string attempt = to_dot(through(attempt_lens, walked), {});
  EXPECT_EQ(attempt.find("tailport"), std::string::npos) << attempt;
}

TEST(Picture, IdsHangOnNamesAlone) {
  EXPECT_EQ(state_id(""), "scbf29ce484222325");
  EXPECT_EQ(state_id("a"), "saf63dc4c8601ec8c");  // as the authors of FNV publish it
}

Graph numbered_otherwise(const Graph& graph) {
  Graph other;
  const std::size_t last = boost::num_vertices(graph) - 1;
  for (std::size_t i = 0; i <= last; ++i) boost::add_vertex(graph[last - i], other);
  for_each_edge(graph, [&](std::size_t from, std::size_t to, const Edge& edge) {
    boost::add_edge(last - from, last - to, edge, other);
  });
  return other;
}

TEST(Picture, IsTheSameHoweverTheVerticesAreNumbered) {
  const Walk walked = walk({}).value();
  for (const Lens* lens : all_lenses()) {
    const Graph graph = through(*lens, walked);
    EXPECT_EQ(to_dot(graph, {}), to_dot(numbered_otherwise(graph), {}));
    EXPECT_EQ(to_mermaid(graph), to_mermaid(numbered_otherwise(graph)));
  }
}

TEST(Picture, LabelsOfEveryLensFitInTwoShortLines) {
  const Walk walked = walk({}).value();
  for (const Lens* lens : all_lenses()) {
    const Graph graph = through(*lens, walked);
    for (const Arrow& arrow : arrows_of(graph)) {
      const Lines lines = label_lines(arrow, {});
      EXPECT_LE(lines.size(), 2U);
      for (const std::string& line : lines) EXPECT_LE(line.size(), 18U) << line;
    }
  }
}

TEST(Picture, PutsTerminalStatesIntoTheLastRow) {
  const std::string dot = to_dot(through(attempt_lens, walk({}).value()), {});
  const std::string row =
      dot.substr(dot.find("{ rank=sink"), dot.find("\n  }") - dot.find("{ rank"));
  for (const char* end : {"\"cancelled\"", "\"completed\"", "\"failed\""}) {
    EXPECT_NE(row.find(end), std::string::npos) << row;
  }
  EXPECT_EQ(row.find("\"running\""), std::string::npos) << row;
}

TEST(Coverage, MarksWhatWasNeverTakenAndKeepsWhatIsUnknown) {
  const Graph graph = through(attempt_lens, walk({}).value());
  const Coverage coverage = covered(graph, {{"queued to leased by upsert_lease", 40},
                                            {"completed to queued by ack_attempt [completed]", 2}});
  EXPECT_EQ(coverage.edges, boost::num_edges(graph));
  EXPECT_EQ(coverage.taken, 1U);
  EXPECT_EQ(coverage.unknown, (EdgeCounts{{"completed to queued by ack_attempt [completed]", 2}}));
  EXPECT_EQ(edges_marked(coverage.graph, Mark::untaken).size(), coverage.edges - 1);
}

/// A part of the life cycle in which each mark occurs.
Graph marked() {
  Graph graph;
  for (const char* name : {"queued", "leased", "end"}) boost::add_vertex(Vertex{name}, graph);
  graph[2].mark = Mark::added;
  boost::add_edge(0, 1, Edge{"upsert_lease", "", 3}, graph);
  boost::add_edge(1, 0, Edge{"release_lease", "", 3, Mark::removed}, graph);
  boost::add_edge(1, 1, Edge{"start_attempt", "", 3, Mark::changed}, graph);
  boost::add_edge(1, 2, Edge{"ack_attempt", "completed", 3, Mark::added}, graph);
  boost::add_edge(1, 2, Edge{"cancel_attempt", "", 0, Mark::untaken}, graph);
  return graph;
}

TEST(Picture, EveryMarkHasALineAndASignOfItsOwn) {
  const std::string dot = to_dot(marked(), {.meanings = {{Mark::added, "only here"}}});
  EXPECT_NE(dot.find("[label=\" [+] ack \""), std::string::npos) << dot;
  for (const char* style : {"style=bold color=\"#0072B2\"", "style=dashed color=\"#D55E00\"",
                            "style=dotted color=\"#009E73\"", "style=dashed color=\"#777777\""}) {
    EXPECT_NE(dot.find(style), std::string::npos) << style;
  }
  EXPECT_NE(dot.find("===== [+] only here (1)"), std::string::npos) << dot;
  EXPECT_NE(dot.find("leased to end by ack_attempt [completed]</TD>"), std::string::npos) << dot;
}

TEST(Picture, LegendNamesNoMoreEdgesThanItIsTold) {
  const std::string dot =
      to_dot(marked(), {.meanings = {{Mark::added, "only here"}}, .most_named = 0});
  EXPECT_EQ(dot.find("leased to end by ack_attempt [completed]</TD>"), std::string::npos) << dot;
}

TEST(Picture, MarkedMermaidIsAFlowchartWithStylesAndALegend) {
  tests::expect_golden(
      "marked.mmd",
      to_mermaid(marked(), {.meanings = {{Mark::none, "in both"}, {Mark::added, "new"}}}).value());
}

TEST(Picture, MermaidNamesNoStateByAWordOfItsOwn) {
  const std::string text = to_mermaid(marked()).value();
  EXPECT_NE(text.find("state \"end\" as " + state_id("end")), std::string::npos) << text;
  EXPECT_NE(text.find("state \"leased\" as leased"), std::string::npos) << text;
}

}  // namespace
}  // namespace leasecheck::graph
