#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>

#include "cli/campaign/campaign.hpp"
#include "cli/campaign/campaign_report.hpp"
#include "cli/campaign/trace_replay.hpp"
#include "cli/command.hpp"
#include "cli/commands/storage_command.hpp"
#include "cli/report/check_report.hpp"
#include "cli/report/svg.hpp"
#include "cli/report/text.hpp"
#include "model/graph/export.hpp"
#include "model/graph/lens.hpp"
#include "model/graph/walk.hpp"
#include "sim/conformance/transition_tours.hpp"
#include "sim/oracle/replay.hpp"
#include "traces/writer.hpp"

namespace leasecheck::cli {
namespace {

struct CheckOptions {
  CommonOptions common;
  std::int64_t budget_ms = 30'000;
  int attempts = 1;
  std::string report_directory = "leasecheck-report";
  std::string corpus_directory = LEASECHECK_CORPUS;
};

// The model on its own: every state of a small configuration, and the picture of it.
Section check_model() {
  const auto walked = graph::walk({});
  if (!walked) throw Stop{"the model's walk: " + walked.error()};
  const graph::WalkOptions& options = walked->options;
  Section section;
  section.name = "model";
  section.title = "The model, every state of a small configuration";
  section.text = fmt::format(
      "bounds      {} attempt, {} workers, ttl {} ms, grace {} ms, {} policies\n"
      "states      {}\ntransitions {}\ndepth       {}\n",
      options.attempts, options.workers, options.ttl.count(), options.grace.count(),
      options.specs.size(), grouped(walked->states.size()), grouped(walked->transitions.size()),
      walked->depth);
  section.figures = {{"states", walked->states.size()},
                     {"transitions", walked->transitions.size()},
                     {"depth", walked->depth}};
  return section;
}

// The contract on the backend: every transition of bounded worlds, each compared with the model.
Section check_contract(const CheckOptions& options, const sim::Backend& backend,
                       std::string& trace) {
  const auto checked = sim::conform({.workers = 2,
                                     .attempts = options.attempts,
                                     .backend = backend.name,
                                     .make = backend.make,
                                     .progress = {}});
  if (!checked) throw Stop{checked.error()};
  sim::ConformedWorld total;
  for (const sim::ConformedWorld& world : checked->worlds) {
    total.states += world.states;
    total.transitions += world.transitions;
    total.covered += world.covered;
    total.calls += world.calls;
  }
  Section section;
  section.name = "contract";
  section.title = "The contract, tours through every transition of bounded worlds";
  section.result = checked->verdict.result;
  section.text = fmt::format(
      "bounds      2 workers, {} attempt{} at a time, {} worlds\n"
      "states      {}\ntransitions {}, of which {} were made\noperations  {}\n",
      options.attempts, options.attempts == 1 ? "" : "s", checked->worlds.size(),
      grouped(total.states), grouped(total.transitions), grouped(total.covered),
      grouped(total.calls));
  for (const std::string& text : checked->not_covered) {
    section.text += fmt::format("not covered: {}\n", text);
  }
  section.figures = {{"workers", 2},
                     {"attempts", options.attempts},
                     {"states", total.states},
                     {"transitions", total.transitions},
                     {"covered", total.covered},
                     {"operations", total.calls},
                     {"not_covered", checked->not_covered},
                     {"verdict", to_json(checked->verdict)}};
  if (checked->verdict.result == traces::Result::held) return section;
  section.text += fmt::format("{} {}: {}\n", traces::word(checked->verdict.result),
                              checked->verdict.property, checked->verdict.message);
  if (checked->trace) {
    trace = (std::filesystem::path(options.report_directory) / "contract.jsonl").string();
    const auto written = traces::write_file(trace, *checked->trace);
    if (!written) throw Stop{written.error()};
    section.text += fmt::format("  trace: {}\n", trace);
  } else if (checked->verdict.result == traces::Result::violated) {
    section.text += "  no trace: done again, it did not happen\n";
  }
  return section;
}

Section check_simulation(const CheckOptions& options, const sim::Backend& backend,
                         std::string& trace) {
  CampaignOptions campaign;
  campaign.seed.backend = backend;
  campaign.last_seed = UINT64_MAX;
  campaign.budget = std::chrono::milliseconds(options.budget_ms);
  campaign.trace_directory = options.report_directory;
  const CampaignResult result = run_campaign(campaign);
  if (!result.failures.empty() && trace.empty()) trace = result.failures.front().trace_file;
  return {.name = "simulation",
          .title = "Simulation with faults, every operation compared with the model",
          .result = result.result,
          .text = in_words(result),
          .figures = to_json(result),
          .seconds = 0};
}

// Recorded failures of planted defects: on a backend without the defect each of them holds.
Section check_corpus(const CheckOptions& options, const sim::Backend& backend) {
  Section section;
  section.name = "corpus";
  section.title = "Recorded failures, replayed";
  std::vector<std::string> files = traces_in(options.corpus_directory);
  // What a simulated disk showed means something only to what keeps its data on it.
  const std::filesystem::path on_disk = std::filesystem::path(options.corpus_directory) / "storage";
  if (sim::storage_named(backend.name) && std::filesystem::is_directory(on_disk)) {
    const std::vector<std::string> more = traces_in(on_disk);
    files.insert(files.end(), more.begin(), more.end());
  }
  std::uint64_t operations = 0;
  for (const std::string& file : files) {
    const ReplayedTrace replayed = replay_file(file, backend);
    operations += replayed.now.tally.operations;
    const traces::Verdict& verdict = replayed.now.verdict;
    if (verdict.result == traces::Result::held) continue;
    section.result = std::max(section.result, verdict.result);
    section.text += fmt::format("{}: {} {}: {}\n", file, traces::word(verdict.result),
                                verdict.property, verdict.message);
  }
  section.text +=
      fmt::format("traces      {}\noperations  {}\n", files.size(), grouped(operations));
  section.figures = {{"traces", files.size()}, {"operations", operations}};
  return section;
}

// Runs one part with its time; the parts are independent, so one that fails does not stop the next.
template <typename Part>
Section timed(Part part) {
  const auto began = std::chrono::steady_clock::now();
  Section section = part();
  section.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return section;
}

void print(const Section& section) {
  fmt::print("{}: {} ({:.1f} s)\n", section.title, traces::word(section.result), section.seconds);
  fmt::print("{}\n", section.text);
  std::fflush(stdout);
}

// The picture is for people; a machine without Graphviz gets the rest of the report.
void draw_life_cycle(Report& report) {
  const auto walked = graph::walk({});
  if (!walked) throw Stop{"the model's walk: " + walked.error()};
  const graph::Graph seen = graph::through(graph::attempt_lens, *walked);
  auto svg = graph::svg_from_dot(graph::to_dot(seen, graph::attempt_lens.title));
  if (svg) {
    report.lifecycle_svg = *std::move(svg);
  } else {
    report.graph_note = svg.error();
  }
}

// The last line of a violation is the command that replays it.
void finish(const CheckOptions& options, const Report& report, const std::string& trace) {
  if (options.common.json) {
    fmt::print("{}\n", summary_json(report));
    return;
  }
  fmt::print("{}; report in {}/index.html\n", traces::word(report.result),
             options.report_directory);
  if (!trace.empty()) fmt::print("{}\n", replay_command(trace));
}

void make_report_directory(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) throw Stop{fmt::format("--report {}: {}", directory, error.message())};
}

ExitCode run(const CheckOptions& options) {
  const sim::Backend backend = chosen_backend(options.common, "sqlite");
  make_report_directory(options.report_directory);
  Report report{.backend = backend.name,
                .version = LEASECHECK_VERSION,
                .result = traces::Result::held,
                .sections = {},
                .lifecycle_svg = {},
                .graph_note = {}};
  const auto add = [&](auto part) {
    report.sections.push_back(timed(part));
    report.result = std::max(report.result, report.sections.back().result);
    if (!options.common.json) print(report.sections.back());
  };
  std::string trace;
  if (!options.common.json) fmt::print("leasecheck check, backend {}\n\n", backend.name);
  add(check_model);
  add([&] { return check_contract(options, backend, trace); });
  add([&] { return check_simulation(options, backend, trace); });
  add([&] { return check_corpus(options, backend); });
  draw_life_cycle(report);
  if (auto written = write_report(report, options.report_directory); !written) {
    throw Stop{written.error()};
  }
  finish(options, report, trace);
  return exit_code_of(report.result);
}

}  // namespace

void add_check(CommandLine& program) {
  Command command =
      program.add("check", "The main job: model, contract, simulation and corpus on one backend");
  auto options = std::make_shared<CheckOptions>();
  add_json_option(command, options->common);
  add_backend_options(command, options->common);
  command.duration("--budget", options->budget_ms, "How long to simulate").show_default("30s");
  command.option("--attempts", options->attempts, "Attempts at a time in the tours of the contract")
      .between(1, 3)
      .show_default();
  command.option("--report", options->report_directory, "Where the report is written")
      .placeholder("DIR")
      .show_default();
  command.option("--corpus", options->corpus_directory, "Recorded failures to replay")
      .placeholder("DIR");
  command.runs([options] { return run(*options); });
}

}  // namespace leasecheck::cli
