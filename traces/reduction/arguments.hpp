#pragma once

#include "traces/reduction/trials.hpp"

namespace leasecheck::traces {

/// Gives every argument the plainest value that still fails: optional fields go, numbers and
/// enumerations become small, two attempts, runs or workers become one.
void simplify_arguments(Trials& trials);

/// Makes times and durations small while the violation stays: counted from epoch 0, without gaps,
/// then each as low as it can be.
void lower_times(Trials& trials);

/// Names actors, attempts, runs and workers in order of first use, puts neighbours that do not
/// depend on each other in one fixed order, and leaves in the head what a replay needs.
void make_canonical(Trials& trials);

/// Who calls an operation in a trace that says nothing else of its callers.
[[nodiscard]] std::string usual_actor(const model::Operation& operation);

}  // namespace leasecheck::traces
