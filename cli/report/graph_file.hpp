#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "model/graph/graph.hpp"

namespace leasecheck::cli {

/// Reads a graph that `graph --format json` or `--format tsv` wrote; which of the two it is follows
/// from how the text begins. A table says nothing of states but their names: there the state that
/// nothing leads to is the initial one, and those that nothing leaves are terminal.
/// Errors: in words, naming the file, the place in it, what was expected and what was found.
[[nodiscard]] std::expected<graph::Graph, std::string> read_graph(
    const std::filesystem::path& file);

/// The same from text; `name` stands for the file in messages.
[[nodiscard]] std::expected<graph::Graph, std::string> graph_from_text(std::string_view text,
                                                                       std::string_view name);

}  // namespace leasecheck::cli
