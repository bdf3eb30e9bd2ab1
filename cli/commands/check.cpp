#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/campaign/campaign.hpp"
#include "cli/campaign/campaign_report.hpp"
#include "cli/campaign/trace_replay.hpp"
#include "cli/command.hpp"
#include "cli/installation.hpp"
#include "cli/interruption.hpp"
#include "cli/output.hpp"
#include "cli/report/check_report.hpp"
#include "cli/report/file_writer.hpp"
#include "cli/report/svg.hpp"
#include "cli/report/text.hpp"
#include "model/graph/dot.hpp"
#include "model/graph/lens.hpp"
#include "model/graph/walk.hpp"
#include "sim/conformance/transition_tours.hpp"
#include "traces/writer.hpp"

namespace leasecheck::cli {
namespace {

struct CheckOptions {
  CommonOptions common;
  std::int64_t budget_ms = 30'000;
  int attempts = 1;
  std::string report_directory = "leasecheck-report";
  std::string corpus_directory;  ///< empty: the one that belongs to the program
};

/// Does it, and takes down in the section what it throws, so that the parts that were done before
/// it and those that come after it keep their results.
template <typename Act>
void guarded(Section& section, Act act) {
  try {
    act();
  } catch (...) {
    const Stop stop = stop_for(std::current_exception());
    section.end = worst(*section.end, stop.code);
    section.text += stop.message + "\n";
  }
}

/// The main job. Each part writes into its section as it goes on, and may throw `Stop`.
class Check {
 public:
  explicit Check(const CheckOptions& options)
      : options_(options), backend_(chosen_backend(options.common, "sqlite")) {
    // A backend that cannot be made at all is refused before anything is run.
    static_cast<void>(make_subject(backend_));
    prepare_directory("--report", options.report_directory);
  }

  ExitCode run() {
    if (!options_.common.json) say("leasecheck check, backend {}\n\n", backend_.name);
    add({"model", "The model, every state of a small configuration"}, &Check::check_model);
    add({"contract", "The contract, tours through every transition of bounded worlds"},
        &Check::check_contract);
    add({"simulation", "Simulation with faults, every operation compared with the model"},
        &Check::check_simulation);
    add({"corpus", "Recorded failures, replayed"}, &Check::check_corpus);
    add({"crash", "Crashes at every call of the disk"}, &Check::leave_to_its_command);
    add({"interleave", "Processes on one database, in every order"}, &Check::leave_to_its_command);
    return finish();
  }

 private:
  void add(Section section, void (Check::*part)(Section&)) {
    const auto began = std::chrono::steady_clock::now();
    guarded(section, [&] { (this->*part)(section); });
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - began;
    section.seconds = passed.count();
    if (!options_.common.json) print(section);
    report_.sections.push_back(std::move(section));
  }

  static void print(const Section& section) {
    const std::string time = section.end ? fmt::format(" ({:.1f} s)", section.seconds) : "";
    say("{}: {}{}\n{}\n", section.title, word_of(section), time, section.text);
    std::fflush(stdout);
  }

  // The model on its own: every state of a small configuration, and the picture of it.
  void check_model(Section& section) {
    const auto walked = graph::walk({});
    if (!walked) throw Stop{"the model's walk: " + walked.error(), ExitCode::internal};
    const graph::WalkOptions& options = walked->options;
    section.text = fmt::format(
        "bounds      {} attempt, {} workers, ttl {} ms, grace {} ms, {} policies\n"
        "states      {}\ntransitions {}\ndepth       {}\n",
        options.attempts, options.workers, options.ttl.count(), options.grace.count(),
        options.specs.size(), grouped(walked->states.size()), grouped(walked->transitions.size()),
        walked->depth);
    section.figures = {{"states", walked->states.size()},
                       {"transitions", walked->transitions.size()},
                       {"depth", walked->depth}};
    const graph::Graph seen = graph::through(graph::attempt_lens, *walked);
    report_.life_cycle = svg_from_dot(graph::to_dot(seen, {.title = graph::attempt_lens.title}));
  }

  // The contract on the backend: every transition of bounded worlds, each compared with the model.
  void check_contract(Section& section) {
    const auto checked = sim::conform({.workers = 2,
                                       .attempts = options_.attempts,
                                       .backend = backend_.name,
                                       .make = backend_.make,
                                       .progress = {}});
    if (!checked) throw Stop{checked.error()};
    describe_tours(section, *checked);
    const traces::Verdict& verdict = checked->verdict;
    section.end = exit_code_of(verdict.result);
    if (verdict.result == traces::Result::held) return;
    section.text +=
        fmt::format("{} {}: {}\n", traces::word(verdict.result), verdict.property, verdict.message);
    if (checked->trace) {
      const auto file = std::filesystem::path(options_.report_directory) / "contract.jsonl";
      const auto written = write_file(file, traces::to_text(*checked->trace));
      if (!written) throw Stop{written.error()};
      section.replay = replay_command(file.string(), backend_.name);
      section.text += fmt::format("  trace: {}\n", file.string());
    } else if (verdict.result == traces::Result::violated) {
      section.text += "  no trace: done again, it did not happen\n";
    }
  }

  void describe_tours(Section& section, const sim::ConformResult& checked) const {
    sim::ConformedWorld total;
    for (const sim::ConformedWorld& world : checked.worlds) {
      total.states += world.states;
      total.transitions += world.transitions;
      total.covered += world.covered;
      total.calls += world.calls;
    }
    section.text = fmt::format(
        "bounds      2 workers, {} attempt{} at a time\nworlds      {}\n"
        "states      {}\ntransitions {}, of which {} were made\noperations  {}\n",
        options_.attempts, options_.attempts == 1 ? "" : "s", checked.worlds.size(),
        grouped(total.states), grouped(total.transitions), grouped(total.covered),
        grouped(total.calls));
    for (const std::string& text : checked.not_covered) {
      section.text += fmt::format("not covered: {}\n", text);
    }
    section.figures = {{"workers", 2},
                       {"attempts", options_.attempts},
                       {"states", total.states},
                       {"transitions", total.transitions},
                       {"covered", total.covered},
                       {"operations", total.calls},
                       {"not_covered", checked.not_covered},
                       {"verdict", to_json(checked.verdict)}};
  }

  void check_simulation(Section& section) {
    CampaignOptions campaign;
    campaign.seed.backend = backend_;
    campaign.last_seed = UINT64_MAX;
    campaign.budget = std::chrono::milliseconds(options_.budget_ms);
    campaign.trace_directory = options_.report_directory;
    const CampaignResult result = run_campaign(campaign);
    section.end = exit_code_of(result.result);
    section.text = in_words(result);
    section.figures = to_json(result);
    if (!result.failures.empty()) section.replay = result.failures.front().replay;
    if (!result.not_written.empty()) throw Stop{result.not_written};
  }

  // Recorded failures of planted defects: on a backend without the defect each of them holds.
  void check_corpus(Section& section) {
    const std::optional<std::filesystem::path> directory =
        options_.corpus_directory.empty() ? corpus_directory() : options_.corpus_directory;
    if (!directory) {
      section.end = std::nullopt;
      section.text = "no recorded failures are installed with this program; --corpus names some\n";
      return;
    }
    std::vector<std::string> files = traces_in(*directory);
    // What a simulated disk showed means something only to what keeps its data on it.
    if (sim::storage_named(backend_.name) &&
        std::filesystem::is_directory(*directory / "storage")) {
      const std::vector<std::string> more = traces_in(*directory / "storage");
      files.insert(files.end(), more.begin(), more.end());
    }
    section.figures = {{"failures", nlohmann::ordered_json::array()}};
    std::uint64_t operations = 0;
    for (const std::string& file : files) {
      if (is_interrupted()) break;
      guarded(section, [&] { operations += replay_of_corpus(section, file); });
    }
    if (is_interrupted()) {
      section.end = worst(*section.end, ExitCode::inconclusive);
      section.text += "interrupted\n";
    }
    section.text +=
        fmt::format("traces      {}\noperations  {}\n", files.size(), grouped(operations));
    section.figures["traces"] = files.size();
    section.figures["operations"] = operations;
  }

  // Returns: how many operations it took.
  std::uint64_t replay_of_corpus(Section& section, const std::string& file) {
    const ReplayedTrace replayed = replay_file(file, backend_);
    const traces::Verdict& verdict = replayed.now.verdict;
    // Then a program was not waited for any longer.
    if (is_interrupted() && verdict.result == traces::Result::broken) return 0;
    if (verdict.result != traces::Result::held) {
      section.end = worst(*section.end, exit_code_of(verdict.result));
      section.text += fmt::format("{}: {} {}: {}\n", file, traces::word(verdict.result),
                                  verdict.property, verdict.message);
      nlohmann::ordered_json failure{{"trace", file}};
      failure.update(to_json(verdict));
      section.figures["failures"].push_back(std::move(failure));
      if (section.replay.empty()) {
        section.replay = replay_command(file, backend_.name, replayed.head.backend);
      }
    }
    return replayed.now.tally.operations;
  }

  void leave_to_its_command(Section& section) {
    section.end = std::nullopt;
    section.text =
        sim::storage_named(backend_.name)
            ? fmt::format("`leasecheck {}` does it\n", section.name)
            : fmt::format("the simulated disk is for SQLite only, not for {}\n", backend_.name);
  }

  // The last line of a violation is the command that replays it.
  ExitCode finish() {
    bool is_written = false;
    if (options_.common.json) {
      say(summary_json(report_));
      return write(is_written);
    }
    say("{}", word(report_.end()));
    std::fflush(stdout);
    const ExitCode end = write(is_written);
    if (is_written) say("; report in {}/index.html", options_.report_directory);
    say("\n");
    const auto replayed = std::ranges::find_if(
        report_.sections, [](const Section& section) { return !section.replay.empty(); });
    if (replayed != report_.sections.end()) say("{}\n", replayed->replay);
    return end;
  }

  ExitCode write(bool& is_written) {
    return after_verdict(report_.end(), [&] {
      const auto written = write_report(report_, options_.report_directory);
      if (!written) throw Stop{"no report: " + written.error()};
      is_written = true;
    });
  }

  const CheckOptions& options_;
  const sim::Backend backend_;
  Report report_{.backend = backend_.name, .life_cycle = std::unexpected("the walk failed")};
};

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
  command
      .option("--corpus", options->corpus_directory,
              "Recorded failures to replay (else those that came with the program)")
      .placeholder("DIR")
      .existing_directory();
  command.runs([options] { return Check(*options).run(); });
}

}  // namespace leasecheck::cli
