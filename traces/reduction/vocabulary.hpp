#pragma once

#include <vector>

#include "leasecheck/spec/operation.hpp"
#include "traces/reduction/stimuli.hpp"

namespace leasecheck::traces {

/// Every action that can be made of what the stimuli of a trace consist of and of one thing more of
/// each kind: its attempts, runs and workers, its leases, its specs, its times and those beside
/// them. In one fixed order, plain actions before others of their operation.
/// Returns: nothing if there would be more than `most`.
[[nodiscard]] std::vector<model::Action> alphabet_of(const Stimuli& stimuli, std::size_t most);

/// Whether one action goes before another one in that order.
[[nodiscard]] bool is_plainer(const model::Action& left, const model::Action& right);

}  // namespace leasecheck::traces
