#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "sim/statistics/statistics.hpp"

/// What an operator wants to know of a deployment, in words and as JSON.
namespace leasecheck::cli {

/// "12,345 ms" below a minute, else "3 min 25 s"; "-" for nothing.
[[nodiscard]] std::string exact(const std::optional<model::Duration>& duration);

/// As a flag takes it: "5s", "1500ms", "2m".
[[nodiscard]] std::string as_flag(model::Duration duration);

/// So many of a whole, in ten-thousandths, rounded down; 0 of nothing.
[[nodiscard]] std::uint64_t share_of(std::uint64_t part, std::uint64_t whole);
/// "1.25 %", of ten-thousandths.
[[nodiscard]] std::string percent(std::uint64_t share);
[[nodiscard]] std::string percent_of(std::uint64_t part, std::uint64_t whole);

/// A table, each line of which ends.
[[nodiscard]] std::string in_words(const sim::Statistics& statistics);

/// Sums, rates, percentiles, and the intervals of a run.
[[nodiscard]] nlohmann::ordered_json report_json(const sim::Statistics& statistics);

}  // namespace leasecheck::cli
