#pragma once

#include <string>

#include "model/graph/picture.hpp"

namespace leasecheck::graph {

/// Graphviz: from top to bottom, terminal states in the lowest row, with a legend. Every label and
/// name is printable ASCII; ids hang on the names of states alone.
/// Source: https://graphviz.org/doc/info/lang.html.
[[nodiscard]] std::string to_dot(const Graph& graph, const Picture& picture);

}  // namespace leasecheck::graph
