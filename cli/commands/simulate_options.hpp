#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/campaign/campaign.hpp"
#include "cli/campaign/seed_range.hpp"
#include "cli/command.hpp"

/// What is simulated, as flags say it: for one campaign on this machine or on several.
namespace leasecheck::cli {

struct SimulateOptions {
  CommonOptions common;
  std::string seeds;
  std::string seed_from;
  std::string shard = "1/1";
  unsigned jobs = 1;
  std::uint32_t processes = 0;
  std::string faults = "all";
  std::string values = "all";
  std::optional<std::uint32_t> workers;
  std::optional<std::uint32_t> attempts;
  std::int64_t duration_ms = 0;
  std::int64_t budget_ms = 0;
  std::string deployment;  ///< a file
  std::string plot;        ///< likewise
  std::string sweep;
  KeepTraces keep_traces = KeepTraces::failures;
  std::string trace_directory = ".";
  bool keep_going = false;
  bool check_determinism = false;
};

/// Flags that say what is simulated, and how its result is printed.
void add_subject_options(Command& command, SimulateOptions& options);

/// Which seeds: those that are named; else 1 to 100, or 1 alone for a deployment, or without an end
/// where a budget ends them.
/// With a text they are counted from a number that is made of it, so that every commit tries others
/// and anybody can try them again. Throws: Stop.
[[nodiscard]] SeedRange chosen_seeds(const SimulateOptions& options);

/// The campaign that the flags say. Throws: Stop, where one of them says what cannot be.
[[nodiscard]] CampaignOptions campaign_of(const SimulateOptions& options);

/// What is simulated, of whatever seeds, and by which version: the same for all who take part in
/// one campaign.
[[nodiscard]] std::string name_of(const SimulateOptions& options);

/// Prints it, in words or as JSON.
void print(const SimulateOptions& options, const CampaignOptions& campaign,
           const CampaignResult& result);

}  // namespace leasecheck::cli
