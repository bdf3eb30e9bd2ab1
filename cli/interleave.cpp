#include "sim/interleave.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "cli/render.hpp"
#include "cli/storage.hpp"
#include "sim/disk_trace.hpp"

namespace leasecheck::cli {
namespace {

struct InterleaveOptions {
  StorageOptions storage;
  std::uint32_t preemptions = 2;
  bool triples = false;
};

struct Searched {
  sim::InterleaveCount count;
  std::optional<sim::InterleaveFinding> finding;
  std::string case_name;   ///< of the finding
  std::string trace_file;  ///< likewise
  double seconds = 0;
};

std::vector<sim::InterleaveCase> chosen_cases(const InterleaveOptions& options) {
  const auto scope = options.triples ? sim::InterleaveScope::triples : sim::InterleaveScope::pairs;
  std::vector<sim::InterleaveCase> cases = sim::interleave_cases(scope);
  if (options.storage.only_case.empty()) {
    if (!options.storage.replay.empty()) throw Stop{"--schedule needs the --case that it is of"};
    return cases;
  }
  std::erase_if(cases, [&](const sim::InterleaveCase& subject) {
    return sim::name_of(subject) != options.storage.only_case;
  });
  if (cases.empty()) {
    throw Stop{fmt::format("--case {}: no such case; for instance leased/heartbeat+reap",
                           options.storage.only_case)};
  }
  return cases;
}

std::expected<std::optional<sim::InterleaveFinding>, std::string> run_case(
    sim::Interleaver& interleaver, const sim::InterleaveCase& subject,
    const InterleaveOptions& options) {
  if (options.storage.replay.empty()) return interleaver.search(subject, options.preemptions);
  const auto schedule = sim::decisions_from_text(options.storage.replay);
  if (!schedule) {
    throw Stop{fmt::format("--schedule {}: expected processes with how often, for instance 0*3,1*2",
                           options.storage.replay)};
  }
  return interleaver.replay(subject, *schedule);
}

Searched search_all(const InterleaveOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const std::vector<sim::InterleaveCase> cases = chosen_cases(options);
  auto interleaver = sim::Interleaver::make(
      chosen_storage(options.storage, mutants::Search::interleave), options.triples ? 3 : 2);
  if (!interleaver) throw Stop{interleaver.error(), ExitCode::broken};
  Searched searched;
  Progress progress;
  for (const sim::InterleaveCase& subject : cases) {
    const sim::InterleaveCount& count = (*interleaver)->count();
    progress.show(fmt::format("interleave: {} of {} cases, {} schedules, {}", grouped(count.cases),
                              grouped(cases.size()), grouped(count.schedules),
                              sim::name_of(subject)));
    auto found = run_case(**interleaver, subject, options);
    if (!found) throw Stop{found.error(), ExitCode::broken};
    if (!*found) continue;
    searched.finding = *std::move(found);
    searched.case_name = sim::name_of(subject);
    searched.trace_file =
        write_disk_trace(options.storage, searched.case_name,
                         sim::trace_of(subject, *searched.finding, backend_name(options.storage)));
    break;
  }
  searched.count = (*interleaver)->count();
  searched.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return searched;
}

// The schedule itself, to be tried with other flags.
std::string again_words(const InterleaveOptions& options, const Searched& searched) {
  return fmt::format(
      "leasecheck interleave {}{} --schedule '{}'", options.triples ? "--triples " : "",
      flags_for(options.storage, searched.case_name), sim::to_text(searched.finding->schedule));
}

void print_json(const InterleaveOptions& options, const Searched& searched) {
  nlohmann::ordered_json document{{"result", searched.finding ? "violated" : "held"},
                                  {"preemptions", options.preemptions},
                                  {"cases", searched.count.cases},
                                  {"schedules", searched.count.schedules},
                                  {"points", searched.count.points},
                                  {"seconds", searched.seconds}};
  if (searched.finding) {
    document["property"] = searched.finding->property;
    document["case"] = searched.case_name;
    document["message"] = searched.finding->message;
    document["again"] = again_words(options, searched);
    document["trace"] = searched.trace_file;
    document["replay"] = replay_command(searched.trace_file);
  }
  fmt::print("{}\n", document.dump(2));
}

void print(const InterleaveOptions& options, const Searched& searched) {
  fmt::print("interleave {}: {}\n",
             options.storage.mutant.empty() ? "sqlite" : options.storage.mutant,
             searched.finding ? "violated" : "held");
  fmt::print("bounds      {} processes on one disk, {} preemptions\n", options.triples ? 3 : 2,
             options.preemptions);
  fmt::print("cases       {}\nschedules   {}\npoints      {}\ntime        {:.1f} s\n",
             grouped(searched.count.cases), grouped(searched.count.schedules),
             grouped(searched.count.points), searched.seconds);
  if (!searched.finding) return;
  fmt::print("{} on {}: {}\nthe schedule alone: {}\n{}\n", searched.finding->property,
             searched.case_name, searched.finding->message, again_words(options, searched),
             replay_command(searched.trace_file));
}

}  // namespace

void add_interleave(CommandLine& program) {
  Command command =
      program.add("interleave",
                  "Run operations of several processes on one database in every order of their "
                  "calls of the disk, within a bound");
  auto options = std::make_shared<InterleaveOptions>();
  add_storage_options(command, options->storage);
  command
      .option("--preemptions", options->preemptions,
              "How often a process may be interrupted in one schedule")
      .between(0, 4)
      .show_default();
  command.flag("--triples", options->triples,
               "Three processes, on the operations that are most at odds");
  command
      .option("--schedule", options->storage.replay,
              "Only this schedule of the case: which process goes on, decision by decision")
      .placeholder("SCHEDULE");
  command.runs([options] {
    const Searched searched = search_all(*options);
    options->storage.json ? print_json(*options, searched) : print(*options, searched);
    return searched.finding ? ExitCode::violated : ExitCode::held;
  });
}

}  // namespace leasecheck::cli
