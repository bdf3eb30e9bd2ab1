#pragma once

#include <vector>

#include "leasecheck/spec/operation.hpp"
#include "traces/reduction/stimuli.hpp"

namespace leasecheck::traces {

/// What actions are made of: only of what the stimuli have, or of one attempt, worker and lease
/// more and of the times beside theirs.
enum class Extent : std::uint8_t { own, one_more };

/// Every action that can be made of what the stimuli of a trace consist of: its attempts, runs and
/// workers, its leases, its times, its specs and the plain one. In one fixed order, plain actions
/// before others of their operation.
/// Returns: nothing if there would be more than `most`.
[[nodiscard]] std::vector<model::Action> alphabet_of(const Stimuli& stimuli, Extent extent,
                                                     std::size_t most);

/// Whether one action goes before another one in that order.
[[nodiscard]] bool is_plainer(const model::Action& left, const model::Action& right);

}  // namespace leasecheck::traces
