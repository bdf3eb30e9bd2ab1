#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/faults.hpp"
#include "sim/oracle/tally.hpp"
#include "sim/storage/database_process.hpp"
#include "sim/values/dimension.hpp"
#include "traces/trace.hpp"

/// Several processes with one repository on one disk, doing everything at once while everything
/// fails: what one seed draws, interrupted at calls of the disk.
///
/// A run is a row of rounds. In each, every process carries out some operations at the same time as
/// the others; processes are killed and start again, calls fail, the power goes. When all are
/// quiet, the answers and what is stored must have an explanation by the model (linearizability,
/// with outcomes that nobody knows); the next round begins in one of the states that explain this
/// one.
/// After the last round nothing fails any more, and every attempt must become terminal (rule 24).
namespace leasecheck::sim {

struct StressOptions {
  std::uint32_t processes = 4;
  std::uint32_t rounds = 12;
  std::uint32_t operations = 3;  ///< of each process in each round
  /// The kinds of fault that may happen; all of them if nothing is said.
  std::optional<FaultKinds> faults;
  /// The dimensions of values that may be odd; all of them if nothing is said.
  std::optional<values::Dimensions> may_be_odd = {};
};

struct StressResult {
  traces::Verdict verdict;  ///< violated by a storage property or by progress
  Tally tally;              ///< with rounds and what their calls answered; `runs` stays 0
  /// After each round, of every decision, answer and snapshot so far: two runs of a seed that
  /// differ in it are not deterministic, and this is where.
  std::vector<std::uint64_t> digests;
};

/// The same seed and options on the same code: the same run, on every machine.
[[nodiscard]] StressResult run_stress(std::uint64_t seed, const StressOptions& options,
                                      const OpenRepository& open);

}  // namespace leasecheck::sim
