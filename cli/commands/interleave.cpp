#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/campaign/progress.hpp"
#include "cli/command.hpp"
#include "cli/commands/storage_command.hpp"
#include "cli/interruption.hpp"
#include "cli/report/text.hpp"
#include "sim/storage/interleaver.hpp"

namespace leasecheck::cli {
namespace {

struct InterleaveOptions {
  StorageOptions storage;
  std::uint32_t preemptions = 2;
  bool triples = false;
};

constexpr StorageSearch interleave{
    .name = "interleave", .part = "schedule", .example = "leased/heartbeat+reap"};

std::expected<std::optional<sim::Finding>, std::string> run_case(sim::Interleaver& interleaver,
                                                                 const sim::InterleaveCase& subject,
                                                                 const InterleaveOptions& options) {
  if (options.storage.replay.empty()) return interleaver.search(subject, options.preemptions);
  const auto schedule = sim::decisions_from_text(options.storage.replay);
  if (!schedule) {
    throw Stop{fmt::format("--schedule {}: expected processes with how often, for instance 0*3,1*2",
                           options.storage.replay)};
  }
  return interleaver.replay(subject, *schedule);
}

StorageFinding finding_of(const InterleaveOptions& options, const sim::InterleaveCase& subject,
                          sim::Finding finding) {
  const std::string name = sim::name_of(subject);
  finding.reproduce =
      fmt::format("leasecheck interleave {}{}", options.triples ? "--triples " : "",
                  flags_for(interleave, options.storage, name, "'" + finding.reproduce + "'"));
  return {name, std::move(finding)};
}

std::optional<StorageFinding> search_all(const InterleaveOptions& options,
                                         sim::Interleaver& interleaver) {
  const auto scope = options.triples ? sim::InterleaveScope::triples : sim::InterleaveScope::pairs;
  const auto cases = chosen_cases(interleave, options.storage, sim::interleave_cases(scope));
  Progress progress;
  for (const sim::InterleaveCase& subject : cases) {
    if (is_interrupted()) break;
    const sim::InterleaveCount& count = interleaver.count();
    progress.show(fmt::format("interleave: {} of {} cases, {} schedules, {}", grouped(count.cases),
                              grouped(cases.size()), grouped(count.schedules),
                              sim::name_of(subject)));
    auto found = run_case(interleaver, subject, options);
    if (!found) throw Stop{found.error(), ExitCode::broken};
    if (*found) return finding_of(options, subject, *std::move(*found));
  }
  return std::nullopt;
}

ExitCode run(const InterleaveOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const std::uint32_t processes = options.triples ? 3 : 2;
  auto interleaver = sim::Interleaver::make(
      chosen_storage(options.storage, mutants::Search::interleave),
      {.processes = processes, .checkpoint_pages = checkpoint_pages_of(options.storage)});
  if (!interleaver) throw Stop{interleaver.error(), ExitCode::broken};
  prepare_directory("--trace-dir", options.storage.trace_directory);
  auto found = search_all(options, **interleaver);
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - began;
  const sim::InterleaveCount count = (*interleaver)->count();
  return print_result(
      interleave, options.storage,
      {.figures = {{"preemptions", options.preemptions},
                   {"cases", count.cases},
                   {"schedules", count.schedules},
                   {"points", count.points},
                   {"seconds", passed.count()}},
       .words = fmt::format("bounds      {} processes on one disk, {} preemptions\n"
                            "cases       {}\nschedules   {}\npoints      {}\n"
                            "time        {:.1f} s\n",
                            processes, options.preemptions, grouped(count.cases),
                            grouped(count.schedules), grouped(count.points), passed.count()),
       .found = std::move(found)});
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
  command.runs([options] { return run(*options); });
}

}  // namespace leasecheck::cli
