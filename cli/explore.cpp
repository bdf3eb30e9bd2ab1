#include "model/system/explore.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/render.hpp"
#include "cli/searched.hpp"
#include "model/check/checker.hpp"
#include "model/check/lease_core.hpp"
#include "tests/mutants/mutants.hpp"

namespace leasecheck::cli {
namespace {

enum class Searched { system, lease_core };

struct ExploreOptions {
  CommonOptions common;
  SearchOptions search;
  Searched model = Searched::system;
  // Bounds of both models; the last is lease-core's alone.
  unsigned workers = 2;
  unsigned attempts = 1;
  std::int64_t ttl_ms = 3;
  std::int64_t grace_ms = 1;
  unsigned epochs = 2;
  // Bounds of the system.
  unsigned messages = 1;
  std::int64_t heartbeat_ms = 1;
  std::int64_t timeout_ms = 0;
  std::int64_t backoff_ms = 1;
  std::int64_t skew_ms = 0;
  unsigned retries = 0;
  unsigned max_deliveries = 0;
  unsigned slack = 1;
  bool every_millisecond = false;
  bool progress = false;
  std::vector<std::string> faults = {"crashes", "loss", "duplication", "giving-up"};
  std::string mutant;
  // How to search.
  bool symmetry = false;
  std::optional<std::uint64_t> max_depth;
  unsigned hash_bits = 0;
  std::string checkpoint;
  std::string resume;
  std::string trace = "counterexample.jsonl";
};

std::string_view word(check::Verdict verdict) {
  switch (verdict) {
    case check::Verdict::held:
      return "held";
    case check::Verdict::violated:
      return "violated";
    case check::Verdict::inconclusive:
      return "inconclusive";
  }
  return "";
}

std::string_view word(check::Limit limit) {
  switch (limit) {
    case check::Limit::depth:
      return "depth";
    case check::Limit::memory:
      return "memory";
    case check::Limit::stopped:
      return "stopped";
  }
  return "";
}

ExitCode exit_code_of(check::Verdict verdict) {
  switch (verdict) {
    case check::Verdict::held:
      return ExitCode::held;
    case check::Verdict::violated:
      return ExitCode::violated;
    case check::Verdict::inconclusive:
      return ExitCode::inconclusive;
  }
  return ExitCode::broken;
}

system::Mutant parse_mutant(const std::string& name) {
  if (name.empty()) return system::Mutant::none;
  std::string names;
  for (const system::MutantInfo& info : system::all_mutants()) {
    if (info.name == name) return info.mutant;
    names += (names.empty() ? "" : ", ") + std::string(info.name);
  }
  throw Stop{fmt::format("--mutant {}: unknown; expected one of: {}", name, names)};
}

system::Faults parse_faults(const std::vector<std::string>& names) {
  system::Faults faults{false, false, false, false};
  const std::map<std::string, bool*> known{{"crashes", &faults.crashes},
                                           {"loss", &faults.loss},
                                           {"duplication", &faults.duplication},
                                           {"giving-up", &faults.giving_up}};
  for (const std::string& name : names) {
    if (name == "none") continue;
    if (!known.contains(name)) {
      throw Stop{fmt::format(
          "--faults {}: expected none, or some of crashes,loss,duplication,giving-up", name)};
    }
    *known.at(name) = true;
  }
  return faults;
}

system::Options world_of(const ExploreOptions& options) {
  system::Options world;
  world.workers = options.workers;
  world.attempts = options.attempts;
  world.messages = options.messages;
  world.ttl = model::Duration{options.ttl_ms};
  world.grace = model::Duration{options.grace_ms};
  world.heartbeat_period = model::Duration{options.heartbeat_ms};
  world.timeout = model::Duration{options.timeout_ms};
  world.backoff = model::Duration{options.backoff_ms};
  world.skew = model::Duration{options.skew_ms};
  world.retries = options.retries;
  world.max_deliveries = options.max_deliveries;
  world.slack = options.slack;
  world.every_millisecond = options.every_millisecond;
  world.calm = options.progress;
  world.faults = parse_faults(options.faults);
  world.mutant = parse_mutant(options.mutant);
  return world;
}

std::expected<system::Explored, std::string> explore_lease_core(const ExploreOptions& options,
                                                                const check::Options& how) {
  const auto model = check::LeaseCore::make({.workers = options.workers,
                                             .attempts = options.attempts,
                                             .ttl = static_cast<unsigned>(options.ttl_ms),
                                             .grace = static_cast<unsigned>(options.grace_ms),
                                             .epochs = options.epochs});
  if (!model) return std::unexpected(model.error());
  check::Checker checker(*model, how);
  const auto report = checker.run();
  if (!report) return std::unexpected(report.error());
  return system::summary(*model, *report);
}

struct Timed {
  system::Explored explored;
  double seconds = 0;
};

Timed explore(const ExploreOptions& options) {
  SearchProgress shown;
  check::Options how{.jobs = options.search.jobs,
                     .memory_limit_bytes = options.search.memory_limit_bytes,
                     .max_depth = options.max_depth,
                     .symmetry = options.symmetry,
                     .hash_bits = options.hash_bits};
  how.checkpoint = options.checkpoint;
  how.resume = options.resume;
  how.progress = [&shown](const check::Progress& progress) {
    shown.show("exploring", progress);
    return check::Continue::yes;
  };
  const auto begun = std::chrono::steady_clock::now();
  auto explored = options.model == Searched::system ? system::explore(world_of(options), how)
                                                    : explore_lease_core(options, how);
  if (!explored) throw Stop{explored.error()};
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begun;
  return {*std::move(explored), passed.count()};
}

const system::Finding* first_violated(const system::Explored& explored) {
  const auto found = std::ranges::find_if(explored.findings, [](const system::Finding& finding) {
    return finding.kind != check::Kind::sometimes && finding.verdict == check::Verdict::violated;
  });
  return found == explored.findings.end() ? nullptr : &*found;
}

// A defect of the model has a twin among the mutants of the real repository, most of the time; on
// any other backend its trace replays as held.
std::string backend_for(const ExploreOptions& options) {
  const bool has_twin = mutants::find_mutant(options.mutant) != nullptr;
  return has_twin ? "mutant:" + options.mutant : "sqlite";
}

// Returns: the trace's file, empty if there is none: lease-core has no repository to replay on.
std::string write_trace(const ExploreOptions& options, const system::Finding& finding) {
  if (options.model == Searched::lease_core || !finding.counterexample) return {};
  const auto backend = parse_backend(backend_for(options));
  if (!backend) throw Stop{backend.error()};
  write_counterexample(*finding.counterexample, *backend, "explore", options.trace);
  return options.trace;
}

void print(const Timed& timed, const std::string& trace) {
  const system::Explored& explored = timed.explored;
  fmt::print("{}: {} states, {} transitions, depth {}, {:.2f} s, {:.1f} bytes per state\n",
             word(explored.verdict), grouped(explored.states), grouped(explored.transitions),
             explored.depth, timed.seconds, explored.bytes_per_state);
  if (explored.limit) fmt::print("ended by its limit of {}\n", word(*explored.limit));
  if (explored.omission_odds > 0) {
    fmt::print("odds that a state was omitted: {:.2g}\n", explored.omission_odds);
  }
  for (const system::Finding& finding : explored.findings) {
    const bool is_unreached =
        finding.kind == check::Kind::sometimes && finding.verdict != check::Verdict::held;
    fmt::print("  {:<24} {}\n", finding.property,
               is_unreached ? "not reached" : word(finding.verdict));
  }
  const system::Finding* violated = first_violated(explored);
  if (violated == nullptr || !violated->counterexample) return;
  fmt::print("shortest counterexample to {}:\n", violated->property);
  for (std::size_t i = 0; i < violated->counterexample->lines.size(); ++i) {
    fmt::print("  {}. {}\n", i, violated->counterexample->lines[i]);
  }
  if (violated->counterexample->loop) {
    fmt::print("  and so on for ever from {}\n", *violated->counterexample->loop);
  }
  if (!trace.empty()) fmt::print("{}\n", replay_command(trace));
}

void print_json(const Timed& timed, const std::string& trace) {
  const system::Explored& explored = timed.explored;
  nlohmann::ordered_json document{{"verdict", word(explored.verdict)},
                                  {"states", explored.states},
                                  {"transitions", explored.transitions},
                                  {"depth", explored.depth},
                                  {"seconds", timed.seconds},
                                  {"bytes_per_state", explored.bytes_per_state},
                                  {"omission_odds", explored.omission_odds},
                                  {"limit", nullptr},
                                  {"trace", nullptr},
                                  {"properties", nlohmann::ordered_json::array()}};
  if (explored.limit) document["limit"] = word(*explored.limit);
  if (!trace.empty()) document["trace"] = trace;
  for (const system::Finding& finding : explored.findings) {
    const std::string_view verdict =
        finding.kind == check::Kind::sometimes && finding.verdict == check::Verdict::violated
            ? "not_reached"
            : word(finding.verdict);
    nlohmann::ordered_json entry{{"property", finding.property}, {"verdict", verdict}};
    if (finding.counterexample) entry["counterexample"] = finding.counterexample->lines;
    document["properties"].push_back(std::move(entry));
  }
  fmt::print("{}\n", document.dump(2));
}

void run(const ExploreOptions& options, ExitCode& exit_code) {
  const Timed timed = explore(options);
  const system::Finding* violated = first_violated(timed.explored);
  const std::string trace = violated == nullptr ? "" : write_trace(options, *violated);
  options.common.json ? print_json(timed, trace) : print(timed, trace);
  exit_code = exit_code_of(timed.explored.verdict);
}

// The unit may be left out: milliseconds, which are the ticks of lease-core.
CLI::Option* add_time(CLI::App& command, const std::string& name, std::int64_t& value,
                      const std::string& description) {
  static const std::map<std::string, std::int64_t> units{
      {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"min", 60'000}, {"h", 3'600'000}};
  return command.add_option(name, value, description)
      ->transform(CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::UNIT_OPTIONAL, "DURATION"))
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

void add_bounds(CLI::App& command, ExploreOptions& options) {
  const std::map<std::string, Searched> models{{"system", Searched::system},
                                               {"lease-core", Searched::lease_core}};
  command.add_option("--model", options.model, "What is searched: system or lease-core")
      ->transform(CLI::CheckedTransformer(models))
      ->type_name("MODEL")
      ->default_str("system");
  const auto number = [&command](const std::string& name, unsigned& value,
                                 const std::string& description) {
    command.add_option(name, value, description)->type_name("N")->capture_default_str();
  };
  number("--workers", options.workers, "Workers");
  number("--attempts", options.attempts, "Attempts");
  number("--epochs", options.epochs, "lease-core: how often an attempt can be claimed");
  number("--messages", options.messages, "Messages in flight; 0: calls are answered at once");
  number("--retries", options.retries, "Retries of each attempt; above 0 workers may fail");
  number("--max-deliveries", options.max_deliveries, "Delivery budget of each attempt; 0: none");
  number("--slack", options.slack, "Strict comparisons in a chain that instants allow for");
  add_time(command, "--ttl", options.ttl_ms, "Time to live of a lease");
  add_time(command, "--grace", options.grace_ms, "Grace window of the reaper");
  add_time(command, "--heartbeat", options.heartbeat_ms, "Heartbeat period; 0: no heartbeats");
  add_time(command, "--timeout", options.timeout_ms, "Timeout of an execution; 0: none");
  add_time(command, "--backoff", options.backoff_ms, "Wait before a retry");
  add_time(command, "--skew", options.skew_ms, "By how much a worker's clock may be behind");
  command.add_option("--faults", options.faults, "crashes,loss,duplication,giving-up or none")
      ->delimiter(',')
      ->type_name("LIST")
      ->default_str("all");
  command.add_flag("--every-millisecond", options.every_millisecond,
                   "Search every instant, not only those that can matter");
  command.add_flag("--progress", options.progress,
                   "Let faults stop at some time, and check that every attempt ends (rule 24)");
  command.add_option("--mutant", options.mutant, "Plant a defect into the repository")
      ->type_name("NAME");
}

}  // namespace

void add_explore(CLI::App& app, ExitCode& exit_code) {
  CLI::App* command =
      app.add_subcommand("explore", "Search every state of a bounded world of workers and reapers");
  auto options = std::make_shared<ExploreOptions>();
  add_json_option(*command, options->common);
  add_bounds(*command, *options);
  add_search_options(*command, options->search);
  command->add_flag("--symmetry", options->symmetry,
                    "Search one of all states that equal each other up to names");
  command->add_option("--depth", options->max_depth, "Look no further than so many steps")
      ->type_name("N");
  command
      ->add_option("--hash-bits", options->hash_bits,
                   "Keep a hash of so many bits of each state (1 to 62); 0: keep all of it")
      ->type_name("N");
  command->add_option("--checkpoint", options->checkpoint, "Save the search here now and then")
      ->type_name("FILE");
  command->add_option("--resume", options->resume, "Go on with a search that was saved")
      ->type_name("FILE");
  command->add_option("--trace", options->trace, "Where a counterexample is written")
      ->type_name("FILE")
      ->capture_default_str();
  command->callback([options, &exit_code] { run(*options, exit_code); });
}

}  // namespace leasecheck::cli
