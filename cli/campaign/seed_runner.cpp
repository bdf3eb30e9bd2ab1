#include "cli/campaign/seed_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/campaign/failing_operation.hpp"
#include "cli/campaign/worker_pool.hpp"
#include "cli/command.hpp"
#include "cli/interruption.hpp"
#include "lease/sqlite.hpp"
#include "sim/concurrency/program_stress.hpp"
#include "sim/defects/storage/sqlite_mutants.hpp"
#include "sim/oracle/determinism.hpp"
#include "sim/oracle/shrink.hpp"
#include "sim/registry/drawn_names.hpp"
#include "sim/registry/program_registry.hpp"
#include "sim/registry/temporary_directory.hpp"
#include "sim/statistics/statistician.hpp"
#include "sim/storage/concurrent_stress.hpp"
#include "sim/world/world.hpp"
#include "traces/reader.hpp"
#include "traces/shell_word.hpp"
#include "traces/writer.hpp"

namespace leasecheck::cli {
namespace {

sim::Backend backend_of(const SeedOptions& options, std::uint64_t seed) {
  if (!options.disk) return options.backend;
  return sim::make_disk_backend({.seed = seed,
                                 .processes = options.disk->processes,
                                 .faults = options.plan.faults,
                                 .mutant = options.disk->mutant});
}

traces::Verdict broken(std::string message) {
  return {.result = traces::Result::broken,
          .property = {},
          .message = std::move(message),
          .first_bad = 0};
}

sim::RunResult simulate(const SeedOptions& options, std::uint64_t seed,
                        sim::Referee::StepSink sink = {}, sim::Observer* observer = nullptr) {
  const auto subject = make_subject(backend_of(options, seed));
  return sim::simulate(sim::draw_plan(seed, options.plan), *subject, std::move(sink), {}, observer);
}

// Returns: what the second run gave, and its statistics.
sim::RunResult simulate_twice(const SeedOptions& options, std::uint64_t seed,
                              std::optional<sim::Statistician>& statistician) {
  sim::RunResult run;
  const auto divergence = sim::first_divergence([&](sim::Referee::StepSink sink) {
    if (statistician) statistician.emplace(sim::draw_plan(seed, options.plan));
    run = simulate(options, seed, std::move(sink), statistician ? &*statistician : nullptr);
  });
  if (divergence) {
    run.verdict = broken(fmt::format("not deterministic: step {} was {} and then {}",
                                     divergence->step, divergence->first, divergence->second));
  }
  return run;
}

traces::Head head_of(const SeedOptions& options, std::uint64_t seed) {
  return sim::head_of(sim::draw_plan(seed, options.plan), backend_of(options, seed).name);
}

traces::Trace record(const SeedOptions& options, std::uint64_t seed) {
  traces::Trace trace{.head = head_of(options, seed), .steps = {}, .verdict = {}};
  trace.verdict = simulate(options, seed, [&trace](const traces::Step& step) {
                    trace.steps.push_back(step);
                  }).verdict;
  return trace;
}

std::string trace_name(std::uint64_t seed, std::string_view ending) {
  return fmt::format("seed-{}{}", seed, ending);
}

// What the trace says of the failure.
void describe(const traces::Trace& trace, KeepTraces keep, SeedResult& result) {
  result.failure->at = failing_operation(trace);
  result.failure->violation = traces::violation_of(trace, trace.verdict);
  if (keep != KeepTraces::none) result.failure->trace_file = trace_name(result.seed, ".jsonl");
}

// How a reduction crosses from the process that made it.
std::string to_text(const traces::Reduction& reduction) {
  return nlohmann::json{reduction.came_back, reduction.repetitions,
                        traces::to_text(reduction.trace)}
      .dump();
}

// A subject that breaks may do so in other words each time.
bool is_same_end(const traces::Verdict& left, const traces::Verdict& right) {
  return left == right ||
         (left.result == traces::Result::broken && right.result == traces::Result::broken);
}

// The run of the world of one seed, recorded where it is wanted.
void run_world(const SeedOptions& options, SeedResult& result) {
  std::optional<sim::Statistician> statistician;
  if (options.plan.deployment) statistician.emplace(sim::draw_plan(result.seed, options.plan));
  sim::RunResult run =
      options.determinism == Determinism::checked
          ? simulate_twice(options, result.seed, statistician)
          : simulate(options, result.seed, {}, statistician ? &*statistician : nullptr);
  result.tally = std::move(run.tally);
  if (statistician) result.statistics = statistician->statistics();
  const bool has_failed = run.verdict.result != traces::Result::held;
  if (has_failed) result.failure = Failure{.seed = result.seed, .verdict = run.verdict};
  if (!has_failed && options.keep_traces != KeepTraces::all) return;
  const traces::Trace trace = record(options, result.seed);
  if (!is_same_end(trace.verdict, run.verdict)) {
    result.failure = Failure{
        .seed = result.seed,
        .verdict = broken(fmt::format("it gave \"{}\" and then \"{}\": the subject does not "
                                      "answer the same twice",
                                      run.verdict.message, trace.verdict.message))};
    return;
  }
  if (has_failed) describe(trace, options.keep_traces, result);
  if (options.keep_traces == KeepTraces::none) return;
  result.traces.push_back({trace_name(result.seed, ".jsonl"), traces::to_text(trace)});
}

sim::OpenRepository storage_of(const SimulatedDisk& disk) {
  return disk.mutant == nullptr ? lease::open_sqlite_repository : disk.mutant->open;
}

std::string stress_command(const SeedOptions& options, std::uint64_t seed) {
  const bool is_mutant = options.disk && options.disk->mutant != nullptr;
  const std::string subject =
      is_mutant ? fmt::format("--mutant {}", options.disk->mutant->name)
                : "--backend " + traces::shell_word(options.disk ? "sqlite" : options.backend.name);
  return fmt::format("leasecheck simulate {} --processes {} --faults {} --values {} --seeds {}",
                     subject, options.disk ? options.disk->processes : options.program_processes,
                     sim::to_text(options.plan.faults), sim::to_text(options.plan.may_be_odd),
                     seed);
}

void take_stress_verdict(const SeedOptions& options, const traces::Verdict& verdict,
                         SeedResult& result) {
  if (verdict.result == traces::Result::held) return;
  result.failure =
      Failure{.seed = result.seed,
              .verdict = verdict,
              .at = "stress",
              .violation = {.property = verdict.property, .operation = "stress", .kind = {}},
              .replay = stress_command(options, result.seed)};
}

// Where two runs of a stress test part, if they do, by what was seen of each until after each
// round.
std::optional<std::string> stress_divergence(const std::vector<std::uint64_t>& one,
                                             const std::vector<std::uint64_t>& two) {
  const auto [in_one, in_two] = std::ranges::mismatch(one, two);
  if (in_one == one.end() && in_two == two.end()) return std::nullopt;
  return fmt::format("not deterministic: its stress test went another way in round {}",
                     in_one - one.begin() + 1);
}

void run_stress(const SeedOptions& options, SeedResult& result) {
  const sim::StressOptions stress{.processes = options.disk->processes,
                                  .faults = options.plan.faults,
                                  .may_be_odd = options.plan.may_be_odd};
  const sim::OpenRepository open = storage_of(*options.disk);
  const sim::StressResult run = sim::run_stress(result.seed, stress, open);
  result.tally.add(run.tally);
  traces::Verdict verdict = run.verdict;
  if (options.determinism == Determinism::checked) {
    const sim::StressResult again = sim::run_stress(result.seed, stress, open);
    auto divergence = stress_divergence(run.digests, again.digests);
    if (divergence) verdict = broken(*std::move(divergence));
  }
  take_stress_verdict(options, verdict, result);
}

// Of a program that stops at yield points the second run is the same; what any other does depends
// on the machine.
void run_stress_of_programs(const SeedOptions& options, SeedResult& result) {
  auto started = sim::start_programs(options.backend.name, options.program_processes,
                                     options.backend.subject_timeout);
  if (!started) throw Stop{started.error()};
  const sim::ProgramStressOptions stress{.may_be_odd = options.plan.may_be_odd};
  const sim::ProgramStressResult run =
      sim::run_program_stress(result.seed, stress, *started->programs);
  result.tally.add(run.tally);
  traces::Verdict verdict = run.verdict;
  if (options.determinism == Determinism::checked && started->programs->profile().yields) {
    const sim::ProgramStressResult again =
        sim::run_program_stress(result.seed, stress, *started->programs);
    auto divergence = stress_divergence(run.digests, again.digests);
    if (divergence) verdict = broken(*std::move(divergence));
  }
  take_stress_verdict(options, verdict, result);
}

// Runs the world of the seed in a process of its own, which writes each call to a file before it is
// made. Returns: what stood there when the process died; nothing if it did not die.
std::optional<traces::Trace> record_until_death(const SeedOptions& options, std::uint64_t seed) {
  const auto directory = sim::TemporaryDirectory::create();
  if (!directory) throw Stop{directory.error()};
  const std::filesystem::path file = directory->path() / "run.jsonl";
  WorkerPool pool(1, [&](std::uint64_t number) -> std::string {
    auto writer = traces::Writer::open(file, head_of(options, number));
    if (!writer) throw Stop{writer.error()};
    static_cast<void>(simulate(options, number, [&writer](const traces::Step& step) {
      if (auto written = writer->write(step); !written) throw Stop{written.error()};
    }));
    return {};
  });
  pool.submit(seed);
  const auto done = pool.next(is_interrupted);
  if (!done || done->answer) return std::nullopt;
  auto trace = traces::read_file(file.string() + ".part");
  if (!trace) return std::nullopt;
  return *std::move(trace);
}

}  // namespace

SeedResult run_seed(const SeedOptions& options, std::uint64_t seed) {
  SeedResult result{.seed = seed};
  run_world(options, result);
  if (options.disk && !result.failure) run_stress(options, result);
  if (options.program_processes > 0 && !result.failure) run_stress_of_programs(options, result);
  return result;
}

SeedResult result_of_dead_seed(const SeedOptions& options, std::uint64_t seed,
                               const std::string& exit_reason) {
  SeedResult result{.seed = seed};
  result.failure =
      Failure{.seed = seed, .verdict = broken("the process that ran it " + exit_reason)};
  if (auto trace = record_until_death(options, seed)) {
    trace->verdict = result.failure->verdict;
    describe(*trace, options.keep_traces, result);
    if (options.keep_traces == KeepTraces::none) return result;
    result.traces.push_back({result.failure->trace_file, traces::to_text(*trace)});
  } else if (options.disk) {
    result.failure->at = "stress";
    result.failure->replay = stress_command(options, seed);
  } else {
    result.failure->verdict.message += "; run again, it did not die";
  }
  return result;
}

std::optional<ReducedText> reduce_failure(const SeedOptions& options, std::uint64_t seed,
                                          const std::string& trace_text,
                                          const std::function<bool()>& gives_up) {
  const auto trace = traces::read_text(trace_text, "the trace of a seed");
  if (!trace || !traces::can_be_reduced(*trace)) return std::nullopt;
  WorkerPool pool(1, [&](std::uint64_t number) {
    return to_text(
        sim::shrink(*trace, backend_of(options, number).make, sim::modest_budget(*trace)));
  });
  pool.submit(seed);
  const auto done = pool.next(gives_up);
  if (!done || !done->answer) return std::nullopt;
  const auto parts = nlohmann::json::parse(*done->answer);
  const unsigned came_back = parts[0];
  const unsigned repetitions = parts[1];
  if (came_back < repetitions) {
    return ReducedText{.not_reproducible = fmt::format("not reproducible: {} of {} repetitions",
                                                       came_back, repetitions)};
  }
  const auto reduced = traces::read_text(parts[2].get<std::string>(), "the reduced trace");
  if (!reduced) return std::nullopt;
  return ReducedText{.trace = {trace_name(seed, ".min.jsonl"), parts[2]},
                     .verdict = reduced->verdict,
                     .at = failing_operation(*reduced)};
}

}  // namespace leasecheck::cli
