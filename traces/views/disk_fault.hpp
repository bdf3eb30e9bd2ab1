#pragma once

#include <string>

#include "traces/trace.hpp"

namespace leasecheck::traces {

/// What the repository had to do instead, by the contract: the orders in which its processes may
/// take their turns, or the states that a crash may leave. Pre: a violated trace of a simulated
/// disk. Complexity: that of the steps on the model, for each order.
[[nodiscard]] std::string demand_on_disk(const Trace& trace);

}  // namespace leasecheck::traces
