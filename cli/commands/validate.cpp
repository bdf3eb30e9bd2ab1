#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/command.hpp"
#include "cli/interruption.hpp"
#include "cli/output.hpp"
#include "cli/report/file_reader.hpp"
#include "cli/report/text.hpp"
#include "cli/validation/merged_log.hpp"
#include "cli/validation/validation_report.hpp"
#include "properties/validation/validator.hpp"
#include "sim/subject/variant_words.hpp"

namespace leasecheck::cli {
namespace {

struct ValidateOptions {
  CommonOptions common;
  std::vector<std::string> files;
  std::string mapping;
  std::int64_t skew_ms = 0;
  std::int64_t lost_after_ms = 60'000;
  std::optional<std::uint64_t> most_findings;
  bool follow = false;
};

/// A larger mapping is refused.
constexpr std::size_t largest_mapping = std::size_t{1} << 20;

std::optional<traces::Mapping> mapping_of(const ValidateOptions& options) {
  if (options.mapping.empty()) return std::nullopt;
  const auto text = read_text_file(options.mapping, largest_mapping);
  if (!text) throw Stop{text.error()};
  const auto json = traces::parse_json(*text);
  if (!json) throw Stop{options.mapping + ": " + json.error()};
  auto mapping = traces::mapping_from_json(*json);
  if (!mapping) throw Stop{options.mapping + ": " + mapping.error()};
  return *std::move(mapping);
}

properties::Assumptions assumptions_of(const std::optional<traces::Mapping>& mapping,
                                       const std::string& file) {
  properties::Assumptions assumptions;
  if (!mapping) return assumptions;
  assumptions.grace = mapping->grace.value_or(model::Duration{0});
  assumptions.unlogged = mapping->unlogged;
  for (const std::string& operation : mapping->unlogged) {
    const auto& all = properties::operations_that_may_be_unlogged;
    if (std::ranges::find(all, operation) != all.end()) continue;
    std::string words;
    for (const std::string_view each : all)
      words += (words.empty() ? "" : ", ") + std::string(each);
    throw Stop{file + ": unlogged: expected any of " + words + ", found \"" + operation + "\""};
  }
  if (!mapping->differences.is_null()) {
    const auto variant = sim::variant_from_json(mapping->differences);
    if (!variant) throw Stop{file + ": differences." + variant.error()};
    assumptions.variant = *variant;
  }
  return assumptions;
}

/// One validation, from the first line to the report.
class Validation {
 public:
  explicit Validation(const ValidateOptions& options)
      : options_(options),
        mapping_(mapping_of(options)),
        validator_(assumptions_of(mapping_, options.mapping)),
        log_(sources(), {.skew = model::Duration{options.skew_ms},
                         .lost_after = model::Duration{options.lost_after_ms}}) {}

  ExitCode run() {
    if (options_.follow) follow();
    log_.finish();
    take_all();
    say_the_end();
    const traces::Result result = result_of(validator_.tally());
    const bool is_cut_off = is_interrupted() && !options_.follow;
    if (is_cut_off) complain("interrupted");
    return exit_code_of(is_cut_off ? std::max(result, traces::Result::inconclusive) : result);
  }

 private:
  std::vector<std::unique_ptr<LogSource>> sources() {
    std::vector<std::unique_ptr<LogSource>> sources;
    for (const std::string& file : options_.files) {
      sources.push_back(std::make_unique<LogSource>(file, mapping_ ? &*mapping_ : nullptr));
    }
    return sources;
  }

  /// Reads what is added until an interruption. What happened half a second ago has been written.
  void follow() {
    constexpr std::chrono::milliseconds pause{100};
    constexpr std::chrono::milliseconds delay{500};
    while (!is_interrupted() && !has_enough()) {
      take_all();
      const auto now = std::chrono::system_clock::now() - delay;
      log_.let_pass(std::chrono::time_point_cast<model::Duration>(
          model::Time{std::chrono::duration_cast<model::Duration>(now.time_since_epoch())}));
      std::this_thread::sleep_for(pause);
    }
  }

  void take_all() {
    constexpr std::uint64_t between_looks = 1024;
    for (std::uint64_t i = 0; !has_enough(); ++i) {
      if (i % between_looks == 0 && is_interrupted()) return;
      auto event = log_.next();
      if (!event) return;
      if (auto* begins = std::get_if<CallBegins>(&*event)) {
        if (!begin_) begin_ = begins->call.earliest;
        validator_.begin(std::move(begins->call), std::move(begins->after));
      } else if (auto finding = validator_.end(std::get<CallEnds>(*event).number)) {
        tell(*std::move(finding));
      }
    }
  }

  [[nodiscard]] bool has_enough() const {
    return options_.most_findings && findings_ >= *options_.most_findings;
  }

  void tell(properties::Finding finding) {
    ++findings_;
    if (!options_.follow && options_.common.json) {
      documents_.push_back(to_json(finding));
    } else if (options_.common.json) {
      say(to_json(finding).dump() + "\n");
    } else {
      say(in_words(finding, *begin_));
    }
  }

  void say_the_end() {
    const std::set<std::string, std::less<>> unlogged =
        mapping_ ? mapping_->unlogged : std::set<std::string, std::less<>>{};
    const ValidationReport report{.files = options_.files,
                                  .lines = log_.lines(),
                                  .torn_lines = log_.torn_lines(),
                                  .unlogged = {unlogged.begin(), unlogged.end()},
                                  .are_times_known = validator_.are_times_known(),
                                  .is_partial = validator_.is_partial(),
                                  .tally = validator_.tally()};
    if (!options_.common.json) return say(in_words(report));
    nlohmann::ordered_json document = to_json(report);
    if (options_.follow) return say(document.dump() + "\n");
    document["violations"] = std::move(documents_);
    say(json_text(std::move(document)));
  }

  const ValidateOptions& options_;
  std::optional<traces::Mapping> mapping_;
  properties::LogValidator validator_;
  MergedLog log_;
  std::optional<model::Time> begin_;
  std::uint64_t findings_ = 0;
  nlohmann::ordered_json documents_ = nlohmann::ordered_json::array();
};

}  // namespace

void add_validate(CommandLine& program) {
  Command command = program.add(
      "validate", "Ask whether an order of effects explains the log of a running system");
  auto options = std::make_shared<ValidateOptions>();
  add_json_option(command, options->common);
  command.option("LOG", options->files, "Files of the log, one of each writer").required();
  command
      .option("--mapping", options->mapping,
              "How to read the log of another queue, CSV or NDJSON: a JSON file")
      .placeholder("FILE");
  command
      .time("--skew", options->skew_ms,
            "How far the clocks of the writers and of the repository are apart, at most")
      .show_default("0ms");
  command
      .duration("--lost-after", options->lost_after_ms,
                "A call that is not answered after so long never will be")
      .show_default("1m");
  command.option("--most-findings", options->most_findings, "Stop after so many (default: go on)")
      .placeholder("N");
  command.flag("--follow", options->follow,
               "Go on with what is added to the files until interrupted; with --json each finding "
               "is one line, at once");
  command.runs([options] { return Validation(*options).run(); });
}

}  // namespace leasecheck::cli
