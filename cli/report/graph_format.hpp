#pragma once

#include <map>
#include <string>

#include "model/graph/graph.hpp"

namespace leasecheck::cli {

enum class GraphFormat : std::uint8_t { mermaid, dot, svg, graphml, aut, tsv, json };

/// As on the command line: "mermaid", "dot", …
[[nodiscard]] const std::map<std::string, GraphFormat>& graph_formats();

/// The format that a file is in by its name: .mmd, .dot, .svg, .graphml, .aut, .tsv, .json.
/// Throws: Stop, naming `flag`, for any other name.
[[nodiscard]] GraphFormat format_of_file(const std::string& flag, const std::string& file);

/// Throws: Stop, if the graph is too large for the format, or Graphviz fails.
[[nodiscard]] std::string exported(const graph::Graph& graph, GraphFormat format,
                                   std::string_view title);

}  // namespace leasecheck::cli
