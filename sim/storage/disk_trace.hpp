#pragma once

#include <expected>
#include <string>

#include "sim/storage/crash_matrix.hpp"
#include "sim/storage/interleaver.hpp"
#include "traces/trace.hpp"

/// What the two searches on the simulated disk find, as traces: the operations that lead to the
/// prior state, what the disk does (a schedule or a mishap), and the operations under it.
namespace leasecheck::sim {

/// The trace of a violation. `backend` is the implementation, as the command line names it.
[[nodiscard]] traces::Trace trace_of(const CrashCase& subject, const Device& device,
                                     const CrashFinding& finding, const std::string& backend);
[[nodiscard]] traces::Trace trace_of(const InterleaveCase& subject,
                                     const InterleaveFinding& finding, const std::string& backend);

/// Whether it is such a trace, to be replayed here and not by `replay`.
[[nodiscard]] bool is_disk_trace(const traces::Trace& trace);

/// Does again what the trace says, on the repository that `open` opens, and judges it anew. Only
/// stimuli are used. An implementation that calls its disk otherwise than the recorded one meets
/// the schedule or the mishap as far as it fits, so that a fixed bug turns green. Errors: a stale
/// trace, in words; a repository that does not reach the prior state.
[[nodiscard]] std::expected<traces::Verdict, std::string> replay_on_disk(
    const traces::Trace& trace, const OpenRepository& open);

}  // namespace leasecheck::sim
