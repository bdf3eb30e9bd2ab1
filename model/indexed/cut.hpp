#pragma once

#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/outcome.hpp"
#include "leasecheck/spec/state.hpp"
#include "model/indexed/attempt_index.hpp"

namespace leasecheck::model {

/// Moves the part out of the state that can matter to the operation: what `step` does to the part
/// and answers for it is what it would do to and answer for the whole. The attempts stay where they
/// are in memory. Where the order of dispatch is the repository's own choice, what it `answered`
/// may matter as well.
/// Complexity: O(log n) for each attempt of the part; O(1) where that is all of them.
[[nodiscard]] State cut_out(State& state, AttemptIndex& index, const Action& action,
                            const Outcome* answered = nullptr);

/// Puts the part, to which something may have been done, back to the rest.
void put_back(State& state, State part);

}  // namespace leasecheck::model
