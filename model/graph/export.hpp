#pragma once

#include <string>
#include <string_view>

#include "model/graph/graph.hpp"

/// Graphs as text for other programs. The same graph is the same bytes: sorted, no dates, no paths,
/// no versions; pictures are made in dot.hpp and mermaid.hpp. But for `.aut`, which wants numbers,
/// a state is named by its own name or by a hash of it, so that a change elsewhere renames nothing.
namespace leasecheck::graph {

/// "initial", "ordinary", "terminal", "failed".
[[nodiscard]] std::string_view word(Role role);

/// A line for each edge, sorted: "leased to queued by release_lease: 120".
[[nodiscard]] std::string to_words(const Graph& graph);

/// A table with a heading: from, op, guard, to, count; sorted by these as text.
[[nodiscard]] std::string to_tsv(const Graph& graph);

/// {"title", "vertices": [{id, name, role, states}], "edges": [{from, op, guard, to, count}]}, both
/// sorted; an edge names its vertices, and the id is `state_id` of the name.
[[nodiscard]] std::string to_json(const Graph& graph, std::string_view title);

/// GraphML, for yEd, Gephi and networkx: keys name, role and states of a node, op, guard and count
/// of an edge.
[[nodiscard]] std::string to_graphml(const Graph& graph);

/// The Aldebaran format of CADP and mCRL2: "des (first state, transitions, states)" and a line for
/// each transition; a state is its number, the first one 0.
[[nodiscard]] std::string to_aut(const Graph& graph);

}  // namespace leasecheck::graph
