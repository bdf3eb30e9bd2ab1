#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/campaign/seed_runner.hpp"
#include "sim/registry/subject_registry.hpp"

namespace leasecheck::cli {

/// The part of the seeds that one machine of several runs: every `count`-th, from number `index`
/// on.
struct Shard {
  std::uint64_t index = 1;  ///< 1 to `count`
  std::uint64_t count = 1;
};

struct CampaignOptions {
  SeedOptions seed;
  std::uint64_t first_seed = 1;
  std::uint64_t last_seed = 1;
  Shard shard;
  unsigned jobs = 1;  ///< processes; no result depends on how many
  /// After this long no further seed is begun, and after a tenth or two seconds more, whichever is
  /// longer, those that still run are given up.
  std::optional<std::chrono::milliseconds> budget;
  std::filesystem::path trace_directory = ".";
  bool keep_going = false;  ///< after a violation, with the next seed
};

struct CampaignResult {
  traces::Result result = traces::Result::held;
  std::uint64_t last_seed = 0;
  sim::Tally tally;
  std::vector<Failure> failures;
  std::vector<std::string> never_fired;  ///< kinds of fault that could have happened and did not
  std::vector<std::string>
      never_odd;               ///< dimensions of values that could have been odd and were not
  std::string not_written;     ///< why the first trace that is missing is, in words
  std::uint64_t given_up = 0;  ///< seeds that the budget or an interruption cut off
  std::optional<sim::Statistics> statistics = {};  ///< of the runs of a deployment
  std::string undecided = {};  ///< why nothing is decided, if it was not a seed that said so
};

/// One failure that several seeds found: the same violation, or a subject that broke at the same
/// operation with the same words.
struct FailureGroup {
  Failure first;
  std::vector<std::uint64_t> seeds;
};

/// Runs seed after seed, `jobs` at a time, and takes their results in in the order of the seeds:
/// what it returns and writes is the same for any number of jobs. Without `keep_going` it ends with
/// the first seed that fails. The traces of a seed are written when its result is taken in. Of
/// failures that are alike only the first is reduced; the others keep the traces of their whole
/// runs. A
/// campaign that is interrupted, or in which no seed was run to its end, is inconclusive. Throws:
/// Stop, when a subject cannot be made.
[[nodiscard]] CampaignResult run_campaign(const CampaignOptions& options);

/// The same of results that other processes have, one for each seed: they are taken in in the order
/// of the seeds, up to the first that is missing, which makes it inconclusive. A seed whose failure
/// has a trace that was left out is run again.
/// Throws: Stop, as above, and where a seed that is run again gives something else (`broken`).
[[nodiscard]] CampaignResult campaign_of_results(const CampaignOptions& options,
                                                 std::map<std::uint64_t, SeedResult> results);

/// The failures, alike ones together, in the order of their first seeds.
[[nodiscard]] std::vector<FailureGroup> group(const std::vector<Failure>& failures);

/// Properties that held in every run but whose premise was never reached: they say nothing.
[[nodiscard]] std::vector<std::string> vacuous_properties(const sim::Tally& tally);

}  // namespace leasecheck::cli
