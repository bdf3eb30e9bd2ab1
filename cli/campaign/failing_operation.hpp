#pragma once

#include <string>

#include "traces/trace.hpp"

namespace leasecheck::cli {

/// The step at which the verdict was reached; null if it is none of the trace.
[[nodiscard]] const traces::Step* failing_step(const traces::Trace& trace);

/// The operation at which the trace failed and what it answered: "ack_attempt: ok"; the name of the
/// event if it was one; empty if the trace does not say it.
[[nodiscard]] std::string failing_operation(const traces::Trace& trace);

}  // namespace leasecheck::cli
