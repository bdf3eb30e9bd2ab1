#include "sim/oracle/shrink.hpp"

#include <fmt/format.h>

#include <chrono>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/campaign/progress.hpp"
#include "cli/command.hpp"
#include "cli/interruption.hpp"
#include "cli/output.hpp"
#include "cli/report/text.hpp"
#include "traces/disk_trace.hpp"
#include "traces/reader.hpp"
#include "traces/reduction/stimuli.hpp"
#include "traces/reduction/violation.hpp"
#include "traces/writer.hpp"

namespace leasecheck::cli {
namespace {

struct ShrinkOptions {
  CommonOptions common;
  std::string file;
  std::string output;
  std::int64_t budget_ms = 10'000;
};

traces::Trace read(const std::string& file) {
  auto trace = traces::read_file(file);
  if (!trace) {
    const bool is_stale = trace.error().kind == traces::ReadError::Kind::stale;
    throw Stop{trace.error().message, is_stale ? ExitCode::inconclusive : ExitCode::usage};
  }
  if (traces::is_disk_trace(*trace)) {
    throw Stop{file +
               ": a trace with a schedule or a mishap: they hold for its calls as they are, and "
               "none is left out"};
  }
  if (trace->verdict.result != traces::Result::violated) {
    throw Stop{fmt::format("{}: it says \"{}\"; only the trace of a violation can be shrunk", file,
                           traces::word(trace->verdict.result))};
  }
  if (!traces::can_be_reduced(*trace)) {
    throw Stop{file +
               ": a bound of progress that has passed: leaving out work would leave "
               "attempts open as well, so there is nothing to leave out"};
  }
  return *std::move(trace);
}

sim::Backend backend_of(const ShrinkOptions& options, const traces::Trace& trace) {
  if (!options.common.backend.empty() || !options.common.mutant.empty()) {
    return chosen_backend(options.common, "");
  }
  auto recorded = sim::recorded_backend(trace.head.backend);
  if (!recorded) throw Stop{options.file + ": " + recorded.error()};
  return *std::move(recorded);
}

/// "run.jsonl" is shrunk to "run.min.jsonl".
std::string output_of(const ShrinkOptions& options) {
  if (!options.output.empty()) return options.output;
  constexpr std::string_view ending = ".jsonl";
  std::string stem = options.file;
  if (stem.ends_with(ending)) stem.erase(stem.size() - ending.size());
  return stem + ".min.jsonl";
}

traces::Reduction shrink(const ShrinkOptions& options, const traces::Trace& trace,
                         const sim::Backend& backend) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(options.budget_ms);
  Progress progress;
  return sim::shrink(
      trace, backend.make,
      {.most_runs = std::numeric_limits<std::size_t>::max(),
       .most_steps = std::numeric_limits<std::size_t>::max(),
       .may_go_on = [end] { return !is_interrupted() && std::chrono::steady_clock::now() < end; },
       .progress =
           [&progress](std::size_t length, std::size_t runs) {
             progress.show(fmt::format("shrink: {} stimuli after {} runs", length, runs));
           }});
}

std::string in_words(const traces::Shortness& shortness) {
  if (shortness.is_proved) {
    return fmt::format("proved (alphabet of {} actions)", shortness.alphabet);
  }
  if (shortness.searched == 0) return "best";
  return fmt::format("best (up to {} of an alphabet of {} actions tried)", shortness.searched,
                     shortness.alphabet);
}

std::string in_words(const traces::Verdict& verdict) {
  return fmt::format("{} at step {}", verdict.property, verdict.first_bad);
}

void print(const ShrinkOptions& options, const traces::Trace& trace,
           const traces::Reduction& reduction) {
  say("{} on {}: {} to {} stimuli, {}\n", options.file, reduction.trace.head.backend,
      traces::length_of(trace), traces::length_of(reduction.trace), in_words(reduction.shortness));
  say("  {}: {}\n", in_words(reduction.trace.verdict), reduction.trace.verdict.message);
  for (const traces::Trace& other : reduction.also_found) {
    say("  also found: {} by {}: {}\n", in_words(other.verdict),
        traces::violation_of(other, other.verdict).operation, other.verdict.message);
  }
}

nlohmann::ordered_json document_of(const ShrinkOptions& options, const traces::Trace& trace,
                                   const traces::Reduction& reduction) {
  nlohmann::ordered_json also_found = nlohmann::ordered_json::array();
  for (const traces::Trace& other : reduction.also_found) {
    also_found.push_back(to_json(other.verdict));
  }
  return {{"file", options.file},
          {"backend", reduction.trace.head.backend},
          {"reproducible", reduction.is_reproducible()},
          {"came_back", reduction.came_back},
          {"repetitions", reduction.repetitions},
          {"before", traces::length_of(trace)},
          {"after", traces::length_of(reduction.trace)},
          {"proved", reduction.shortness.is_proved},
          {"searched", reduction.shortness.searched},
          {"alphabet", reduction.shortness.alphabet},
          {"runs", reduction.runs},
          {"verdict", to_json(reduction.trace.verdict)},
          {"also_found", std::move(also_found)}};
}

void write(const std::string& file, const traces::Trace& trace) {
  if (auto written = traces::write_file(file, trace); !written) throw Stop{written.error()};
}

// "run.min.jsonl" has those that were met on the way beside it: "run.min.also-1.jsonl".
std::string name_of_other(std::string output, std::size_t number) {
  if (output.ends_with(".jsonl")) output.erase(output.size() - 6);
  return fmt::format("{}.also-{}.jsonl", output, number);
}

ExitCode run(const ShrinkOptions& options) {
  traces::Trace trace = read(options.file);
  const sim::Backend backend = backend_of(options, trace);
  trace.head.backend = backend.name;
  const std::string output = output_of(options);
  require_writable("-o", output);
  traces::Reduction reduction = shrink(options, trace, backend);
  if (options.common.json) say(json_text(document_of(options, trace, reduction)));
  if (!reduction.is_reproducible()) {
    const std::string why =
        fmt::format("{}: not reproducible on {}: {} of {} repetitions", options.file, backend.name,
                    reduction.came_back, reduction.repetitions);
    if (!options.common.json) say("{}\n", why);
    return ExitCode::inconclusive;
  }
  if (!options.common.json) print(options, trace, reduction);
  return after_verdict(ExitCode::violated, [&] {
    write(output, reduction.trace);
    for (std::size_t i = 0; i < reduction.also_found.size(); ++i) {
      write(name_of_other(output, i + 1), reduction.also_found[i]);
    }
    if (options.common.json) return;
    say("{}\n", replay_command(output, backend.name));
  });
}

}  // namespace

void add_shrink(CommandLine& program) {
  Command command = program.add(
      "shrink", "Reduce the trace of a violation to the shortest and plainest one of it");
  auto options = std::make_shared<ShrinkOptions>();
  add_json_option(command, options->common);
  add_backend_options(command, options->common);
  command.option("TRACE", options->file, "Trace file (default backend: the recorded one)")
      .required();
  command.option("--output,-o", options->output, "Where to write it (default: TRACE.min.jsonl)")
      .placeholder("FILE");
  command
      .duration("--budget", options->budget_ms,
                "How long to try; the least trace by then is the result")
      .show_default("10s");
  command.runs([options] { return run(*options); });
}

}  // namespace leasecheck::cli
