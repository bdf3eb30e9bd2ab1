#pragma once

#include <string>

#include "traces/trace.hpp"

namespace leasecheck::traces {

/// The trace as one HTML page: lanes with leases as bars, the steps as a list, the life cycle with
/// the present state marked. It needs nothing beside itself, opens from disk and asks no network.
/// Nothing in the trace, whatever its texts hold, is markup or script in the page.
/// Complexity: linear in the trace; about 150 bytes for each step.
[[nodiscard]] std::string timeline_page(const Trace& trace);

}  // namespace leasecheck::traces
