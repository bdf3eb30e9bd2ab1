#pragma once

#include "traces/reduction/trials.hpp"

namespace leasecheck::traces {

/// Keeps only what the attempts that the violation is about went through in the model, if that is
/// enough: what was done to them, and if need be what happened to the workers that did it.
void slice(Trials& trials);

/// Puts in the place of each operation on several attempts the operations on one that it is, but
/// not in that of the one that fails.
void take_apart(Trials& trials);

/// Leaves out events, large chunks, whole actors, attempts and leases, then chunks, halving down
/// to single stimuli and pairs of them, until none can be left out.
void leave_out(Trials& trials);

}  // namespace leasecheck::traces
