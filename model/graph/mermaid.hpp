#pragma once

#include <cstddef>
#include <expected>
#include <string>

#include "model/graph/picture.hpp"

namespace leasecheck::graph {

/// What GitHub draws of one Mermaid diagram, with room to spare: Mermaid itself stops at 500 edges
/// and 50,000 characters (`maxEdges`, `maxTextSize`).
struct MermaidLimits {
  std::size_t edges = 450;
  std::size_t characters = 45'000;
};

/// Mermaid: a `stateDiagram-v2`; a `flowchart` where something is marked or counted, since only
/// there an arrow has a style of its own. Ids are plain and hang on the names of states alone.
/// Errors: the graph is above a limit, and what would have to be left out.
/// Source: https://mermaid.js.org/syntax/stateDiagram.html,
/// https://mermaid.js.org/syntax/flowchart.html.
[[nodiscard]] std::expected<std::string, std::string> to_mermaid(const Graph& graph,
                                                                 const Picture& picture = {},
                                                                 const MermaidLimits& limits = {});

}  // namespace leasecheck::graph
