#pragma once

#include <map>
#include <string>

#include "model/graph/picture.hpp"

namespace leasecheck::cli {

enum class GraphFormat : std::uint8_t { words, mermaid, dot, svg, graphml, aut, tsv, json };

/// As on the command line: "words", "mermaid", "dot", …
[[nodiscard]] const std::map<std::string, GraphFormat>& graph_formats();

/// The format that a file is in by its name: .mmd, .dot, .svg, .graphml, .aut, .tsv, .json.
/// Throws: Stop, naming `flag`, for any other name.
[[nodiscard]] GraphFormat format_of_file(const std::string& flag, const std::string& file);

/// The graph as SVG. Throws: Stop, if it is too large to be drawn, or Graphviz fails.
[[nodiscard]] std::string drawn(const graph::Graph& graph, const graph::Picture& picture);

/// The graph as Mermaid. Throws: Stop, if it is too large for that.
[[nodiscard]] std::string in_mermaid(const graph::Graph& graph, const graph::Picture& picture);

/// Throws: Stop, if the graph is too large for the format, or Graphviz fails.
[[nodiscard]] std::string exported(const graph::Graph& graph, GraphFormat format,
                                   const graph::Picture& picture);

}  // namespace leasecheck::cli
