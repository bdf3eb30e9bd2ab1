#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "sim/statistics/statistics.hpp"

namespace leasecheck::cli {

/// Everything, so that it can be read back.
[[nodiscard]] nlohmann::ordered_json to_json(const sim::Statistics& statistics);

/// Returns: nothing for durations that no run has.
/// Throws: nlohmann::json::exception, where `json` is of another shape than `to_json` gives.
[[nodiscard]] std::optional<sim::Statistics> statistics_from_json(
    const nlohmann::ordered_json& json);

}  // namespace leasecheck::cli
