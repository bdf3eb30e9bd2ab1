#pragma once

#include <string>
#include <vector>

#include "leasecheck/spec/time.hpp"

namespace leasecheck::cli {

/// The margin of a deployment with this grace window.
struct PlotPoint {
  model::Duration grace{0};
  model::Duration margin{0};
};

/// Skew against grace as an SVG: the area in which 19(b) holds, the points that were searched, and
/// the deployment that was asked about. The same points give the same bytes.
/// Pre: at least two points, of ascending grace; the last one's is positive.
[[nodiscard]] std::string plot_svg(const std::vector<PlotPoint>& points, const PlotPoint& own,
                                   const std::string& title);

}  // namespace leasecheck::cli
