#pragma once

#include <expected>
#include <string>

namespace leasecheck::cli {

/// Lays a graph in DOT out as SVG, by Graphviz's program `dot`, looked up in PATH. The picture is
/// as wide as its window where that is narrow. What names the version of Graphviz is taken out;
/// with the same Graphviz and fonts the same text gives the same bytes. Errors: `dot` is not
/// installed, or refuses the text; in its own words. Thread: any; waits for the program to end.
[[nodiscard]] std::expected<std::string, std::string> svg_from_dot(const std::string& dot);

}  // namespace leasecheck::cli
