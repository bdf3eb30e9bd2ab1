#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <string>

#include "traces/trace.hpp"

namespace leasecheck::traces {

/// Judges a trace anew: runs its stimuli and gives the trace of that run, verdict included.
using Rerun = std::function<std::expected<Trace, std::string>(const Trace& candidate)>;

/// How much work a shorter trace is worth. What is found by then is the result.
struct MinimiseOptions {
  std::size_t most_runs = 400;
  std::size_t most_steps = 1'000'000;  ///< stimuli of all runs together
};

/// A shorter trace with the same violation: the same property, complaining about the same kind of
/// operation. Steps after the violation go first, then chunks of what remains, halving down to
/// single stimuli, until none can be left out. Leases that are no longer granted are renamed away,
/// so the result reads from L1 on.
/// Returns: `trace` itself when it is not violated or does not run again.
/// Complexity: O(n^2) runs at worst, O(n log n) usually, n being the stimuli; never more than the
/// options allow.
/// Source: delta debugging, Zeller and Hildebrandt, IEEE TSE 28(2), 2002.
[[nodiscard]] Trace minimise(const Trace& trace, const Rerun& rerun,
                             const MinimiseOptions& options = {});

/// The stimuli of `trace` without the one at step `number`, and without those that speak of a call
/// or a lease that is then not there. No answers: it is to be run.
[[nodiscard]] Trace without_stimulus(const Trace& trace, std::uint64_t number);

}  // namespace leasecheck::traces
