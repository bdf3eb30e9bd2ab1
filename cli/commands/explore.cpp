#include "model/system/explore.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <memory>

#include "cli/command.hpp"
#include "cli/commands/search_command.hpp"
#include "cli/interruption.hpp"
#include "cli/output.hpp"
#include "cli/report/file_writer.hpp"
#include "cli/report/graph_format.hpp"
#include "cli/report/search_report.hpp"
#include "model/graph/searched.hpp"
#include "model/lease_core/lease_core.hpp"
#include "properties/registry.hpp"

namespace leasecheck::cli {
namespace {

enum class ModelName { system, lease_core };

struct ExploreOptions {
  CommonOptions common;
  SearchOptions search;
  ModelName model = ModelName::system;
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
  std::optional<unsigned> hash_bits;
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

system::Faults faults_named(const std::vector<std::string>& names) {
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
  world.faults = faults_named(options.faults);
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

check::Options how_to_search(const ExploreOptions& options, SearchProgress& shown) {
  check::Options how{.jobs = options.search.jobs,
                     .memory_limit_bytes = options.search.memory_limit_bytes,
                     .max_depth = options.max_depth,
                     .symmetry = options.symmetry,
                     .hash_bits = options.hash_bits};
  // Its states are found a hundred times slower.
  if (options.model == ModelName::system) how.pause_states = std::uint64_t{1} << 14;
  if (!options.checkpoint.empty()) {
    how.checkpoint = options.checkpoint;
    how.pause_states = std::min(how.pause_states, options.checkpoint_states);
  }
  how.checkpoint_states = options.checkpoint_states;
  if (!options.resume.empty()) how.resume = options.resume;
  how.progress = [&shown, is_saved = how.checkpoint.has_value()](const check::Progress& progress) {
    shown.show("exploring", progress);
    if (!is_interrupted()) return check::Continue::yes;
    if (is_saved) finish_in_own_time();
    return check::Continue::no;
  };
  return how;
}

SearchReport explore(const ExploreOptions& options) {
  SearchProgress shown;
  const check::Options how = how_to_search(options, shown);
  const system::Wanted wanted{
      .graph = options.graph.empty() ? std::nullopt : std::optional(options.lens),
      .reduction = options.symmetry};
  const auto begun = std::chrono::steady_clock::now();
  const auto ended = [&](std::string world, std::expected<system::Explored, std::string> explored) {
    if (!explored) throw Stop{explored.error()};
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begun;
    return SearchReport{.world = std::move(world),
                        .explored = *std::move(explored),
                        .seconds = passed.count(),
                        .trace = {},
                        .graph = {}};
  };
  if (options.model == ModelName::system) {
    const system::Options world = world_of(options);
    return ended(system::describe(world), system::explore(world, how, wanted));
  }
  const auto model = lease_core_of(options);
  if (!model) throw Stop{model.error()};
  return ended(model->name(), system::explore(*model, how, wanted));
}

std::string backend_of(const ExploreOptions& options) {
  return options.mutant.empty() ? "sqlite" : "model:" + options.mutant;
}

// Only what the properties that watch real repositories can judge leaves a trace to replay: a run
// that goes on for ever does not, and lease-core has no repository.
void write_trace(const ExploreOptions& options, SearchReport& world) {
  const system::Finding* violated = first_violated(world.explored);
  if (violated == nullptr || options.model == ModelName::lease_core) return;
  if (violated->counterexample->loop) return;
  if (properties::find_property(violated->property) == nullptr) return;
  const auto backend = sim::parse_backend(backend_of(options));
  if (!backend) throw Stop{backend.error()};
  write_counterexample(*violated->counterexample, *backend, "explore", options.trace);
  world.trace = options.trace;
}

void write_graph(const ExploreOptions& options, SearchReport& world) {
  if (!world.explored.graph) return;
  const graph::Graph drawn = graph::from_search(*world.explored.graph);
  const std::string text =
      exported(drawn, format_of_file("--graph", options.graph), {.title = "What was searched"});
  if (auto written = write_file(options.graph, text); !written) throw Stop{written.error()};
  world.graph = options.graph;
}

ExitCode run(const ExploreOptions& options) {
  if (!options.graph.empty()) static_cast<void>(format_of_file("--graph", options.graph));
  require_writable("--graph", options.graph);
  require_writable("--trace", options.trace);
  require_writable("--checkpoint", options.checkpoint);
  SearchReport world = explore(options);
  if (!options.common.json) say(in_words(world));
  ExitCode end = exit_code_of(world.explored.verdict);
  end = after_verdict(end, [&] { write_graph(options, world); });
  end = after_verdict(end, [&] { write_trace(options, world); });
  if (options.common.json) {
    say(in_json(world));
  } else {
    if (!world.graph.empty()) say("graph: {}\n", world.graph);
    if (!world.trace.empty()) say("{}\n", replay_command(world.trace, backend_of(options)));
  }
  if (options.graph.empty() || world.explored.graph) return end;
  complain(fmt::format("--graph {}: not written, {}", options.graph,
                       world.explored.limit == check::Limit::stopped
                           ? "since the search was interrupted"
                           : "since it needs more than --memory allows beside the search"));
  return worst(end, ExitCode::inconclusive);
}

// A flag that the searched model has nothing to do with would silently change nothing.
void refuse_foreign_flags(const Command& command, ModelName model) {
  constexpr std::array of_the_system = {
      "--messages", "--heartbeat",      "--timeout", "--backoff", "--skew",
      "--reapers",  "--retries",        "--faults",  "--mutant",  "--progress",
      "--slack",    "--max-deliveries", "--lens",    "--trace",   "--every-millisecond"};
  const auto refuse = [&command](const char* flag, const char* name) {
    if (command.names(flag)) throw Stop{fmt::format("{}: not a bound of {}", flag, name)};
  };
  if (model == ModelName::system) return refuse("--epochs", "the system; see --model lease-core");
  for (const char* flag : of_the_system) refuse(flag, "lease-core");
}

void add_bounds(Command& command, ExploreOptions& options) {
  const std::map<std::string, ModelName> models{{"system", ModelName::system},
                                                {"lease-core", ModelName::lease_core}};
  command.choice("--model", options.model, models, "What is searched: system or lease-core")
      .placeholder("MODEL")
      .show_default("system");
  const auto number = [&command](const std::string& name, unsigned& value,
                                 const std::string& description) {
    command.option(name, value, description).placeholder("N").show_default();
  };
  number("--workers", options.workers, "Workers");
  number("--attempts", options.attempts, "Attempts");
  number("--epochs", options.epochs, "lease-core: how often an attempt can be claimed");
  number("--messages", options.messages, "Messages in flight; 0: calls are answered at once");
  number("--retries", options.retries, "Retries of each attempt; above 0 workers may fail");
  number("--max-deliveries", options.max_deliveries, "Delivery budget of each attempt; 0: none");
  number("--slack", options.slack, "Strict comparisons in a chain that instants allow for");
  command.time("--ttl", options.ttl_ms, "Time to live of a lease");
  command.time("--grace", options.grace_ms, "Grace window of the reaper");
  command.time("--heartbeat", options.heartbeat_ms, "Heartbeat period; 0: no heartbeats");
  command.time("--timeout", options.timeout_ms, "Timeout of an execution; 0: none");
  command.time("--backoff", options.backoff_ms, "Wait before a retry");
  command.time("--skew", options.skew_ms, "By how much a worker's clock may be behind");
  command
      .time("--reapers", options.reapers_ms, "A reaper for each, its clock ahead by so much: 0,2ms")
      .with_commas();
  command.option("--faults", options.faults, "crashes,loss,duplication,giving-up or none")
      .with_commas()
      .placeholder("LIST")
      .show_default("all");
  command.flag("--every-millisecond", options.every_millisecond,
               "Search every instant, not only those that can matter");
  command.flag("--progress", options.progress,
               "Let faults stop at some time, and check that every attempt ends (rule 24)");
  command.option("--mutant", options.mutant, "Plant a defect into the repository")
      .placeholder("NAME");
}

void add_search(Command& command, ExploreOptions& options) {
  add_search_options(command, options.search);
  command.flag("--symmetry", options.symmetry,
               "Search one of all states that equal each other up to names");
  command.option("--depth", options.max_depth, "Look no further than so many steps")
      .placeholder("N");
  command
      .option("--hash-bits", options.hash_bits,
              "Keep a hash of so many bits of each state instead of all of it, and print the odds "
              "that one was omitted; above 0.001 nothing is said to hold")
      .between(1, 62)
      .placeholder("N");
  command
      .option("--checkpoint", options.checkpoint,
              "Save the search here now and then, and when it is interrupted")
      .placeholder("FILE");
  command
      .option("--checkpoint-states", options.checkpoint_states,
              "Save it again after so many more states")
      .positive()
      .placeholder("N")
      .show_default();
  command.option("--resume", options.resume, "Go on with a search that was saved")
      .placeholder("FILE");
}

void add_results(Command& command, ExploreOptions& options) {
  const std::map<std::string, system::Lens> lenses{{"state", system::Lens::state},
                                                   {"attempts", system::Lens::attempts},
                                                   {"beliefs", system::Lens::beliefs}};
  add_json_option(command, options.common);
  command.option("--trace", options.trace, "Where a counterexample is written")
      .placeholder("FILE")
      .show_default();
  const Option graph = command
                           .option("--graph", options.graph,
                                   "Write the graph that was searched: to a file .mmd (Mermaid), "
                                   ".dot, .svg, .graphml, .aut, .tsv or .json")
                           .placeholder("FILE");
  command
      .choice("--lens", options.lens, lenses,
              "What states of the graph are told apart by: state, attempts or beliefs")
      .placeholder("LENS")
      .needs(graph)
      .show_default("state");
}

}  // namespace

void add_explore(CommandLine& program) {
  Command command =
      program.add("explore", "Search every state of a bounded world of workers and reapers");
  auto options = std::make_shared<ExploreOptions>();
  add_bounds(command, *options);
  add_search(command, *options);
  add_results(command, *options);
  command.runs([command, options] {
    refuse_foreign_flags(command, options->model);
    return run(*options);
  });
}

}  // namespace leasecheck::cli
