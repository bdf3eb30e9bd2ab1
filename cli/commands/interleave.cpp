#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/budget.hpp"
#include "cli/campaign/progress.hpp"
#include "cli/command.hpp"
#include "cli/commands/storage_command.hpp"
#include "cli/interruption.hpp"
#include "cli/report/text.hpp"
#include "sim/concurrency/program_interleaver.hpp"
#include "sim/postgres/server_interleaver.hpp"
#include "sim/registry/postgres_registry.hpp"
#include "sim/registry/program_registry.hpp"
#include "sim/storage/interleaver.hpp"

namespace leasecheck::cli {
namespace {

struct InterleaveOptions {
  StorageOptions storage;
  std::string backend = "sqlite";
  std::int64_t subject_timeout_ms = 10'000;
  std::int64_t budget_ms = 0;
  std::uint32_t preemptions = 2;
  bool triples = false;

  [[nodiscard]] std::uint32_t processes() const { return triples ? 3 : 2; }
};

constexpr StorageSearch interleave{
    .name = "interleave", .part = "schedule", .example = "leased/heartbeat+reap"};

using Found = std::expected<std::optional<sim::Finding>, std::string>;

/// Runs one case, in every schedule or in the one that is named.
using RunCase = std::function<Found(const sim::InterleaveCase& subject)>;

/// The one that is named; nothing: all of them.
std::optional<std::vector<sim::TaskId>> schedule_of(const InterleaveOptions& options) {
  if (options.storage.replay.empty()) return std::nullopt;
  auto schedule = sim::decisions_from_text(options.storage.replay);
  if (schedule) return schedule;
  throw Stop{fmt::format("--schedule {}: expected processes with how often, for instance 0*3,1*2",
                         options.storage.replay)};
}

StorageFinding finding_of(const InterleaveOptions& options, const sim::InterleaveCase& subject,
                          sim::Finding finding) {
  const std::string name = sim::name_of(subject);
  finding.reproduce =
      fmt::format("leasecheck interleave {}{}", options.triples ? "--triples " : "",
                  flags_for(interleave, options.storage, name, "'" + finding.reproduce + "'"));
  return {name, std::move(finding)};
}

/// One search, from its first case to its last.
class CaseSearch {
 public:
  explicit CaseSearch(const InterleaveOptions& options)
      : options_(options), budget_(Budget::of_flag(options.budget_ms)) {}

  [[nodiscard]] std::vector<sim::InterleaveCase> chosen() const {
    const auto scope =
        options_.triples ? sim::InterleaveScope::triples : sim::InterleaveScope::pairs;
    return chosen_cases(interleave, options_.storage, sim::interleave_cases(scope));
  }

  [[nodiscard]] bool may_go_on() const { return !is_interrupted() && !budget_.is_spent(); }

  /// Returns: how the command ends.
  ExitCode run(const std::vector<sim::InterleaveCase>& cases, const RunCase& run_case,
               const std::function<StorageResult(double seconds)>& result) {
    prepare_directory("--trace-dir", options_.storage.trace_directory);
    std::optional<StorageFinding> found;
    std::size_t begun = 0;
    while (begun < cases.size() && !found && may_go_on()) {
      const sim::InterleaveCase& subject = cases[begun++];
      progress_.show(fmt::format("interleave: {} of {} cases, {}", grouped(begun),
                                 grouped(cases.size()), sim::name_of(subject)));
      auto wrong = run_case(subject);
      if (!wrong) throw Stop{wrong.error(), ExitCode::broken};
      if (*wrong) found = finding_of(options_, subject, *std::move(*wrong));
    }
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - began_;
    StorageResult whole = result(passed.count());
    whole.found = std::move(found);
    if (!may_go_on()) {
      const std::string end = is_interrupted()
                                  ? "interrupted"
                                  : fmt::format("the budget was spent, in case {} of {}",
                                                grouped(begun), grouped(cases.size()));
      whole.ended_early += whole.ended_early.empty() ? end : "\n" + end;
    }
    return print_result(interleave, options_.storage, whole);
  }

 private:
  const InterleaveOptions& options_;
  Budget budget_;
  Progress progress_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

ExitCode run_on_disk(const InterleaveOptions& options) {
  CaseSearch search(options);
  auto interleaver = sim::Interleaver::make(
      chosen_storage(options.storage, mutants::Search::interleave),
      {.processes = options.processes(), .checkpoint_pages = checkpoint_pages_of(options.storage)});
  if (!interleaver) throw Stop{interleaver.error(), ExitCode::broken};
  const auto schedule = schedule_of(options);
  return search.run(
      search.chosen(),
      [&](const sim::InterleaveCase& subject) -> Found {
        return schedule ? (*interleaver)->replay(subject, *schedule)
                        : (*interleaver)->search(subject, options.preemptions);
      },
      [&](double seconds) -> StorageResult {
        const sim::InterleaveCount count = (*interleaver)->count();
        return {.figures = {{"preemptions", options.preemptions},
                            {"cases", count.cases},
                            {"schedules", count.schedules},
                            {"points", count.points},
                            {"seconds", seconds}},
                .words = fmt::format("bounds      {} processes on one disk, {} preemptions\n"
                                     "cases       {}\nschedules   {}\npoints      {}\n"
                                     "time        {:.1f} s\n",
                                     options.processes(), options.preemptions, grouped(count.cases),
                                     grouped(count.schedules), grouped(count.points), seconds),
                .found = std::nullopt};
      });
}

std::string not_begun_in_words(const sim::ProgramInterleaveCount& count) {
  if (count.not_reached == 0) return "";
  const bool is_one = count.not_reached == 1;
  return fmt::format("{} case{} {} not begun: {}", grouped(count.not_reached), is_one ? "" : "s",
                     is_one ? "was" : "were", count.why_not_reached);
}

ExitCode run_on_programs(const InterleaveOptions& options) {
  if (!options.storage.mutant.empty() || options.storage.checkpoint_pages) {
    throw Stop{"--mutant and --checkpoint-pages are for SQLite, not for a program"};
  }
  CaseSearch search(options);
  auto started = sim::start_programs(options.backend, options.processes(),
                                     std::chrono::milliseconds(options.subject_timeout_ms));
  if (!started) throw Stop{started.error()};
  if (!started->programs->profile().yields) {
    throw Stop{
        fmt::format("{}: its handshake has no \"yields\": true, so nobody can choose where "
                    "its processes are interrupted",
                    options.backend)};
  }
  sim::ProgramInterleaver interleaver(*started->programs);
  const auto schedule = schedule_of(options);
  const std::vector<sim::InterleaveCase> all = search.chosen();
  const std::vector<sim::InterleaveCase> cases = interleaver.offered(all);
  return search.run(
      cases,
      [&](const sim::InterleaveCase& subject) -> Found {
        return schedule ? interleaver.replay(subject, *schedule)
                        : interleaver.search(subject, options.preemptions,
                                             [&search] { return search.may_go_on(); });
      },
      [&](double seconds) -> StorageResult {
        const sim::ProgramInterleaveCount& count = interleaver.count();
        return {
            .figures = {{"preemptions", options.preemptions},
                        {"cases", count.cases},
                        {"not_offered", all.size() - cases.size()},
                        {"not_reached", count.not_reached},
                        {"schedules", count.schedules},
                        {"undecided", count.undecided},
                        {"decisions", count.decisions},
                        {"seconds", seconds}},
            .words = fmt::format("bounds      {} processes on one store, {} preemptions\n"
                                 "cases       {}; {} more need operations that are not offered\n"
                                 "schedules   {}; of {} it is unknown whether a claim happened\n"
                                 "decisions   {}\ntime        {:.1f} s\n",
                                 options.processes(), options.preemptions, grouped(count.cases),
                                 grouped(all.size() - cases.size()), grouped(count.schedules),
                                 grouped(count.undecided), grouped(count.decisions), seconds),
            .found = std::nullopt,
            .ended_early = not_begun_in_words(count)};
      });
}

ExitCode run_on_server(const InterleaveOptions& options) {
  if (options.storage.checkpoint_pages) {
    throw Stop{"--checkpoint-pages is for SQLite, not for PostgreSQL"};
  }
  const sim::OpenOnServer open = chosen_on_server(interleave, options.storage);
  CaseSearch search(options);
  const auto server = sim::postgres_server(options.backend);
  if (!server) throw Stop{server.error()};
  auto interleaver = sim::ServerInterleaver::make(*server, options.processes(), open);
  if (!interleaver) throw Stop{interleaver.error(), ExitCode::broken};
  const auto schedule = schedule_of(options);
  return search.run(
      search.chosen(),
      [&](const sim::InterleaveCase& subject) -> Found {
        return schedule ? (*interleaver)->replay(subject, *schedule)
                        : (*interleaver)->search(subject, options.preemptions, [&search] {
                            return search.may_go_on();
                          });
      },
      [&](double seconds) -> StorageResult {
        const sim::ServerInterleaveCount count = (*interleaver)->count();
        return {.figures = {{"preemptions", options.preemptions},
                            {"cases", count.cases},
                            {"schedules", count.schedules},
                            {"points", count.points},
                            {"waits", count.waits},
                            {"repeats", count.repeats},
                            {"strays", count.strays},
                            {"seconds", seconds}},
                .words = fmt::format(
                    "bounds      {} sessions on one server, {} preemptions\n"
                    "cases       {}\nschedules   {}\npoints      {}\n"
                    "waits       {} statements waited for what another session held\n"
                    "repeats     {} transactions were carried out again\n"
                    "strays      {} schedules went another way than the same decisions before\n"
                    "time        {:.1f} s\n",
                    options.processes(), options.preemptions, grouped(count.cases),
                    grouped(count.schedules), grouped(count.points), grouped(count.waits),
                    grouped(count.repeats), grouped(count.strays), seconds),
                .found = std::nullopt};
      });
}

ExitCode run(InterleaveOptions& options) {
  if (options.backend == "sqlite") return run_on_disk(options);
  if (sim::is_postgres(options.backend)) {
    options.storage.program = options.backend;
    return run_on_server(options);
  }
  if (!sim::is_program(options.backend)) {
    throw Stop{fmt::format(
        "--backend {}: expected sqlite, postgres, postgres:CONNINFO or 'exec:PROGRAM ARGS'",
        options.backend)};
  }
  options.storage.program = options.backend;
  return run_on_programs(options);
}

}  // namespace

void add_interleave(CommandLine& program) {
  Command command = program.add(
      "interleave",
      "Run operations of several processes on one store in every order, within a bound: of their "
      "calls of the disk, of a server's statements, or of a program's yield points");
  auto options = std::make_shared<InterleaveOptions>();
  add_storage_options(command, options->storage);
  command
      .option("--backend", options->backend,
              "Whose processes: sqlite, on a simulated disk; postgres or postgres:CONNINFO, "
              "statement by statement on a real server; or 'exec:PROGRAM ARGS', a program that "
              "stops at yield points (sim/subject/PROTOCOL.md, \"Several processes\")")
      .placeholder("BACKEND")
      .show_default();
  command.duration("--subject-timeout", options->subject_timeout_ms,
                   "How long a program may be silent before it is broken (default: 10s)");
  command.duration("--budget", options->budget_ms,
                   "Begin nothing further after this much real time (else: to the end)");
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
