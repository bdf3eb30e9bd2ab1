#pragma once

#include <string>

#include "sim/statistics/statistics.hpp"
#include "sim/world/deployment_spec.hpp"

namespace leasecheck::cli {

/// Queue, leases and what was finished over virtual time, as an SVG with a part for each; times of
/// maintenance are shaded. The same statistics give the same bytes.
/// Pre: there is at least one interval.
[[nodiscard]] std::string deployment_svg(const sim::DeploymentSpec& spec,
                                         const sim::Statistics& statistics,
                                         const std::string& title);

}  // namespace leasecheck::cli
