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
#include "sim/conformance/proposal.hpp"
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
  std::string file;           ///< empty if there is no example
  bool is_described = false;  ///< by the handshake that is proposed
};

/// What the command has found.
struct Found {
  std::string backend;
  sim::Differences differences;
  std::vector<Listed> listed;
  std::optional<sim::Proposal> proposal;
  std::string why_not_whole;  ///< the search for one, in words; empty if it came to its end
  std::string not_written;    ///< why the first example that is missing is, in words

  /// Whether another handshake was searched for: one that says more of what was found.
  [[nodiscard]] bool is_searched() const {
    return differences.verdict.result == traces::Result::violated;
  }
  [[nodiscard]] bool is_described(std::size_t number) const {
    return proposal && proposal->describes[number];
  }
};

// An example that cannot be written takes nothing from the list.
void write_examples(const ProfileFlags& flags, Found& found) {
  for (const sim::Difference& difference : found.differences.found) {
    Listed one{.difference = difference,
               .file = {},
               .is_described = found.is_described(found.listed.size())};
    if (difference.example) {
      const std::string name = fmt::format("difference-{}.jsonl", found.listed.size() + 1);
      one.file = (std::filesystem::path(flags.trace_directory) / name).lexically_normal().string();
      const auto written = write_file(one.file, traces::to_text(*difference.example));
      if (!written) {
        if (found.not_written.empty()) found.not_written = written.error();
        one.file.clear();
      }
    }
    found.listed.push_back(std::move(one));
  }
}

std::string place_of(const sim::Difference& difference) {
  return difference.status.empty()
             ? difference.operation
             : fmt::format("{} ({})", difference.operation, difference.status);
}

std::string example_of(const Listed& listed) {
  if (!listed.file.empty()) return listed.file;
  if (listed.difference.example) return "no example: it could not be written";
  return listed.difference.was_tried_again ? "no example: done again, it did not happen"
                                           : "no example: interrupted before it was done again";
}

std::string in_words(const Listed& listed) {
  const sim::Difference& difference = listed.difference;
  return fmt::format("{}: {}, {} time{}: {}\n  {}{}\n", place_of(difference), difference.property,
                     grouped(difference.times), difference.times == 1 ? "" : "s",
                     difference.message, example_of(listed),
                     listed.is_described ? "; the handshake can say it" : "");
}

std::string differences_in_words(std::size_t count) {
  return fmt::format("{} difference{}", count, count == 1 ? "" : "s");
}

void print_proposal(const sim::Proposal& proposal) {
  say("\na handshake that describes the subject better, with {} left:\n  {}\n",
      differences_in_words(proposal.left.found.size()), proposal.handshake);
  if (proposal.left.found.empty()) return;
  say("what no handshake can say:\n");
  for (const sim::Difference& left : proposal.left.found) {
    say("  {}: {}: {}\n", place_of(left), left.property, left.message);
  }
}

void print(const ProfileFlags& flags, const Found& found) {
  const sim::Differences& differences = found.differences;
  say("profile {} with {} workers and {} attempt{} at a time: {}\n", found.backend, flags.workers,
      flags.attempts, flags.attempts == 1 ? "" : "s", differences_in_words(found.listed.size()));
  say("  {} of {} transitions carried out{}\n", grouped(differences.carried_out),
      grouped(differences.transitions),
      !differences.ended_early.empty()                     ? "; " + differences.ended_early
      : differences.carried_out == differences.transitions ? ""
                                                           : "; the others lie behind differences");
  for (const std::string& text : differences.not_covered) say("  not looked at: {}\n", text);
  for (const Listed& one : found.listed) say("{}", in_words(one));
  if (found.proposal) {
    print_proposal(*found.proposal);
  } else if (found.is_searched()) {
    say("no handshake was found that describes more of it\n");
  }
  if (!found.why_not_whole.empty()) {
    say("other handshakes were not tried to the end: {}\n", found.why_not_whole);
  }
  const traces::Verdict& verdict = differences.verdict;
  if (verdict.result == traces::Result::broken || verdict.result == traces::Result::inconclusive) {
    say("{}: {}\n", traces::word(verdict.result), verdict.message);
  }
  for (const Listed& one : found.listed) {
    if (one.file.empty()) continue;
    say("{}\n", replay_command(one.file, found.backend));
    break;
  }
}

nlohmann::ordered_json document_of(const sim::Difference& difference) {
  return {{"operation", difference.operation}, {"status", difference.status},
          {"property", difference.property},   {"kind", difference.kind},
          {"times", difference.times},         {"message", difference.message}};
}

nlohmann::ordered_json document_of(const ProfileFlags& flags, const Found& found) {
  const sim::Differences& differences = found.differences;
  nlohmann::ordered_json document{{"backend", found.backend},
                                  {"workers", flags.workers},
                                  {"attempts", flags.attempts},
                                  {"transitions", differences.transitions},
                                  {"carried_out", differences.carried_out},
                                  {"ended_early", differences.ended_early},
                                  {"not_covered", differences.not_covered},
                                  {"result", traces::word(differences.verdict.result)},
                                  {"message", differences.verdict.message},
                                  {"differences", nlohmann::ordered_json::array()}};
  for (const Listed& one : found.listed) {
    nlohmann::ordered_json entry = document_of(one.difference);
    entry["is_described"] = one.is_described;
    if (!one.file.empty()) entry["trace"] = one.file;
    document["differences"].push_back(std::move(entry));
  }
  if (found.is_searched()) document["was_searched_whole"] = found.why_not_whole.empty();
  if (found.proposal) {
    nlohmann::ordered_json left = nlohmann::ordered_json::array();
    for (const sim::Difference& each : found.proposal->left.found) {
      left.push_back(document_of(each));
    }
    document["proposal"] = {{"handshake", nlohmann::ordered_json::parse(found.proposal->handshake)},
                            {"left", std::move(left)}};
  }
  return document;
}

ExitCode run(const ProfileFlags& flags) {
  const sim::Backend backend = chosen_backend(flags.common, "sqlite");
  prepare_directory("--trace-dir", flags.trace_directory);
  const Budget budget = Budget::of_flag(flags.budget_ms);
  Progress progress;
  std::string_view what = "profile";
  const sim::ObserveOptions options{
      .workers = flags.workers,
      .attempts = flags.attempts,
      .backend = backend.name,
      .make = backend.make,
      .may_go_on = [&budget] { return !is_interrupted() && !budget.is_spent(); },
      .progress =
          [&progress, &what](std::uint64_t done, std::uint64_t of) {
            if (!progress.is_due()) return;
            progress.show(
                fmt::format("{}: {} of {} transitions", what, grouped(done), grouped(of)));
          }};
  auto listed = sim::list_differences(options);
  if (!listed) throw Stop{listed.error()};
  Found found{.backend = backend.name,
              .differences = *std::move(listed),
              .listed = {},
              .proposal = {},
              .why_not_whole = {},
              .not_written = {}};
  if (found.is_searched()) {
    what = "profile, with another handshake";
    auto searched = sim::propose_variant(options, found.differences);
    if (!searched) throw Stop{searched.error()};
    found.proposal = std::move(searched->found);
    if (!searched->was_searched_whole) {
      found.why_not_whole = is_interrupted()    ? "interrupted"
                            : budget.is_spent() ? "the budget was spent"
                                                : "a walk with one of them was not";
    }
  }
  return after_verdict(exit_code_of(found.differences.verdict.result), [&] {
    write_examples(flags, found);
    if (flags.common.json) {
      say(json_text(document_of(flags, found)));
    } else {
      print(flags, found);
    }
    if (!found.not_written.empty()) throw Stop{found.not_written};
  });
}

}  // namespace

void add_profile(CommandLine& program) {
  Command command = program.add(
      "profile",
      "List what a subject does otherwise than its handshake says, and propose one that describes "
      "it");
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
