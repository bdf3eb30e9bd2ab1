#pragma once

#include "traces/reduction/trials.hpp"

namespace leasecheck::traces {

/// Tries every sequence, shorter than the trace, of actions of its alphabet that ends in the
/// failing operation, breadth-first: the first one that ends in the same violation is a shortest
/// one of this alphabet, and the least trace from then on. Not for a violation that needs events
/// around the repository.
[[nodiscard]] Shortness prove(Trials& trials);

/// The short way to the same state: of the sequences of actions, no longer than the trace's own,
/// that lead the model to a state of the same outline (statuses and counts, no times) before the
/// failing operation, the first that ends in the same violation is the least trace from then on.
/// Returns: whether there was a shorter or plainer one than the trace's own.
bool find_plainer_way(Trials& trials);

/// Puts a plainer action of the trace's alphabet in the place of each, as long as the violation
/// stays.
void choose_plainer_actions(Trials& trials);

}  // namespace leasecheck::traces
