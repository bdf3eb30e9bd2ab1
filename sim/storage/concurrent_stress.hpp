#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/faults.hpp"
#include "sim/storage/database_process.hpp"
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

struct StormOptions {
  std::uint32_t processes = 4;
  std::uint32_t rounds = 12;
  std::uint32_t operations = 3;  ///< of each process in each round
  /// The kinds of fault that may happen; all of them if nothing is said.
  std::optional<FaultKinds> faults;
};

struct StormTally {
  std::uint64_t runs = 0;
  std::uint64_t operations = 0;
  std::uint64_t rounds = 0;
  std::uint64_t points = 0;                       ///< calls at which somebody could be interrupted
  FaultCounts faults;                             ///< those that happened
  std::map<std::string, std::uint64_t> outcomes;  ///< by word; "unknown" among them

  void add(const StormTally& other);
};

struct StormResult {
  traces::Result result = traces::Result::held;
  std::string property;  ///< "linearizable", "recovers", "progress"
  std::string message;
  StormTally tally;
  /// Of every decision, answer and snapshot: two runs of a seed that differ in it are not
  /// deterministic.
  std::uint64_t digest = 0;
  /// The same after each round, so that a difference has a place.
  std::vector<std::uint64_t> digests;
};

/// The same seed and options on the same code: the same run, on every machine.
[[nodiscard]] StormResult run_storm(std::uint64_t seed, const StormOptions& options,
                                    const OpenRepository& open);

}  // namespace leasecheck::sim
