#include "cli/commands/simulate_options.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/campaign/campaign_report.hpp"
#include "cli/deployment/deployment_file.hpp"
#include "cli/deployment/deployment_report.hpp"
#include "cli/installation.hpp"
#include "cli/output.hpp"
#include "cli/report/text.hpp"
#include "sim/defects/storage/sqlite_mutants.hpp"
#include "sim/registry/drawn_names.hpp"
#include "sim/registry/program_registry.hpp"
#include "sim/seed_from_text.hpp"
#include "traces/shell_word.hpp"

namespace leasecheck::cli {
namespace {

/// Of virtual time: what takes minutes to simulate.
constexpr std::int64_t longest_run_ms = std::int64_t{1000} * 3'600'000;

std::string names_of_storage_mutants() {
  std::string names;
  for (const mutants::SqliteMutant& mutant : mutants::sqlite_mutants()) {
    names += (names.empty() ? "" : ", ") + std::string(mutant.name);
  }
  return names;
}

SimulatedDisk chosen_disk(const SimulateOptions& options) {
  const CommonOptions& common = options.common;
  if (!common.backend.empty() && common.backend != "sqlite") {
    throw Stop{
        fmt::format("--processes: expected --backend sqlite, which then runs on a simulated "
                    "disk, or a program, not {}",
                    common.backend)};
  }
  SimulatedDisk disk{.processes = options.processes};
  if (common.mutant.empty()) return disk;
  disk.mutant = mutants::find_sqlite_mutant(common.mutant);
  if (disk.mutant != nullptr) return disk;
  throw Stop{fmt::format("--mutant {}: with --processes expected one of: {}", common.mutant,
                         names_of_storage_mutants())};
}

// A kind of fault that could not happen would make a campaign look harder than it was.
void refuse_faults_of_a_disk(const std::optional<sim::FaultKinds>& kinds) {
  for (const sim::FaultInfo& kind : sim::fault_kinds()) {
    if (kinds && kind.site == sim::FaultSite::disk && kinds->contains(kind.kind)) {
      throw Stop{
          fmt::format("--faults {}: needs a simulated disk, so --processes as well", kind.name)};
    }
  }
}

// A deployment says all of that itself.
void refuse_beside_deployment(const SimulateOptions& options) {
  const auto refuse = [](bool is_named, std::string_view flag) {
    if (is_named) throw Stop{fmt::format("{}: expected without --deployment", flag)};
  };
  refuse(options.workers.has_value(), "--workers");
  refuse(options.attempts.has_value(), "--attempts");
  refuse(options.faults != "all", "--faults");
  refuse(options.values != "all", "--values");
  refuse(options.processes > 0, "--processes");
}

void add_deployment(const SimulateOptions& options, sim::PlanOptions& plan) {
  refuse_beside_deployment(options);
  sim::DeploymentSpec spec = read_deployment(options.deployment);
  if (plan.duration) spec.duration = *plan.duration;
  if (const auto complaint = impossible(spec)) {
    throw Stop{fmt::format("--duration: {}: {}", options.deployment, *complaint)};
  }
  plan.faults = sim::possible_faults(spec);
  plan.may_be_odd.emplace();
  plan.deployment = std::move(spec);
}

SeedOptions seed_options_of(const SimulateOptions& options) {
  auto faults = sim::parse_faults(options.faults);
  if (!faults) throw Stop{fmt::format("--faults {}: {}", options.faults, faults.error())};
  auto may_be_odd = sim::parse_values(options.values);
  if (!may_be_odd) throw Stop{fmt::format("--values {}: {}", options.values, may_be_odd.error())};
  SeedOptions seed{
      .backend = {},
      .disk = std::nullopt,
      .plan = {.workers = options.workers,
               .attempts = options.attempts,
               .duration = std::nullopt,
               .faults = *std::move(faults),
               .may_be_odd = *std::move(may_be_odd)},
      .keep_traces = options.keep_traces,
      .determinism = options.check_determinism ? Determinism::checked : Determinism::trusted};
  if (options.duration_ms > longest_run_ms) {
    throw Stop{fmt::format("--duration {}ms: expected at most 1000h of virtual time",
                           options.duration_ms)};
  }
  if (options.duration_ms > 0) seed.plan.duration = model::Duration{options.duration_ms};
  if (!options.deployment.empty()) add_deployment(options, seed.plan);
  const bool is_program = sim::is_program(options.common.backend);
  if (options.processes > 0 && !is_program) {
    seed.disk = chosen_disk(options);
  } else {
    refuse_faults_of_a_disk(seed.plan.faults);
    seed.backend = chosen_backend(options.common, "sqlite");
    seed.program_processes = options.processes;
  }
  return seed;
}

std::string subject_in_words(const SeedOptions& options) {
  if (!options.disk) return options.backend.name;
  const mutants::SqliteMutant* mutant = options.disk->mutant;
  return fmt::format("{} with {} processes on a simulated disk",
                     mutant == nullptr ? "sqlite" : "mutant:" + std::string(mutant->name),
                     options.disk->processes);
}

}  // namespace

void add_subject_options(Command& command, SimulateOptions& options) {
  add_json_option(command, options.common);
  add_backend_options(command, options.common);
  command
      .option(
          "--processes", options.processes,
          "A stress test after each run, in which N processes do everything at once; and SQLite "
          "runs on a simulated disk, each operation by one of them, which may be killed in "
          "any call of the disk")
      .between(1, 64)
      .placeholder("N");
  command
      .option("--faults", options.faults,
              "What may go wrong: all, none, or names with commas between them, as the result "
              "lists them")
      .placeholder("LIST")
      .show_default();
  command
      .option(
          "--values", options.values,
          "In which dimensions values may be odd: all, none, or names with commas between them, "
          "as the result lists them; each seed makes none, one or two of them odd, and of named "
          "ones at least one")
      .placeholder("LIST")
      .show_default();
  command.option("--workers", options.workers, "Workers in each run (else drawn: 1 to 5)")
      .between(1, 100);
  command.option("--attempts", options.attempts, "Attempts in each run (else drawn: 1 to 12)")
      .between(1, 1000);
  command.duration("--duration", options.duration_ms,
                   "Virtual time of each run until its faults end and progress is demanded "
                   "(else drawn: 10 to 40 times the ttl; at most 1000h)");
}

SeedRange chosen_seeds(const SimulateOptions& options) {
  SeedRange seeds{.first = 1, .last = options.deployment.empty() ? 100U : 1U};
  if (options.budget_ms > 0) seeds.last = UINT64_MAX - sim::seeds_from_text;
  if (!options.seeds.empty()) seeds = parse_seeds(options.seeds);
  if (options.seed_from.empty()) return seeds;
  const std::uint64_t base = sim::seed_from_text(options.seed_from);
  if (seeds.last > UINT64_MAX - base) {
    throw Stop{fmt::format("--seeds {}: with --seed-from expected seeds up to 2^64 - 2^48",
                           options.seeds)};
  }
  return {seeds.first + base, seeds.last + base};
}

CampaignOptions campaign_of(const SimulateOptions& options) {
  const SeedRange seeds = chosen_seeds(options);
  CampaignOptions campaign{.seed = seed_options_of(options),
                           .first_seed = seeds.first,
                           .last_seed = seeds.last,
                           .shard = parse_shard(options.shard),
                           .jobs = options.jobs,
                           .budget = std::nullopt,
                           .trace_directory = options.trace_directory,
                           .keep_going = options.keep_going};
  if (options.jobs > 1 && options.common.backend.starts_with("sqlite:")) {
    throw Stop{fmt::format("--jobs {}: {} is one file for one process; name sqlite alone",
                           options.jobs, options.common.backend)};
  }
  if (options.budget_ms > 0) campaign.budget = std::chrono::milliseconds(options.budget_ms);
  if (options.keep_traces != KeepTraces::none) {
    prepare_directory("--trace-dir", options.trace_directory);
  }
  return campaign;
}

std::string name_of(const SimulateOptions& options) {
  const CommonOptions& common = options.common;
  std::string name = fmt::format("leasecheck {} simulate", version());
  const auto add = [&name](std::string_view flag, const std::string& value) {
    name += fmt::format(" {} {}", flag, traces::shell_word(value));
  };
  if (!common.backend.empty()) add("--backend", common.backend);
  if (!common.mutant.empty()) add("--mutant", common.mutant);
  if (options.processes > 0) add("--processes", std::to_string(options.processes));
  if (options.faults != "all") add("--faults", options.faults);
  if (options.values != "all") add("--values", options.values);
  if (options.workers) add("--workers", std::to_string(*options.workers));
  if (options.attempts) add("--attempts", std::to_string(*options.attempts));
  if (options.duration_ms > 0) add("--duration", fmt::format("{}ms", options.duration_ms));
  return name;
}

void print(const SimulateOptions& options, const CampaignOptions& campaign,
           const CampaignResult& result) {
  const std::string subject = subject_in_words(campaign.seed);
  if (options.common.json) {
    nlohmann::ordered_json document = to_json(result);
    document["backend"] = subject;
    if (result.statistics) document["deployment"] = report_json(*result.statistics);
    say(json_text(std::move(document)));
    return;
  }
  const bool is_any = result.tally.runs > 0 || !result.failures.empty();
  const std::string seeds =
      is_any ? fmt::format("seeds {}..{}", campaign.first_seed, result.last_seed) : "no seed";
  const std::string shard =
      campaign.shard.count == 1 ? "" : fmt::format(", shard {}", options.shard);
  say("simulate {} on {}{}: {}\n", subject, seeds, shard, traces::word(result.result));
  if (result.statistics) say("{}", in_words(*result.statistics));
  say("{}", in_words(result));
  if (!result.failures.empty() && !result.failures.front().replay.empty()) {
    say("{}\n", result.failures.front().replay);
  }
}

}  // namespace leasecheck::cli
