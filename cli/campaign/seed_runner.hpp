#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/campaign/seed_result.hpp"
#include "sim/registry/subject_registry.hpp"
#include "sim/world/plan.hpp"

/// What one seed of a campaign is: its world, its stress test, and what is made of a failure.
namespace leasecheck::cli {

/// Which runs leave a trace file behind.
enum class KeepTraces : std::uint8_t { none, failures, all };

enum class Determinism : std::uint8_t { trusted, checked };

/// SQLite on a simulated disk, with several processes on it.
struct SimulatedDisk {
  std::uint32_t processes = 1;
  const mutants::SqliteMutant* mutant = nullptr;  ///< a planted defect; none: what ships
};

struct SeedOptions {
  sim::Backend backend;               ///< where there is no simulated disk
  std::optional<SimulatedDisk> disk;  ///< then each seed has a disk and a stress test of its own
  sim::PlanOptions plan;
  KeepTraces keep_traces = KeepTraces::failures;
  Determinism determinism = Determinism::trusted;
};

/// Runs the seed: its world, then, on a simulated disk, its stress test. A world that fails is run
/// again to record it, and the trace of a violation is shrunk; a second run that goes another way
/// is reported as broken, since then nothing here can be trusted. Throws: Stop, when a subject
/// cannot be made.
[[nodiscard]] SeedResult run_seed(const SeedOptions& options, std::uint64_t seed);

/// What is left to say of a seed whose process has died while it ran: it is run again in another
/// process, which leaves the calls up to the one that was never answered as a trace.
[[nodiscard]] SeedResult result_of_dead_seed(const SeedOptions& options, std::uint64_t seed,
                                             const std::string& exit_reason);

}  // namespace leasecheck::cli
