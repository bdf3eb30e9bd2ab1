#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "model/graph/picture.hpp"

/// How often the edges of a graph were taken: by a campaign, a trace, the corpus.
namespace leasecheck::graph {

/// Counts by the name of the edge, `edge_name`.
using EdgeCounts = std::map<std::string, std::uint64_t>;

struct Coverage {
  /// The graph with how often each of its edges was taken as its count; those never taken are
  /// marked `untaken`.
  Graph graph;
  std::uint64_t edges = 0;  ///< how many there are
  std::uint64_t taken = 0;  ///< how many of them were taken
  EdgeCounts unknown;       ///< what was taken and is no edge of the graph
};

/// The graph without the cases of its operations, as those count who do not see them: edges that
/// differ in nothing else are one.
[[nodiscard]] Graph without_cases(const Graph& graph);

[[nodiscard]] Coverage covered(Graph graph, const EdgeCounts& counts);

/// How a coverage is drawn.
[[nodiscard]] Picture picture_of_coverage(std::string_view title);

}  // namespace leasecheck::graph
