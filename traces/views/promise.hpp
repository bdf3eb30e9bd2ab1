#pragma once

#include <string>

#include "traces/trace.hpp"

namespace leasecheck::traces {

/// "holder_only is violated by step 5": the verdict, with the step that led to it.
[[nodiscard]] std::string headline_of(const Trace& trace);

/// What was promised and not kept, with its rule: what the contract says of the failing step where
/// the repository did otherwise, and else what the property claims, be it one of a run or of the
/// searches on a simulated disk.
/// Returns: empty unless violated by a property that this program has.
[[nodiscard]] std::string promise_of(const Trace& trace);

}  // namespace leasecheck::traces
