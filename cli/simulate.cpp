#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>

#include "cli/campaign.hpp"
#include "cli/command.hpp"
#include "cli/render.hpp"

namespace leasecheck::cli {
namespace {

struct SimulateOptions {
  CommonOptions common;
  std::string seeds = "1..100";
  std::optional<std::uint32_t> workers;
  std::optional<std::uint32_t> attempts;
  std::int64_t duration_ms = 0;
  std::int64_t budget_ms = 0;
  Traces traces = Traces::failures;
  std::string trace_directory = ".";
  bool keep_going = false;
};

struct SeedRange {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
};

std::optional<std::uint64_t> parse_seed(std::string_view text) {
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return seed;
}

SeedRange parse_seeds(const std::string& text) {
  const std::string_view view = text;
  const std::size_t dots = view.find("..");
  const auto first = parse_seed(view.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : parse_seed(view.substr(dots + 2));
  if (!first || !last || *first > *last) {
    throw Stop{fmt::format(
        "--seeds {}: expected A..B with 0 <= A <= B < 2^64, or one seed; for instance 1..200",
        text)};
  }
  return {*first, *last};
}

void make_directory(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) throw Stop{fmt::format("--trace-dir {}: {}", directory, error.message())};
}

CampaignOptions campaign_of(const SimulateOptions& options) {
  const SeedRange seeds = parse_seeds(options.seeds);
  CampaignOptions campaign{
      .backend = chosen_backend(options.common, "sqlite"),
      .first_seed = seeds.first,
      .last_seed = seeds.last,
      .plan = {.workers = options.workers, .attempts = options.attempts, .duration = std::nullopt},
      .budget = std::nullopt,
      .traces = options.traces,
      .trace_directory = options.trace_directory,
      .keep_going = options.keep_going};
  if (options.duration_ms > 0) campaign.plan.duration = model::Duration{options.duration_ms};
  if (options.budget_ms > 0) campaign.budget = std::chrono::milliseconds(options.budget_ms);
  if (options.traces != Traces::none) make_directory(options.trace_directory);
  return campaign;
}

void print(const SimulateOptions& options, const CampaignOptions& campaign,
           const CampaignResult& result) {
  if (options.common.json) {
    nlohmann::ordered_json document = to_json(result);
    document["backend"] = campaign.backend.name;
    fmt::print("{}\n", document.dump(2));
    return;
  }
  fmt::print("simulate {} on seeds {}..{}: {}\n", campaign.backend.name, campaign.first_seed,
             result.last_seed, traces::word(result.result));
  fmt::print("{}", in_words(result));
  if (!result.failures.empty() && !result.failures.front().trace_file.empty()) {
    fmt::print("{}\n", replay_command(result.failures.front().trace_file));
  }
}

void run(const SimulateOptions& options, ExitCode& exit_code) {
  const CampaignOptions campaign = campaign_of(options);
  const CampaignResult result = run_campaign(campaign);
  print(options, campaign, result);
  exit_code = exit_code_of(result.result);
}

}  // namespace

void add_simulate(CLI::App& app, ExitCode& exit_code) {
  CLI::App* command = app.add_subcommand(
      "simulate", "Run seeded simulations with faults and judge every operation");
  auto options = std::make_shared<SimulateOptions>();
  add_json_option(*command, options->common);
  add_backend_options(*command, options->common);
  command->add_option("--seeds", options->seeds, "One run for each seed from A to B")
      ->type_name("A..B")
      ->capture_default_str();
  command->add_option("--workers", options->workers, "Workers in each run (else drawn: 1 to 5)")
      ->check(CLI::Range(1, 100));
  command->add_option("--attempts", options->attempts, "Attempts in each run (else drawn: 1 to 12)")
      ->check(CLI::Range(1, 10'000));
  add_duration_option(*command, "--duration", options->duration_ms,
                      "Virtual time of each run (else drawn: 10 to 40 times the ttl)");
  add_duration_option(*command, "--budget", options->budget_ms,
                      "Begin no further seed after this much real time");
  command->add_option("--trace-dir", options->trace_directory, "Where traces are written")
      ->type_name("DIR")
      ->capture_default_str();
  const std::map<std::string, Traces> choices{
      {"none", Traces::none}, {"failures", Traces::failures}, {"all", Traces::all}};
  command->add_option("--trace", options->traces, "Which runs leave a trace: none, failures, all")
      ->transform(CLI::CheckedTransformer(choices))
      ->type_name("WHICH")
      ->default_str("failures");
  command->add_flag("--keep-going", options->keep_going, "Go on after a violation");
  command->callback([options, &exit_code] { run(*options, exit_code); });
}

}  // namespace leasecheck::cli
