#pragma once

#include "leasecheck/check/searched_graph.hpp"
#include "model/graph/graph.hpp"

namespace leasecheck::graph {

/// What a search has seen, for the exporters. Vertex 0 is where everything begins: an edge "begin"
/// leads from it to each vertex with an initial state.
[[nodiscard]] Graph from_search(const check::SearchedGraph& searched);

}  // namespace leasecheck::graph
