#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/backend.hpp"
#include "sim/plan.hpp"
#include "sim/referee.hpp"

namespace leasecheck::cli {

/// Which runs leave a trace file behind.
enum class Traces : std::uint8_t { none, failures, all };

struct CampaignOptions {
  Backend backend;
  std::uint64_t first_seed = 1;
  std::uint64_t last_seed = 1;
  sim::PlanOptions plan;
  /// After this long no further seed is begun.
  std::optional<std::chrono::milliseconds> budget;
  Traces traces = Traces::failures;
  std::filesystem::path trace_directory = ".";
  bool keep_going = false;  ///< after a violation, with the next seed
};

struct Failure {
  std::uint64_t seed = 0;
  traces::Verdict verdict;
  std::string trace_file;  ///< empty when none was written
};

struct CampaignResult {
  traces::Result result = traces::Result::held;
  std::uint64_t seeds_run = 0;
  std::uint64_t last_seed = 0;
  sim::Tally tally;
  std::vector<Failure> failures;
};

/// Simulates seed after seed. A run that is violated is run again to record it; a second run that
/// goes another way is reported as broken, since then nothing here can be trusted.
/// Throws: Stop, when a subject cannot be made or a trace cannot be written.
[[nodiscard]] CampaignResult run_campaign(const CampaignOptions& options);

/// Properties that held in every run but whose premise was never reached: they say nothing.
[[nodiscard]] std::vector<std::string> vacuous_properties(const sim::Tally& tally);

}  // namespace leasecheck::cli
