#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/concurrency/concurrent_programs.hpp"
#include "sim/oracle/tally.hpp"
#include "sim/values/dimension.hpp"
#include "traces/trace.hpp"

/// Several processes of a program on one store, which do everything at once: what one seed draws.
///
/// A run is a row of rounds. In each, every process carries out some operations while the others do
/// theirs. When all are quiet, the answers and what is stored must have an explanation by the model
/// (linearizability); the next round begins in one of the states that explain this one.
namespace leasecheck::sim {

struct ProgramStressOptions {
  std::uint32_t rounds = 40;
  std::uint32_t operations = 3;  ///< of each process in each round
  /// The dimensions of values that may be odd; all of them if nothing is said.
  std::optional<values::Dimensions> may_be_odd = {};
};

struct ProgramStressResult {
  traces::Verdict verdict;  ///< violated: not linearizable
  Tally tally;              ///< with rounds and what their calls answered; `runs` stays 0
  /// After each round, of every decision, answer and snapshot so far: where a program that stops at
  /// yield points went another way, it is not deterministic.
  std::vector<std::uint64_t> digests;
};

/// The same seed and options: the same calls; of a program that stops at yield points also the same
/// run. The store is emptied first.
[[nodiscard]] ProgramStressResult run_program_stress(std::uint64_t seed,
                                                     const ProgramStressOptions& options,
                                                     ConcurrentPrograms& programs);

}  // namespace leasecheck::sim
