#pragma once

#include <cstddef>
#include <vector>

#include "traces/reduction/rerun.hpp"
#include "traces/trace.hpp"

/// From a trace of a violation to the shortest and plainest one of the same violation, so that one
/// defect ends in the same bytes from nearly every run that shows it.
namespace leasecheck::traces {

struct Reduction {
  Trace trace;  ///< the least one; as it was given, if its failure does not come back
  Shortness shortness = {};
  unsigned repetitions = 0;            ///< of the trace as it was given
  unsigned came_back = 0;              ///< in how many of them the violation did
  std::vector<Trace> also_found = {};  ///< other violations that were met on the way
  std::size_t runs = 0;

  [[nodiscard]] bool is_reproducible() const { return came_back == repetitions; }
};

/// Whether there is anything to leave out: not of what holds, and not of a bound of progress that
/// has passed, since leaving out work would leave attempts open as well.
[[nodiscard]] bool can_be_reduced(const Trace& trace);

/// Tries, on the subject, what leads to a lesser trace of the same violation, never to another one:
/// slices, structure, plain arguments, small times, canonical names, short ways to the same state,
/// and every short sequence of what the trace consists of.
///
/// Pre: the trace can be reduced.
/// Returns: never a longer trace than the one that was given.
/// Source: delta debugging, Zeller and Hildebrandt, IEEE TSE 28(2), 2002.
[[nodiscard]] Reduction reduce(const Trace& trace, const Rerun& rerun,
                               const ReductionOptions& options = {});

}  // namespace leasecheck::traces
