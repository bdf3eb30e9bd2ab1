#pragma once

#include <expected>
#include <functional>
#include <memory>

#include "sim/subject/subject.hpp"
#include "traces/reduction/reduction.hpp"
#include "traces/trace.hpp"

namespace leasecheck::sim {

/// What a reduction may cost where others wait for it: the same number of runs and steps on every
/// machine. A subject may take a second for each call.
[[nodiscard]] traces::ReductionOptions modest_budget(const traces::Trace& trace);

/// The least trace of the same violation, on new subjects that `make` makes.
/// Returns: `trace` itself where nothing can be left out of it.
[[nodiscard]] traces::Reduction shrink(
    const traces::Trace& trace,
    const std::function<std::expected<std::unique_ptr<Subject>, BrokenSubject>()>& make,
    const traces::ReductionOptions& options);

}  // namespace leasecheck::sim
