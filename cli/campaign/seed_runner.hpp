#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/oracle/referee.hpp"
#include "sim/registry/subject_registry.hpp"
#include "sim/world/plan.hpp"

/// What one seed of a campaign is: its world, its storm, and what is made of a failure.
namespace leasecheck::cli {

/// Which runs leave a trace file behind.
enum class Traces : std::uint8_t { none, failures, all };

enum class Determinism : std::uint8_t { trusted, checked };

/// SQLite on a simulated disk, with several processes on it.
struct SimulatedDisk {
  std::uint32_t processes = 1;
  std::string mutant;  ///< a planted defect of storage; empty for what ships
};

struct SeedOptions {
  sim::Backend backend;               ///< where there is no simulated disk
  std::optional<SimulatedDisk> disk;  ///< then each seed has a disk and a storm of its own
  sim::PlanOptions plan;
  std::string faults = "all";  ///< as `--faults` takes it; `plan.faults` says the same
  Traces traces = Traces::failures;
  Determinism determinism = Determinism::trusted;
};

struct Failure {
  std::uint64_t seed = 0;
  traces::Verdict verdict;
  std::string at;          ///< the operation and what it answered: "ack_attempt: ok"; empty if none
  std::string trace_file;  ///< empty when none was written
  std::string replay;      ///< the command that shows it again
};

/// A trace as it will stand in its file.
struct TraceText {
  std::string name;
  std::string text;
};

struct SeedResult {
  std::uint64_t seed = 0;
  sim::Tally tally;
  std::optional<Failure> failure;
  std::vector<TraceText> traces;
};

/// Runs the seed: its world, then, on a simulated disk, its storm. A world that is violated is run
/// again to record it, and its trace is shrunk; a second run that goes another way is reported as
/// broken, since then nothing here can be trusted.
/// Throws: Stop, when a subject cannot be made.
[[nodiscard]] SeedResult run_seed(const SeedOptions& options, std::uint64_t seed);

/// A shorter trace of the same violation, as far as a bounded number of steps leads.
/// Throws: Stop, when a subject cannot be made.
[[nodiscard]] traces::Trace shrink(const traces::Trace& trace, const sim::Backend& backend);

/// A result as text, for another process.
[[nodiscard]] std::string to_text(const SeedResult& result);

/// Pre: `text` is what `to_text` gave.
[[nodiscard]] SeedResult seed_result_from_text(const std::string& text);

}  // namespace leasecheck::cli
