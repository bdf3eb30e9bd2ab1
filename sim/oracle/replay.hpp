#pragma once

#include <expected>
#include <string>

#include "sim/oracle/referee.hpp"
#include "sim/subject/subject.hpp"
#include "traces/trace.hpp"

namespace leasecheck::sim {

struct ReplayResult {
  traces::Verdict verdict;
  Tally tally;
  /// The first return whose answer or state differs from the recorded one, 0 if none does: where
  /// another subject, or the same after a change, went another way.
  std::uint64_t first_difference = 0;
};

/// Does again what the trace says was done, on this subject, and judges it anew. Only stimuli are
/// used; what was observed then decides nothing, so that a fixed bug turns green.
/// Pre: the subject is empty.
/// Errors: a stale trace, in words: its stimuli make no sense to the present model.
[[nodiscard]] std::expected<ReplayResult, std::string> replay(const traces::Trace& trace,
                                                              Subject& subject,
                                                              Referee::StepSink sink = {});

/// The trace of a replay: the same stimuli, with what this subject answers to them.
/// Errors: as `replay`.
[[nodiscard]] std::expected<traces::Trace, std::string> rerun(const traces::Trace& trace,
                                                              Subject& subject);

/// Whether the trace, without these operations, is one that the contract itself holds on. If not,
/// it shows nothing of a subject that does not offer them: a reap, say, may then come too early.
[[nodiscard]] bool holds_without(const traces::Trace& trace, const Names& operations);

}  // namespace leasecheck::sim
