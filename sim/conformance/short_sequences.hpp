#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "sim/oracle/referee.hpp"
#include "sim/subject/subject.hpp"

namespace leasecheck::sim {

struct ExhaustiveOptions {
  /// The longest sequence of operations that change something.
  std::uint32_t depth = 3;
  /// How many milliseconds may pass in between, one by one.
  std::uint32_t waits = 5;
  model::Duration ttl{2};
  model::Duration grace{1};
};

struct ExhaustiveResult {
  traces::Verdict verdict;
  Tally tally;
  std::uint64_t states = 0;       ///< different states of the model that were reached
  std::uint64_t transitions = 0;  ///< operations that were asked in them, each at least once
};

/// Carries out, on the subject and on the model, every sequence of up to `depth` operations on one
/// attempt by two workers, one reaper and one operator: claims, heartbeats, acks, releases, reaps,
/// timeouts, cancels, replays and events, accepted ones and refused ones, by holders, by others and
/// by leases of the past, one millisecond before, on and after each deadline. Sequences that lead
/// the model to the same state are followed once. Stops at the first violation.
/// Pre: the subject is empty and offers `reset`.
/// Complexity: states times operations; each state is reached again by a reset and its path.
[[nodiscard]] ExhaustiveResult check_exhaustively(Subject& subject,
                                                  const ExhaustiveOptions& options,
                                                  Referee::StepSink sink = {});

/// The head of the trace of such a check.
[[nodiscard]] traces::Head head_of(const ExhaustiveOptions& options, std::string backend);

}  // namespace leasecheck::sim
