#include "model/system/explore.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <map>
#include <memory>

#include "cli/command.hpp"
#include "cli/explored.hpp"
#include "cli/graph_format.hpp"
#include "cli/report.hpp"
#include "cli/searched.hpp"
#include "model/check/lease_core.hpp"
#include "model/graph/searched.hpp"
#include "properties/registry.hpp"

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
  std::vector<std::int64_t> reapers_ms = {0};
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
  std::uint64_t checkpoint_states = check::Options{}.checkpoint_states;
  std::string resume;
  // What it leaves behind.
  std::string trace = "counterexample.jsonl";
  std::string graph;
  system::Lens lens = system::Lens::state;
};

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
  world.reapers.clear();
  for (const std::int64_t ahead : options.reapers_ms) world.reapers.emplace_back(ahead);
  world.retries = options.retries;
  world.max_deliveries = options.max_deliveries;
  world.slack = options.slack;
  world.every_millisecond = options.every_millisecond;
  world.calm = options.progress;
  world.faults = parse_faults(options.faults);
  world.mutant = parse_mutant(options.mutant);
  return world;
}

std::expected<check::LeaseCore, std::string> lease_core_of(const ExploreOptions& options) {
  const auto ticks = [](std::int64_t value) {
    constexpr std::int64_t beyond_any_bound = 1'000'000;
    return static_cast<unsigned>(std::min(value, beyond_any_bound));
  };
  return check::LeaseCore::make({.workers = options.workers,
                                 .attempts = options.attempts,
                                 .ttl = ticks(options.ttl_ms),
                                 .grace = ticks(options.grace_ms),
                                 .epochs = options.epochs});
}

/// Interrupting a search that is saved now and then saves it once more and ends it.
volatile std::sig_atomic_t was_interrupted = 0;

check::Options how_to_search(const ExploreOptions& options, SearchProgress& shown) {
  check::Options how{.jobs = options.search.jobs,
                     .memory_limit_bytes = options.search.memory_limit_bytes,
                     .max_depth = options.max_depth,
                     .symmetry = options.symmetry,
                     .hash_bits = options.hash_bits};
  // Its states are found a hundred times slower.
  if (options.model == Searched::system) how.pause_states = std::uint64_t{1} << 14;
  how.checkpoint = options.checkpoint;
  how.checkpoint_states = options.checkpoint_states;
  how.resume = options.resume;
  how.progress = [&shown](const check::Progress& progress) {
    shown.show("exploring", progress);
    return was_interrupted == 0 ? check::Continue::yes : check::Continue::no;
  };
  if (!options.checkpoint.empty()) {
    how.pause_states = std::min(how.pause_states, options.checkpoint_states);
    std::signal(SIGINT, [](int) { was_interrupted = 1; });
  }
  return how;
}

ExploredWorld explore(const ExploreOptions& options) {
  SearchProgress shown;
  const check::Options how = how_to_search(options, shown);
  const system::Wanted wanted{
      .graph = options.graph.empty() ? std::nullopt : std::optional(options.lens),
      .reduction = options.symmetry};
  const auto begun = std::chrono::steady_clock::now();
  const auto ended = [&](std::string world, std::expected<system::Explored, std::string> explored) {
    if (!explored) throw Stop{explored.error()};
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begun;
    return ExploredWorld{.world = std::move(world),
                         .explored = *std::move(explored),
                         .seconds = passed.count(),
                         .trace = {},
                         .graph = {}};
  };
  if (options.model == Searched::system) {
    const system::Options world = world_of(options);
    return ended(system::describe(world), system::explore(world, how, wanted));
  }
  const auto model = lease_core_of(options);
  if (!model) throw Stop{model.error()};
  return ended(model->name(), system::explore(*model, how, wanted));
}

// Only what the properties that watch real repositories can judge leaves a trace to replay: a run
// that goes on for ever does not, and lease-core has no repository.
void write_trace(const ExploreOptions& options, ExploredWorld& world) {
  const system::Finding* violated = first_violated(world.explored);
  if (violated == nullptr || options.model == Searched::lease_core) return;
  if (violated->counterexample->loop) return;
  if (properties::find_property(violated->property) == nullptr) return;
  const auto backend = parse_backend(options.mutant.empty() ? "sqlite" : "model:" + options.mutant);
  if (!backend) throw Stop{backend.error()};
  write_counterexample(*violated->counterexample, *backend, "explore", options.trace);
  world.trace = options.trace;
}

void write_graph(const ExploreOptions& options, ExploredWorld& world) {
  if (!world.explored.graph) return;
  const graph::Graph drawn = graph::from_search(*world.explored.graph);
  const std::string text =
      exported(drawn, format_of_file("--graph", options.graph), "What was searched");
  if (auto written = write_file(options.graph, text); !written) throw Stop{written.error()};
  world.graph = options.graph;
}

void run(const ExploreOptions& options, ExitCode& exit_code) {
  if (!options.graph.empty()) static_cast<void>(format_of_file("--graph", options.graph));
  require_folder("--graph", options.graph);
  require_folder("--trace", options.trace);
  require_folder("--checkpoint", options.checkpoint);
  ExploredWorld world = explore(options);
  write_graph(options, world);
  write_trace(options, world);
  fmt::print("{}", options.common.json ? in_json(world) : in_words(world));
  exit_code = exit_code_of(world.explored.verdict);
}

// The unit may be left out: milliseconds, which are the ticks of lease-core.
template <typename Value>
CLI::Option* add_time(CLI::App& command, const std::string& name, Value& value,
                      const std::string& description) {
  static const std::map<std::string, std::int64_t> units{
      {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"min", 60'000}, {"h", 3'600'000}};
  return command.add_option(name, value, description)
      ->transform(CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::UNIT_OPTIONAL, "DURATION"))
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

// A flag that the searched model has nothing to do with would silently change nothing.
void refuse_foreign_flags(const CLI::App& command, Searched model) {
  constexpr std::array of_the_system = {
      "--messages", "--heartbeat",      "--timeout", "--backoff", "--skew",
      "--reapers",  "--retries",        "--faults",  "--mutant",  "--progress",
      "--slack",    "--max-deliveries", "--lens",    "--trace",   "--every-millisecond"};
  const auto refuse = [&command](const char* flag, const char* name) {
    if (command.count(flag) > 0) throw Stop{fmt::format("{}: not a bound of {}", flag, name)};
  };
  if (model == Searched::system) return refuse("--epochs", "the system; see --model lease-core");
  for (const char* flag : of_the_system) refuse(flag, "lease-core");
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
  add_time(command, "--reapers", options.reapers_ms,
           "A reaper for each, its clock ahead by so much: 0,2ms")
      ->delimiter(',');
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

void add_search(CLI::App& command, ExploreOptions& options) {
  add_search_options(command, options.search);
  command.add_flag("--symmetry", options.symmetry,
                   "Search one of all states that equal each other up to names");
  command.add_option("--depth", options.max_depth, "Look no further than so many steps")
      ->type_name("N");
  command
      .add_option("--hash-bits", options.hash_bits,
                  "Keep a hash of so many bits of each state, and print the odds that one was "
                  "omitted; 0: keep all of it")
      ->check(CLI::Range(0, 62))
      ->type_name("N");
  command
      .add_option("--checkpoint", options.checkpoint,
                  "Save the search here now and then, and when it is interrupted")
      ->type_name("FILE");
  command
      .add_option("--checkpoint-states", options.checkpoint_states,
                  "Save it again after so many more states")
      ->check(CLI::PositiveNumber)
      ->type_name("N")
      ->capture_default_str();
  command.add_option("--resume", options.resume, "Go on with a search that was saved")
      ->type_name("FILE");
}

void add_results(CLI::App& command, ExploreOptions& options) {
  const std::map<std::string, system::Lens> lenses{{"state", system::Lens::state},
                                                   {"attempts", system::Lens::attempts},
                                                   {"beliefs", system::Lens::beliefs}};
  add_json_option(command, options.common);
  command.add_option("--trace", options.trace, "Where a counterexample is written")
      ->type_name("FILE")
      ->capture_default_str();
  auto* graph = command
                    .add_option("--graph", options.graph,
                                "Write the graph that was searched: to a file .mmd (Mermaid), "
                                ".dot, .svg, .graphml, .aut, .tsv or .json")
                    ->type_name("FILE");
  command
      .add_option("--lens", options.lens,
                  "What states of the graph are told apart by: state, attempts or beliefs")
      ->transform(CLI::CheckedTransformer(lenses))
      ->type_name("LENS")
      ->needs(graph)
      ->default_str("state");
}

}  // namespace

void add_explore(CLI::App& app, ExitCode& exit_code) {
  CLI::App* command =
      app.add_subcommand("explore", "Search every state of a bounded world of workers and reapers");
  auto options = std::make_shared<ExploreOptions>();
  add_bounds(*command, *options);
  add_search(*command, *options);
  add_results(*command, *options);
  command->callback([command, options, &exit_code] {
    refuse_foreign_flags(*command, options->model);
    run(*options, exit_code);
  });
}

}  // namespace leasecheck::cli
