#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/budget.hpp"
#include "cli/campaign/progress.hpp"
#include "cli/command.hpp"
#include "cli/interruption.hpp"
#include "cli/output.hpp"
#include "cli/report/file_writer.hpp"
#include "cli/report/text.hpp"
#include "sim/conformance/transition_tours.hpp"
#include "traces/writer.hpp"

namespace leasecheck::cli {
namespace {

struct ConformFlags {
  CommonOptions common;
  int workers = 2;
  int attempts = 2;
  int passes = 2;
  std::int64_t budget_ms = 0;
  std::string trace_directory = ".";
};

double ratio(const sim::ConformedWorld& world) {
  return world.transitions == 0
             ? 0
             : static_cast<double>(world.calls) / static_cast<double>(world.transitions);
}

std::string write_trace(const ConformFlags& flags, const std::string& name,
                        const traces::Trace& trace) {
  const std::string file =
      (std::filesystem::path(flags.trace_directory) / name).lexically_normal().string();
  auto written = write_file(file, traces::to_text(trace));
  if (!written) throw Stop{written.error()};
  return file;
}

// The whole trace is there before anything is made of it, and so is the command that replays it.
void write_whole(const ConformFlags& flags, const std::string& backend,
                 const traces::Trace& trace) {
  const ExitCode end = after_verdict(ExitCode::violated, [&] {
    const std::string file = write_trace(flags, "conform.jsonl", trace);
    say_on_error(fmt::format("{}; reducing its trace\n{}\n", trace.verdict.property,
                             replay_command(file, backend)));
  });
  static_cast<void>(end);
}

std::string write_reduced(const ConformFlags& flags, const sim::ConformResult& result) {
  return result.trace ? write_trace(flags, "conform.min.jsonl", *result.trace) : std::string();
}

void print(const ConformFlags& flags, const std::string& backend,
           const sim::ConformResult& result) {
  say("conform {} with {} workers and {} attempts: {}\n", backend, flags.workers, flags.attempts,
      traces::word(result.verdict.result));
  for (const sim::ConformedWorld& world : result.worlds) {
    say("  {}: {} states, {} of {} transitions covered by {} calls, {:.3f} calls each\n",
        world.name, grouped(world.states), grouped(world.covered), grouped(world.transitions),
        grouped(world.calls), ratio(world));
  }
  if (result.calls_again > 0) {
    say("  again, in another order: {} worlds to the end, {} calls\n", grouped(result.worlds_again),
        grouped(result.calls_again));
  }
  for (const std::string& text : result.not_covered) say("not covered: {}\n", text);
  if (result.verdict.result == traces::Result::held) return;
  say("{}{}{}\n", result.verdict.property, result.verdict.property.empty() ? "" : ": ",
      result.verdict.message);
}

nlohmann::ordered_json document_of(const ConformFlags& flags, const std::string& backend,
                                   const sim::ConformResult& result, const std::string& file) {
  nlohmann::ordered_json worlds = nlohmann::ordered_json::array();
  for (const sim::ConformedWorld& world : result.worlds) {
    worlds.push_back({{"name", world.name},
                      {"states", world.states},
                      {"transitions", world.transitions},
                      {"covered", world.covered},
                      {"calls", world.calls},
                      {"calls_per_transition", ratio(world)}});
  }
  nlohmann::ordered_json document = {{"backend", backend},
                                     {"workers", flags.workers},
                                     {"attempts", flags.attempts},
                                     {"worlds", std::move(worlds)},
                                     {"worlds_again", result.worlds_again},
                                     {"calls_again", result.calls_again},
                                     {"not_covered", result.not_covered},
                                     {"verdict", to_json(result.verdict)}};
  if (!file.empty()) document["trace"] = file;
  return document;
}

ExitCode run(const ConformFlags& flags) {
  const sim::Backend backend = chosen_backend(flags.common, "sqlite");
  prepare_directory("--trace-dir", flags.trace_directory);
  const Budget budget = Budget::of_flag(flags.budget_ms);
  Progress progress;
  const auto result = sim::conform(
      {.workers = flags.workers,
       .attempts = flags.attempts,
       .backend = backend.name,
       .make = backend.make,
       .passes = flags.passes,
       .may_go_on = [&budget] { return !budget.is_spent(); },
       .progress =
           [&progress](std::uint64_t made, std::uint64_t of) {
             if (!progress.is_due()) return;
             progress.show(fmt::format("conform: {} of {} calls", grouped(made), grouped(of)));
           },
       .found = [&](const traces::Trace& trace) { write_whole(flags, backend.name, trace); },
       .may_reduce = [&budget] { return !is_interrupted() && !budget.is_overdue(); }});
  if (!result) throw Stop{result.error()};
  const ExitCode end = exit_code_of(result->verdict.result);
  if (!flags.common.json) {
    print(flags, backend.name, *result);
    return after_verdict(end, [&] {
      const std::string file = write_reduced(flags, *result);
      if (!file.empty()) say("{}\n", replay_command(file, backend.name));
    });
  }
  std::string file;
  const ExitCode written = after_verdict(end, [&] { file = write_reduced(flags, *result); });
  say(json_text(document_of(flags, backend.name, *result, file)));
  return written;
}

}  // namespace

void add_conform(CommandLine& program) {
  Command command =
      program.add("conform", "Carry out every transition of a bounded model and compare each");
  auto flags = std::make_shared<ConformFlags>();
  add_json_option(command, flags->common);
  add_backend_options(command, flags->common);
  command.option("--workers", flags->workers, "Workers in the bounded model")
      .between(1, 3)
      .show_default();
  command.option("--attempts", flags->attempts, "Attempts at a time in the bounded model")
      .between(1, 3)
      .show_default();
  command
      .option("--passes", flags->passes,
              "How often every transition is made: from the second time on in another order, with "
              "longer pasts, for what a subject keeps and the model does not")
      .between(1, 1000)
      .show_default();
  command.duration("--budget", flags->budget_ms,
                   "Make no further call after this much real time, which in the first pass leaves "
                   "the result inconclusive (else: to the end of the tours)");
  command.option("--trace-dir", flags->trace_directory, "Where a violation's trace is written")
      .placeholder("DIR")
      .show_default();
  command.runs([flags] { return run(*flags); });
}

}  // namespace leasecheck::cli
