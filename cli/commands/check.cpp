#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <ranges>

#include "cli/budget.hpp"
#include "cli/campaign/campaign.hpp"
#include "cli/campaign/failing_operation.hpp"
#include "cli/campaign/seed_range.hpp"
#include "cli/campaign/trace_replay.hpp"
#include "cli/check_report/console.hpp"
#include "cli/check_report/json.hpp"
#include "cli/check_report/markdown.hpp"
#include "cli/check_report/seen.hpp"
#include "cli/check_report/writer.hpp"
#include "cli/command.hpp"
#include "cli/installation.hpp"
#include "cli/interruption.hpp"
#include "cli/output.hpp"
#include "cli/report/file_writer.hpp"
#include "model/graph/walk.hpp"
#include "sim/conformance/transition_tours.hpp"
#include "sim/oracle/necessity.hpp"
#include "sim/registry/postgres_registry.hpp"
#include "sim/registry/program_registry.hpp"
#include "traces/disk_trace.hpp"
#include "traces/reader.hpp"
#include "traces/shell_word.hpp"
#include "traces/wording.hpp"
#include "traces/writer.hpp"

namespace leasecheck::cli {
namespace {

struct CheckOptions {
  CommonOptions common;
  std::int64_t budget_ms = 30'000;
  std::string seeds;  ///< empty: as many as the budget allows
  int attempts = 1;
  std::string report_directory = "leasecheck-report";
  std::string corpus_directory;  ///< empty: the one that belongs to the program
  bool is_verbose = false;
};

constexpr int tour_passes = 2;

std::string command_of(const CheckOptions& options, const std::string& backend) {
  static const CheckOptions defaults;
  std::string command = "leasecheck check --backend " + traces::shell_word(backend);
  const bool is_seconds = options.budget_ms % 1000 == 0;
  command += is_seconds ? fmt::format(" --budget {}s", options.budget_ms / 1000)
                        : fmt::format(" --budget {}ms", options.budget_ms);
  if (!options.seeds.empty()) command += " --seeds " + traces::shell_word(options.seeds);
  if (options.attempts != defaults.attempts) {
    command += fmt::format(" --attempts {}", options.attempts);
  }
  if (options.common.subject_timeout_ms != defaults.common.subject_timeout_ms) {
    command += fmt::format(" --subject-timeout {}ms", options.common.subject_timeout_ms);
  }
  if (!options.corpus_directory.empty()) {
    command += " --corpus " + traces::shell_word(options.corpus_directory);
  }
  if (options.report_directory != defaults.report_directory) {
    command += " --report " + traces::shell_word(options.report_directory);
  }
  return command;
}

/// Does it, and takes down in the section what it throws, so that the parts that were done before
/// it and those that come after it keep their results.
template <typename Act>
void guarded(Section& section, Act act) {
  try {
    act();
  } catch (...) {
    const Stop stop = stop_for(std::current_exception());
    section.end = worst(*section.end, stop.code);
    section.notes.push_back(stop.message);
  }
}

/// The main job. Each part writes into its section as it goes on, and may throw `Stop`. The tours
/// have half of the budget, the simulation what is then left of the first five sixths, and the
/// replays the rest.
class Check {
 public:
  explicit Check(const CheckOptions& options)
      : options_(options),
        backend_(chosen_backend(options.common, "sqlite")),
        seeds_(options.seeds.empty() ? SeedRange{.last = UINT64_MAX} : parse_seeds(options.seeds)) {
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
    add({"interleave", "Processes on one store, in every order"}, &Check::leave_to_its_command);
    return finish();
  }

 private:
  void add(Section section, void (Check::*part)(Section&)) {
    const auto began = std::chrono::steady_clock::now();
    guarded(section, [&] { (this->*part)(section); });
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - began;
    if (section.end) section.seconds = passed.count();
    if (!options_.common.json) say(part_in_words(section));
    std::fflush(stdout);
    report_.sections.push_back(std::move(section));
  }

  /// Takes down what was found to be wrong, if anything was.
  void take(Section& section, ReportedFailure failure) {
    section.end = worst(*section.end, exit_code_of(failure.verdict.result));
    if (failure.verdict.result == traces::Result::held) return;
    if (failure.explanation && failure.verdict.result == traces::Result::violated) {
      std::string& message = failure.verdict.message;
      message = traces::Wording(failure.explanation->trace).message(message);
    }
    report_.add(std::move(failure));
  }

  void count(Section& section, const sim::Tally& tally) {
    add_seen(section, tally);
    for (const auto& [edge, times] : tally.transitions) report_.moves[edge] += times;
  }

  // The model on its own: every state of a small configuration, and the graph of it.
  void check_model(Section& section) {
    auto walked = graph::walk({});
    if (!walked) throw Stop{"the model's walk: " + walked.error(), ExitCode::internal};
    const graph::WalkOptions& options = walked->options;
    section.bounds = {figure("attempts", "attempts", options.attempts),
                      figure("workers", "workers", options.workers),
                      milliseconds("ttl_ms", "ttl", options.ttl),
                      milliseconds("grace_ms", "grace", options.grace),
                      figure("policies", "policies", options.specs.size())};
    section.totals = {figure("states", "states", walked->states.size()),
                      figure("transitions", "transitions", walked->transitions.size()),
                      figure("depth", "steps deep", walked->depth)};
    walk_ = *std::move(walked);
  }

  // The contract on the backend: every transition of bounded worlds, each compared with the model.
  void check_contract(Section& section) {
    section.bounds = {figure("workers", "workers", 2),
                      figure("attempts", "attempts", options_.attempts)};
    section.again = fmt::format("leasecheck conform --backend {} --workers 2 --attempts {}",
                                traces::shell_word(backend_.name), options_.attempts);
    const auto checked = sim::conform(
        {.workers = 2,
         .attempts = options_.attempts,
         .backend = backend_.name,
         .make = backend_.make,
         .passes = tour_passes,
         .may_go_on = [this] { return !for_tours_.is_spent(); },
         .progress = {},
         .found = [this](const traces::Trace& trace) { write_whole_tour(trace); },
         .may_reduce = [this] { return !is_interrupted() && !for_tours_.is_overdue(); }});
    if (!checked) throw Stop{checked.error()};
    describe_tours(section, *checked);
    ReportedFailure failure{.verdict = checked->verdict,
                            .sightings = {{section.name, "a tour of the contract"}}};
    if (checked->trace) {
      failure.at = failing_operation(*checked->trace);
      failure.explanation = Explanation{.trace = *checked->trace};
      const auto file = std::filesystem::path(options_.report_directory) / "contract.min.jsonl";
      const auto written = write_file(file, traces::to_text(*checked->trace));
      if (written) {
        failure.trace = file.string();
        failure.replay = replay_command(file.string(), backend_.name);
      }
      take(section, std::move(failure));
      if (!written) throw Stop{written.error()};
      return;
    }
    if (failure.verdict.result == traces::Result::violated) {
      section.notes.emplace_back("no trace of the violation: done again, it did not happen");
    }
    take(section, std::move(failure));
  }

  // The whole trace is there before anything is made of it, and so is the command that replays it.
  void write_whole_tour(const traces::Trace& trace) const {
    const auto file = std::filesystem::path(options_.report_directory) / "contract.jsonl";
    if (!write_file(file, traces::to_text(trace))) return;
    say_on_error(fmt::format("{}; reducing its trace\n{}\n", trace.verdict.property,
                             replay_command(file.string(), backend_.name)));
  }

  void describe_tours(Section& section, const sim::ConformResult& checked) {
    sim::ConformedWorld total;
    for (const sim::ConformedWorld& world : checked.worlds) {
      total.states += world.states;
      total.transitions += world.transitions;
      total.covered += world.covered;
      total.calls += world.calls;
    }
    section.totals = {figure("worlds", "worlds", checked.worlds.size()),
                      figure("states", "states", total.states),
                      figure("transitions", "transitions", total.transitions),
                      figure("covered", "of them made", total.covered),
                      figure("operations", "operations", total.calls + checked.calls_again)};
    if (checked.verdict.result == traces::Result::held &&
        checked.worlds_again < checked.worlds.size() * (tour_passes - 1)) {
      section.notes.push_back(
          fmt::format("again in another order: {} of {} worlds, then the budget of the tours was "
                      "spent",
                      checked.worlds_again, checked.worlds.size()));
    }
    count(section, checked.tally);
    Gap gap{.name = "not_covered",
            .title = "not covered",
            .reason = "transitions of the bounded worlds that no tour made",
            .what = {}};
    for (const std::string& text : checked.not_covered) gap.what[text] = 0;
    if (!gap.what.empty()) section.gaps.push_back(std::move(gap));
  }

  void check_simulation(Section& section) {
    CampaignOptions campaign;
    campaign.seed.backend = backend_;
    campaign.first_seed = seeds_.first;
    campaign.last_seed = seeds_.last;
    campaign.budget = budget_.first(5, 6).left();
    campaign.trace_directory = options_.report_directory;
    section.bounds = {milliseconds("budget_ms", "of budget", *campaign.budget)};
    const CampaignResult result = run_campaign(campaign);
    section.end = exit_code_of(result.result);
    add_campaign(section, result);
    if (!options_.seeds.empty() && result.failures.empty() && result.last_seed != seeds_.last) {
      section.end = worst(*section.end, ExitCode::inconclusive);
      section.notes.push_back(fmt::format("{}: the seeds after {} were not run",
                                          is_interrupted() ? "interrupted" : "the budget was spent",
                                          result.last_seed));
    }
    count(section, result.tally);
    if (result.tally.runs > 0) {
      section.again =
          fmt::format("leasecheck simulate --backend {} --seeds {}..{}",
                      traces::shell_word(backend_.name), seeds_.first, result.last_seed);
    }
    for (const Failure& failure : result.failures) {
      ReportedFailure reported{.verdict = failure.verdict,
                               .at = failure.at,
                               .sightings = {{section.name, fmt::format("seed {}", failure.seed)}},
                               .trace = failure.trace_file,
                               .replay = failure.replay};
      if (auto trace = traces::read_file(failure.trace_file)) {
        reported.explanation = Explanation{.trace = *std::move(trace)};
      }
      take(section, std::move(reported));
    }
    if (!result.not_written.empty()) throw Stop{result.not_written};
  }

  // Recorded failures of planted defects: on a backend without the defect each of them holds.
  void check_corpus(Section& section) {
    const std::optional<std::filesystem::path> directory =
        options_.corpus_directory.empty() ? corpus_directory() : options_.corpus_directory;
    if (!directory) {
      section.end = std::nullopt;
      section.notes.emplace_back(
          "no recorded failures are installed with this program; --corpus names some");
      return;
    }
    std::vector<std::string> files = traces_in(*directory);
    // What a simulated disk showed means something only to what keeps its data on it.
    if (sim::storage_named(backend_.name) &&
        std::filesystem::is_directory(*directory / "storage")) {
      const std::vector<std::string> more = traces_in(*directory / "storage");
      files.insert(files.end(), more.begin(), more.end());
    }
    Replays replays(backend_);
    sim::Tally tally;
    std::size_t replayed = 0;
    while (replayed < files.size() && !has_to_stop() && !replays.is_hopeless()) {
      const std::string& file = files[replayed++];
      guarded(section, [&] { tally.add(replay_of_corpus(section, replays, file)); });
    }
    if (replayed < files.size()) {
      section.end = worst(*section.end, ExitCode::inconclusive);
      section.notes.push_back(fmt::format(
          "{}: {} of {} traces replayed",
          is_interrupted() ? "interrupted"
                           : (replays.is_hopeless() ? "the program does not say what it offers"
                                                    : "the budget was spent"),
          replayed, files.size()));
    }
    section.totals = {figure("traces", "traces", replayed),
                      figure("operations", "operations", tally.operations)};
    count(section, tally);
  }

  [[nodiscard]] bool has_to_stop() const { return is_interrupted() || budget_.is_spent(); }

  sim::Tally replay_of_corpus(Section& section, Replays& replays, const std::string& file) {
    const ReplayedTrace replayed = replays.replay(file);
    const traces::Verdict& verdict = replayed.now.verdict;
    // Then a program was not waited for any longer.
    if (is_interrupted() && verdict.result == traces::Result::broken) return {};
    if (shows_nothing(replayed)) {
      section.notes.push_back(
          fmt::format("{} shows nothing without {}", file,
                      fmt::join(std::views::keys(replayed.now.tally.skipped), ", ")));
    } else if (verdict.result != traces::Result::held) {
      ReportedFailure failure{.verdict = verdict,
                              .sightings = {{section.name, file}},
                              .trace = file,
                              .replay = replay_command(file, backend_.name, replayed.head.backend)};
      if (auto trace = as_it_goes_now(replayed, backend_)) {
        failure.at = failing_operation(*trace);
        failure.explanation = Explanation{.trace = *std::move(trace)};
      }
      take(section, std::move(failure));
    }
    return replayed.now.tally;
  }

  void leave_to_its_command(Section& section) {
    section.end = std::nullopt;
    if (sim::storage_named(backend_.name) || sim::is_postgres(backend_.name)) {
      section.again = "leasecheck " + section.name;
      if (sim::is_postgres(backend_.name)) {
        section.again += " --backend " + traces::shell_word(backend_.name);
      }
      section.notes.push_back(fmt::format("a command of its own does it, {}", section.again));
    } else if (section.name == "interleave" && sim::is_program(backend_.name)) {
      section.again = "leasecheck interleave --backend " + traces::shell_word(backend_.name);
      section.notes.push_back(fmt::format(
          "a command of its own does it, for a program with yield points, {}", section.again));
    } else {
      section.notes.emplace_back("the simulated disk is for SQLite only");
    }
  }

  static Figure figure(std::string name, std::string what, std::uint64_t value) {
    return {.name = std::move(name), .what = std::move(what), .value = value};
  }
  static Figure milliseconds(std::string name, std::string what, model::Duration value) {
    return {.name = std::move(name),
            .what = std::move(what),
            .value = static_cast<std::uint64_t>(value.count()),
            .unit = Figure::Unit::milliseconds};
  }

  // What each step is needed for, as far as that is soon known, and a timeline for each failure.
  void explain_failures() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    const auto may_go_on = [this, end] {
      return !is_interrupted() && !budget_.is_overdue() && std::chrono::steady_clock::now() < end;
    };
    std::size_t number = 0;
    for (ReportedFailure& failure : report_.failures) {
      if (!failure.explanation) continue;
      failure.timeline = fmt::format("timeline-{}.html", ++number);
      const traces::Trace& trace = failure.explanation->trace;
      constexpr std::size_t most_steps = 60;
      if (failure.verdict.result != traces::Result::violated || traces::is_disk_trace(trace) ||
          trace.steps.size() > most_steps) {
        continue;
      }
      failure.explanation->without = sim::leave_out_each(trace, backend_.make, may_go_on);
    }
  }

  ExitCode finish() {
    if (walk_) report_.life_cycle = life_cycle_taken(*walk_, report_.moves);
    explain_failures();
    if (options_.common.json) {
      say(summary_json(report_));
    } else {
      say("\n" + findings_in_words(report_));
      if (options_.is_verbose) say(lists_in_words(report_));
      say("{} in {:.1f} s", word(report_.end()), report_.seconds());
    }
    std::fflush(stdout);
    bool is_written = false;
    const ExitCode end = after_verdict(report_.end(), [&] {
      write_report(report_, options_.report_directory);
      is_written = true;
      const char* summary = std::getenv("GITHUB_STEP_SUMMARY");
      if (summary != nullptr && *summary != '\0') append_step_summary(report_, summary);
    });
    if (options_.common.json) return end;
    if (is_written) say("; report in {}/index.html", options_.report_directory);
    say("\n");
    // The last line of a violation is the command that replays it.
    if (const std::string replay = first_replay(report_); !replay.empty()) say("{}\n", replay);
    return end;
  }

  const CheckOptions& options_;
  const sim::Backend backend_;
  Report report_{.backend = backend_.name, .command = command_of(options_, backend_.name)};
  std::optional<graph::Walk> walk_;
  const SeedRange seeds_;
  const Budget budget_{std::chrono::milliseconds(options_.budget_ms)};
  const Budget for_tours_ = budget_.first(1, 2);
};

}  // namespace

void add_check(CommandLine& program) {
  Command command =
      program.add("check", "The main job: model, contract, simulation and corpus on one backend");
  auto options = std::make_shared<CheckOptions>();
  add_json_option(command, options->common);
  command.flag("--verbose", options->is_verbose,
               "Print the long lists as well: operations, moves, faults, premises, explanations");
  add_backend_options(command, options->common);
  command
      .duration("--budget", options->budget_ms,
                "How long all parts together may take: the tours half of it, and what is left over "
                "goes to the parts after it; what then runs is given up within a tenth more or "
                "two seconds")
      .show_default("30s");
  command
      .option("--seeds", options->seeds,
              "Simulate the seeds from A to B (else from 1 on, as many as the budget allows)")
      .placeholder("A..B");
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
