#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/budget.hpp"
#include "cli/campaign/progress.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/report/file_writer.hpp"
#include "cli/report/text.hpp"
#include "sim/conformance/difference.hpp"
#include "traces/writer.hpp"

namespace leasecheck::cli {
namespace {

struct ProfileFlags {
  CommonOptions common;
  int workers = 2;
  int attempts = 1;
  std::int64_t budget_ms = 0;
  std::string trace_directory = ".";
};

/// A difference with the file of its example.
struct Listed {
  sim::Difference difference;
  std::string file;  ///< empty if there is no example
};

std::vector<Listed> write_examples(const ProfileFlags& flags, sim::Differences& differences) {
  std::vector<Listed> listed;
  for (sim::Difference& difference : differences.found) {
    std::string file;
    if (difference.example) {
      const std::string name = fmt::format("difference-{}.jsonl", listed.size() + 1);
      file = (std::filesystem::path(flags.trace_directory) / name).lexically_normal().string();
      auto written = write_file(file, traces::to_text(*difference.example));
      if (!written) throw Stop{written.error()};
    }
    listed.push_back({.difference = std::move(difference), .file = std::move(file)});
  }
  return listed;
}

std::string in_words(const Listed& listed) {
  const sim::Difference& difference = listed.difference;
  std::string text = difference.operation;
  if (!difference.status.empty()) text += fmt::format(" ({})", difference.status);
  text += fmt::format(": {}, {} time{}: {}\n", difference.property, grouped(difference.times),
                      difference.times == 1 ? "" : "s", difference.message);
  return text + (listed.file.empty() ? "  done again, it did not happen\n"
                                     : fmt::format("  {}\n", listed.file));
}

void print(const ProfileFlags& flags, const std::string& backend,
           const sim::Differences& differences, const std::vector<Listed>& listed) {
  say("profile {} with {} workers and {} attempt{} at a time: {} difference{}\n", backend,
      flags.workers, flags.attempts, flags.attempts == 1 ? "" : "s", listed.size(),
      listed.size() == 1 ? "" : "s");
  say("  {} of {} transitions carried out{}\n", grouped(differences.carried_out),
      grouped(differences.transitions),
      differences.carried_out == differences.transitions
          ? ""
          : "; the others lie behind differences, or there was no time for them");
  for (const Listed& one : listed) say("{}", in_words(one));
  const bool is_told = differences.verdict.result == traces::Result::held ||
                       differences.verdict.result == traces::Result::violated;
  if (!is_told) {
    say("{}: {}\n", traces::word(differences.verdict.result), differences.verdict.message);
  }
  for (const Listed& one : listed) {
    if (one.file.empty()) continue;
    say("{}\n", replay_command(one.file, backend));
    break;
  }
}

nlohmann::ordered_json document_of(const ProfileFlags& flags, const std::string& backend,
                                   const sim::Differences& differences,
                                   const std::vector<Listed>& listed) {
  nlohmann::ordered_json entries = nlohmann::ordered_json::array();
  for (const Listed& one : listed) {
    nlohmann::ordered_json entry{
        {"operation", one.difference.operation}, {"status", one.difference.status},
        {"property", one.difference.property},   {"kind", one.difference.kind},
        {"times", one.difference.times},         {"message", one.difference.message}};
    if (!one.file.empty()) entry["trace"] = one.file;
    entries.push_back(std::move(entry));
  }
  return {{"backend", backend},
          {"workers", flags.workers},
          {"attempts", flags.attempts},
          {"transitions", differences.transitions},
          {"carried_out", differences.carried_out},
          {"result", traces::word(differences.verdict.result)},
          {"message", differences.verdict.message},
          {"differences", std::move(entries)}};
}

ExitCode run(const ProfileFlags& flags) {
  const sim::Backend backend = chosen_backend(flags.common, "sqlite");
  prepare_directory("--trace-dir", flags.trace_directory);
  const Budget budget(flags.budget_ms > 0 ? std::optional(Budget::Span{flags.budget_ms})
                                          : std::nullopt);
  Progress progress;
  auto found =
      sim::list_differences({.workers = flags.workers,
                             .attempts = flags.attempts,
                             .backend = backend.name,
                             .make = backend.make,
                             .may_go_on = [&budget] { return !budget.is_spent(); },
                             .progress =
                                 [&progress](std::uint64_t done, std::uint64_t of) {
                                   if (!progress.is_due()) return;
                                   progress.show(fmt::format("profile: {} of {} transitions",
                                                             grouped(done), grouped(of)));
                                 }});
  if (!found) throw Stop{found.error()};
  return after_verdict(exit_code_of(found->verdict.result), [&] {
    const std::vector<Listed> listed = write_examples(flags, *found);
    if (flags.common.json) {
      say(json_text(document_of(flags, backend.name, *found, listed)));
    } else {
      print(flags, backend.name, *found, listed);
    }
  });
}

}  // namespace

void add_profile(CommandLine& program) {
  Command command = program.add(
      "profile", "List what a subject does otherwise than the contract, by operation and kind");
  auto flags = std::make_shared<ProfileFlags>();
  add_json_option(command, flags->common);
  add_backend_options(command, flags->common);
  command.option("--workers", flags->workers, "Workers in the bounded model")
      .between(1, 3)
      .show_default();
  command.option("--attempts", flags->attempts, "Attempts at a time in the bounded model")
      .between(1, 2)
      .show_default();
  command.duration("--budget", flags->budget_ms,
                   "Make no further call after this much real time, and list what was found by "
                   "then (else: to the end)");
  command.option("--trace-dir", flags->trace_directory, "Where the examples' traces are written")
      .placeholder("DIR")
      .show_default();
  command.runs([flags] { return run(*flags); });
}

}  // namespace leasecheck::cli
