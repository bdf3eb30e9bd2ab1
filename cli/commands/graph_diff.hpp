#pragma once

#include "cli/command_line.hpp"

namespace leasecheck::cli {

/// Adds `graph diff`.
void add_graph_diff(Command& graph);

}  // namespace leasecheck::cli
