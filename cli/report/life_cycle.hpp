#pragma once

#include <expected>
#include <string>
#include <vector>

#include "model/graph/coverage.hpp"
#include "model/graph/walk.hpp"

namespace leasecheck::cli {

/// The life cycle of an attempt with how often each of its edges was taken.
struct LifeCycle {
  graph::Coverage coverage;
  std::vector<std::string> never_taken;         ///< edges by name, sorted
  std::expected<std::string, std::string> svg;  ///< or why it could not be drawn
};

/// `counts` is by edge, without cases, as in `sim::Tally::transitions`. The picture says that there
/// are edges which were never taken; it leaves it to the page around it to name them.
[[nodiscard]] LifeCycle life_cycle_taken(const graph::Walk& walk, const graph::EdgeCounts& counts);

}  // namespace leasecheck::cli
