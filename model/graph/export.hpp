#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "model/graph/graph.hpp"

/// Graphs as text. The same graph is the same bytes: sorted, no dates, no paths, no versions.
namespace leasecheck::graph {

/// What a Mermaid renderer takes before it refuses or gets stuck.
/// Source: Mermaid's configuration, `maxEdges` (500) and `maxTextSize` (50,000), less a margin.
struct MermaidLimits {
  std::size_t edges = 450;
  std::size_t characters = 45'000;
};

/// A Mermaid `stateDiagram-v2`: plain ids, quoted ASCII labels, parallel edges as one arrow with a
/// line for each.
/// Errors: beyond the limits nothing is drawn; the message says how much is left out.
[[nodiscard]] std::expected<std::string, std::string> to_mermaid(
    const Graph& graph, const MermaidLimits& limits = MermaidLimits{});

/// DOT for Graphviz, laid out from left to right, parallel edges as one arrow with a line for each.
[[nodiscard]] std::string to_dot(const Graph& graph, std::string_view title);

/// A table with a heading: from, op, guard, to, count; sorted by these as text.
[[nodiscard]] std::string to_tsv(const Graph& graph);

/// {"title", "vertices": [{name, role, states}], "edges": [{from, op, guard, to, count}]}; an edge
/// names its vertices.
[[nodiscard]] std::string to_json(const Graph& graph, std::string_view title);

/// GraphML, for yEd, Gephi and networkx: keys name, role and states of a node, op, guard and count
/// of an edge.
[[nodiscard]] std::string to_graphml(const Graph& graph);

/// The Aldebaran format of CADP and mCRL2: "des (first state, transitions, states)" and a line for
/// each transition; a state is its number, the first one 0.
[[nodiscard]] std::string to_aut(const Graph& graph);

}  // namespace leasecheck::graph
