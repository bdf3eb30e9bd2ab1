#pragma once

#include "traces/trace.hpp"

namespace leasecheck::traces {

/// Whether a simulated disk takes part in the trace: the searches on it (sim/storage) make such
/// traces and replay them; `replay` of sim/oracle does not.
[[nodiscard]] bool is_disk_trace(const Trace& trace);

}  // namespace leasecheck::traces
