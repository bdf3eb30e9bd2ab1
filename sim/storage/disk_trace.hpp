#pragma once

#include <expected>
#include <string>

#include "sim/storage/database_process.hpp"
#include "traces/trace.hpp"

/// Traces of what the two searches on the simulated disk find: the operations that lead to the
/// prior state, what the disk does (a schedule or a crash), and the operations under it.
namespace leasecheck::sim {

/// Does again what the trace says, on the repository that `open` opens, and judges it anew. Only
/// stimuli are used. An implementation that calls its disk otherwise than the recorded one meets
/// the schedule or the crash as far as it fits, so that a fixed bug turns green. Errors: a stale
/// trace, in words; a repository that does not reach the prior state.
[[nodiscard]] std::expected<traces::Verdict, std::string> replay_on_disk(
    const traces::Trace& trace, const OpenRepository& open);

}  // namespace leasecheck::sim
