#pragma once

#include <string>

#include "traces/trace.hpp"

namespace leasecheck::traces {

/// Who is at fault for the violation, in a sentence or two, as far as the trace shows it. The
/// reference model takes the steps of the trace: the repository is at fault where it answered or
/// changed something else, and what the contract asks for is said then; where every answer is the
/// contract's, it is the caller of the failing step, or those around the repository.
/// Returns: empty unless violated.
/// Complexity: linear in the steps times what a step of the model costs.
[[nodiscard]] std::string fault_of(const Trace& trace);

}  // namespace leasecheck::traces
