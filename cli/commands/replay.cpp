#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/campaign/trace_replay.hpp"
#include "cli/command.hpp"
#include "cli/interruption.hpp"
#include "cli/output.hpp"
#include "cli/report/text.hpp"

namespace leasecheck::cli {
namespace {

struct ReplayOptions {
  CommonOptions common;
  std::vector<std::string> files;
};

bool is_same(const traces::Verdict& left, const traces::Verdict& right) {
  return left.result == right.result && left.property == right.property &&
         left.first_bad == right.first_bad;
}

std::string verdict_in_words(const traces::Verdict& verdict) {
  if (verdict.result != traces::Result::violated) return std::string(traces::word(verdict.result));
  return fmt::format("violated {} at step {}", verdict.property, verdict.first_bad);
}

void print(const ReplayedTrace& replayed, const std::string& backend) {
  say("{} on {}: {}\n", replayed.file, backend, verdict_in_words(replayed.now.verdict));
  if (!replayed.now.verdict.message.empty()) say("  {}\n", replayed.now.verdict.message);
  if (is_same(replayed.now.verdict, replayed.recorded)) {
    say("  as recorded\n");
  } else {
    say("  recorded: {}\n", verdict_in_words(replayed.recorded));
  }
  if (replayed.now.first_difference != 0) {
    say("  answers differ from the recorded ones from step {} on\n", replayed.now.first_difference);
  }
}

nlohmann::ordered_json document_of(const ReplayedTrace& replayed, const std::string& backend) {
  return {{"file", replayed.file},
          {"backend", backend},
          {"verdict", to_json(replayed.now.verdict)},
          {"recorded", to_json(replayed.recorded)},
          {"as_recorded", is_same(replayed.now.verdict, replayed.recorded)},
          {"first_difference", replayed.now.first_difference},
          {"operations", replayed.now.tally.operations}};
}

ExitCode run(const ReplayOptions& options) {
  nlohmann::ordered_json documents = nlohmann::ordered_json::array();
  traces::Result worst = traces::Result::held;
  std::optional<sim::Backend> backend;
  if (!options.common.backend.empty() || !options.common.mutant.empty()) {
    backend = chosen_backend(options.common, "");
  }
  for (const std::string& file : options.files) {
    if (is_interrupted()) break;
    const ReplayedTrace replayed = replay_file(file, backend);
    // Then a program was not waited for any longer.
    if (is_interrupted() && replayed.now.verdict.result == traces::Result::broken) break;
    const std::string name = backend ? backend->name : replayed.head.backend;
    worst = std::max(worst, replayed.now.verdict.result);
    if (options.common.json) {
      documents.push_back(document_of(replayed, name));
    } else {
      print(replayed, name);
    }
  }
  if (options.common.json) say(json_text(std::move(documents)));
  if (is_interrupted()) {
    complain("interrupted");
    worst = std::max(worst, traces::Result::inconclusive);
  }
  return exit_code_of(worst);
}

}  // namespace

void add_replay(CommandLine& program) {
  Command command = program.add("replay", "Do again what traces say was done, and judge it anew");
  auto options = std::make_shared<ReplayOptions>();
  add_json_option(command, options->common);
  add_backend_options(command, options->common);
  command.option("FILE", options->files, "Trace files (default backend: the recorded one)")
      .required();
  command.runs([options] { return run(*options); });
}

}  // namespace leasecheck::cli
