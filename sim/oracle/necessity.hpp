#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "sim/subject/subject.hpp"
#include "traces/trace.hpp"

namespace leasecheck::sim {

/// How a run ends in which one stimulus was left out.
using WithoutIt = std::expected<traces::Verdict, std::string>;

/// Leaves out each stimulus of a trace in turn, and runs what is left on new subjects that `make`
/// makes. What speaks of the stimulus goes with it. `may_go_on` is asked before each run.
/// Returns: by the number of the step; the error of one is why it cannot be run. Steps that were
/// not tried are not there. Complexity: as many runs as the trace has stimuli.
[[nodiscard]] std::map<std::uint64_t, WithoutIt> leave_out_each(
    const traces::Trace& trace,
    const std::function<std::expected<std::unique_ptr<Subject>, BrokenSubject>()>& make,
    const std::function<bool()>& may_go_on);

}  // namespace leasecheck::sim
