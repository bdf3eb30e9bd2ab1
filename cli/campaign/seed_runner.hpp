#pragma once

#include <cstdint>
#include <functional>
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
  /// Of a program that is the backend: then each seed has a stress test of so many; 0: none.
  std::uint32_t program_processes = 0;
  sim::PlanOptions plan;
  KeepTraces keep_traces = KeepTraces::failures;
  Determinism determinism = Determinism::trusted;
};

/// Runs the seed: its world, then its stress test, if it has one. A world that fails is run
/// again to record it, whether or not its trace is kept; a second run that goes another way is
/// reported as broken, since then nothing here can be trusted. Throws: Stop, when a subject cannot
/// be made.
[[nodiscard]] SeedResult run_seed(const SeedOptions& options, std::uint64_t seed);

/// What is left to say of a seed whose process has died while it ran: it is run again in another
/// process, which leaves the calls up to the one that was never answered as a trace.
[[nodiscard]] SeedResult result_of_dead_seed(const SeedOptions& options, std::uint64_t seed,
                                             const std::string& exit_reason);

/// What a reduction made of the trace of a failure.
struct ReducedText {
  TraceText trace = {};
  traces::Verdict verdict = {};       ///< of that trace
  std::string at = {};                ///< as in `Failure`, of that trace
  std::string not_reproducible = {};  ///< in words, if it did not come back; then there is no trace
};

/// Reduces the trace of a seed's failure, in a process of its own, which the subject may kill.
/// Returns: nothing where there is nothing to leave out, and where it came to no end.
[[nodiscard]] std::optional<ReducedText> reduce_failure(const SeedOptions& options,
                                                        std::uint64_t seed,
                                                        const std::string& trace_text,
                                                        const std::function<bool()>& gives_up);

}  // namespace leasecheck::cli
