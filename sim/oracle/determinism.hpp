#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "sim/oracle/referee.hpp"

namespace leasecheck::sim {

/// Where two runs of one seed part.
struct Divergence {
  std::uint64_t step = 0;  ///< the first step that differs
  std::string first;  ///< that step in each run, as it stands in a trace; "nothing" after the end
  std::string second;
};

/// Runs `run` twice, with a sink, and compares a digest of every step and of every number that was
/// drawn until then. A seed whose runs part proves nothing: its violation might not come again.
/// Returns: the runs' first difference, if there is one.
[[nodiscard]] std::optional<Divergence> first_divergence(
    const std::function<void(Referee::StepSink)>& run);

}  // namespace leasecheck::sim
