#include "cli/campaign/seed_runner.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/campaign/tally_json.hpp"
#include "cli/command.hpp"
#include "cli/report/text.hpp"
#include "sim/defects/storage/sqlite_mutants.hpp"
#include "sim/oracle/determinism.hpp"
#include "sim/oracle/replay.hpp"
#include "sim/storage/concurrent_stress.hpp"
#include "sim/world/world.hpp"
#include "traces/codec.hpp"
#include "traces/minimise.hpp"
#include "traces/writer.hpp"

namespace leasecheck::cli {
namespace {

using nlohmann::ordered_json;

sim::Backend backend_of(const SeedOptions& options, std::uint64_t seed) {
  if (!options.disk) return options.backend;
  const std::string mutant = options.disk->mutant.empty() ? "" : ":" + options.disk->mutant;
  auto backend = sim::parse_backend(
      fmt::format("disk:{}:{}:{}{}", seed, options.disk->processes, options.faults, mutant));
  if (!backend) throw Stop{backend.error()};
  return *std::move(backend);
}

traces::Verdict broken(std::string message) {
  return {.result = traces::Result::broken,
          .property = {},
          .message = std::move(message),
          .first_bad = 0};
}

sim::RunResult run_world(const SeedOptions& options, std::uint64_t seed,
                         sim::Referee::StepSink sink = {}) {
  const auto subject = make_subject(backend_of(options, seed));
  return sim::simulate(sim::draw_plan(seed, options.plan), *subject, std::move(sink));
}

sim::RunResult run_world_twice(const SeedOptions& options, std::uint64_t seed) {
  sim::RunResult run;
  const auto divergence = sim::first_divergence(
      [&](sim::Referee::StepSink sink) { run = run_world(options, seed, std::move(sink)); });
  if (divergence) {
    run.verdict = broken(fmt::format("not deterministic: step {} was {} and then {}",
                                     divergence->step, divergence->first, divergence->second));
  }
  return run;
}

struct Recorded {
  sim::RunResult run;
  traces::Trace trace;
};

Recorded record_world(const SeedOptions& options, std::uint64_t seed) {
  Recorded recorded;
  recorded.trace.head =
      sim::head_of(sim::draw_plan(seed, options.plan), backend_of(options, seed).name);
  recorded.run = run_world(options, seed, [&recorded](const traces::Step& step) {
    recorded.trace.steps.push_back(step);
  });
  recorded.trace.verdict = recorded.run.verdict;
  return recorded;
}

/// The step at which the verdict was reached, if it is one of the trace.
const traces::Step* bad_step(const traces::Trace& trace) {
  const std::uint64_t number = trace.verdict.first_bad;
  return number == 0 || number > trace.steps.size() ? nullptr : &trace.steps[number - 1];
}

std::string where(const traces::Trace& trace) {
  const traces::Step* step = bad_step(trace);
  if (step == nullptr) return {};
  if (const auto* event = std::get_if<model::Environment>(&step->what)) {
    return std::string(model::name_of(*event));
  }
  const auto* returned = std::get_if<traces::Return>(&step->what);
  if (returned == nullptr) return {};
  const auto& call = std::get<traces::Call>(trace.steps[returned->of - 1].what);
  return fmt::format("{}: {}", model::name_of(call.action.operation),
                     returned->outcome ? "ok" : model::word(returned->outcome.error()));
}

// Leaving out work would leave attempts open as well: a bound that has passed cannot be shrunk.
bool can_be_shrunk(const traces::Trace& trace) {
  const traces::Step* step = bad_step(trace);
  if (step == nullptr) return false;
  const auto* event = std::get_if<model::Environment>(&step->what);
  return event == nullptr || !std::holds_alternative<model::ProgressDue>(*event);
}

void take_in_failure(const SeedOptions& options, const traces::Trace& trace, SeedResult& result) {
  const std::string whole = fmt::format("seed-{}.jsonl", result.seed);
  if (options.traces != Traces::all) result.traces.push_back({whole, traces::to_text(trace)});
  std::string name = whole;
  if (can_be_shrunk(trace)) {
    const traces::Trace shrunk = shrink(trace, backend_of(options, result.seed));
    if (shrunk.steps.size() < trace.steps.size()) {
      name = fmt::format("seed-{}.min.jsonl", result.seed);
      result.traces.push_back({name, traces::to_text(shrunk)});
    }
  }
  result.failure->trace_file = name;
}

// The run of the world of one seed, recorded where it is wanted.
void run_first_part(const SeedOptions& options, SeedResult& result) {
  sim::RunResult run = options.determinism == Determinism::checked
                           ? run_world_twice(options, result.seed)
                           : run_world(options, result.seed);
  result.tally = std::move(run.tally);
  const bool is_violated = run.verdict.result == traces::Result::violated;
  if (run.verdict.result != traces::Result::held) {
    result.failure = Failure{
        .seed = result.seed, .verdict = run.verdict, .at = {}, .trace_file = {}, .replay = {}};
  }
  if (options.traces == Traces::none) return;
  if (options.traces == Traces::failures && !is_violated) return;
  const Recorded recorded = record_world(options, result.seed);
  if (recorded.run.verdict != run.verdict) {
    result.failure = Failure{
        .seed = result.seed,
        .verdict = broken(fmt::format("it gave \"{}\" and then \"{}\": the subject does not answer "
                                      "the same twice",
                                      run.verdict.message, recorded.run.verdict.message)),
        .at = {},
        .trace_file = {},
        .replay = {}};
    return;
  }
  if (options.traces == Traces::all) {
    result.traces.push_back(
        {fmt::format("seed-{}.jsonl", result.seed), traces::to_text(recorded.trace)});
  }
  if (!is_violated) return;
  result.failure->at = where(recorded.trace);
  take_in_failure(options, recorded.trace, result);
}

sim::OpenRepository storage_of(const SimulatedDisk& disk) {
  if (disk.mutant.empty()) return lease::open_sqlite_repository;
  return mutants::find_sqlite_mutant(disk.mutant)->open;
}

std::string storm_command(const SeedOptions& options, std::uint64_t seed) {
  const std::string subject =
      options.disk->mutant.empty() ? "--backend sqlite" : "--mutant " + options.disk->mutant;
  return fmt::format("leasecheck simulate {} --processes {} --faults {} --seeds {}", subject,
                     options.disk->processes, options.faults, seed);
}

// Where two runs of a storm part, if they do.
std::optional<std::string> storm_divergence(const sim::StormResult& one,
                                            const sim::StormResult& two) {
  if (one.digest == two.digest) return std::nullopt;
  std::size_t round = 0;
  while (round < one.digests.size() && round < two.digests.size() &&
         one.digests[round] == two.digests[round]) {
    ++round;
  }
  return fmt::format("not deterministic: its storm went another way in round {}", round + 1);
}

void add_storm(const sim::StormTally& storm, sim::Tally& tally) {
  tally.operations += storm.operations;
  tally.disk_calls += storm.points;
  tally.rounds += storm.rounds;
  tally.add(storm.faults);
  for (const auto& [word, count] : storm.outcomes) tally.at_once[word] += count;
}

void run_second_part(const SeedOptions& options, SeedResult& result) {
  const sim::StormOptions storm{.processes = options.disk->processes,
                                .faults = options.plan.faults};
  const sim::OpenRepository open = storage_of(*options.disk);
  const sim::StormResult run = sim::run_storm(result.seed, storm, open);
  add_storm(run.tally, result.tally);
  traces::Verdict verdict{
      .result = run.result, .property = run.property, .message = run.message, .first_bad = 0};
  if (options.determinism == Determinism::checked) {
    auto divergence = storm_divergence(run, sim::run_storm(result.seed, storm, open));
    if (divergence) verdict = broken(*std::move(divergence));
  }
  if (verdict.result == traces::Result::held) return;
  result.failure = Failure{.seed = result.seed,
                           .verdict = std::move(verdict),
                           .at = "storm",
                           .trace_file = {},
                           .replay = storm_command(options, result.seed)};
}

// Messages may hold bytes of a subject that are no text.
ordered_json json_of(const Failure& failure) {
  return {{"result", static_cast<int>(failure.verdict.result)},
          {"property", failure.verdict.property},
          {"message", traces::text_to_json(failure.verdict.message)},
          {"first_bad", failure.verdict.first_bad},
          {"at", failure.at},
          {"trace_file", failure.trace_file},
          {"replay", failure.replay}};
}

Failure failure_from(const ordered_json& json, std::uint64_t seed) {
  Failure failure;
  failure.seed = seed;
  failure.verdict.result = static_cast<traces::Result>(json.at("result").get<int>());
  json.at("property").get_to(failure.verdict.property);
  const ordered_json& message = json.at("message");
  failure.verdict.message = message.is_string() ? message.get<std::string>() : message.dump();
  json.at("first_bad").get_to(failure.verdict.first_bad);
  json.at("at").get_to(failure.at);
  json.at("trace_file").get_to(failure.trace_file);
  json.at("replay").get_to(failure.replay);
  return failure;
}

}  // namespace

// A trace that can be shrunk is mostly soon down to a part of its length, and what is left costs
// little. One that cannot, because its subject is killed at other moments whenever something is
// left out, must not hold up a campaign: after as many calls as sixteen times its own it is written
// as short as it is by then.
traces::Trace shrink(const traces::Trace& trace, const sim::Backend& backend) {
  constexpr int most_reruns = 400;
  const std::size_t most_steps = 8 * trace.steps.size() + 8'000;
  int reruns = 0;
  std::size_t steps = 0;
  return traces::minimise(
      trace, [&](const traces::Trace& candidate) -> std::expected<traces::Trace, std::string> {
        steps += candidate.steps.size();
        if (++reruns > most_reruns || steps > most_steps) {
          return std::unexpected("that is small enough");
        }
        return sim::rerun(candidate, *make_subject(backend));
      });
}

SeedResult run_seed(const SeedOptions& options, std::uint64_t seed) {
  SeedResult result;
  result.seed = seed;
  run_first_part(options, result);
  if (options.disk && !result.failure) run_second_part(options, result);
  return result;
}

std::string to_text(const SeedResult& result) {
  ordered_json document{{"seed", result.seed}, {"tally", to_json(result.tally)}};
  if (result.failure) document["failure"] = json_of(*result.failure);
  for (const TraceText& trace : result.traces) {
    document["traces"].push_back({{"name", trace.name}, {"text", trace.text}});
  }
  return document.dump();
}

SeedResult seed_result_from_text(const std::string& text) {
  const ordered_json document = ordered_json::parse(text);
  SeedResult result;
  document.at("seed").get_to(result.seed);
  result.tally = tally_from_json(document.at("tally"));
  if (document.contains("failure")) {
    result.failure = failure_from(document["failure"], result.seed);
  }
  for (const ordered_json& trace : document.value("traces", ordered_json::array())) {
    result.traces.push_back(
        {trace.at("name").get<std::string>(), trace.at("text").get<std::string>()});
  }
  return result;
}

}  // namespace leasecheck::cli
