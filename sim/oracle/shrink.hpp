#pragma once

#include <expected>
#include <functional>
#include <memory>

#include "sim/subject/subject.hpp"
#include "traces/trace.hpp"

namespace leasecheck::sim {

/// A shorter trace of the same violation, on new subjects that `make` makes, as far as a bounded
/// number of runs and steps leads: a subject may take a second for each call.
/// Returns: `trace` itself when it is not violated or does not run again.
[[nodiscard]] traces::Trace shrink(
    const traces::Trace& trace,
    const std::function<std::expected<std::unique_ptr<Subject>, BrokenSubject>()>& make);

}  // namespace leasecheck::sim
