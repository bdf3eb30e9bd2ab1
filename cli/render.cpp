#include "cli/render.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iterator>
#include <nlohmann/json.hpp>

namespace leasecheck::cli {
namespace {

using Names = std::map<std::string, std::uint64_t>;

std::string listed(const Names& counts) {
  std::string text;
  for (const auto& [name, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, grouped(count));
  }
  return text.empty() ? "none" : text;
}

Names calls_by_operation(const sim::Tally& tally) {
  Names calls;
  for (const auto& [operation, outcomes] : tally.outcomes) {
    for (const auto& [outcome, count] : outcomes) calls[operation] += count;
  }
  return calls;
}

std::string failures_in_words(const CampaignResult& result) {
  std::string text;
  for (const Failure& failure : result.failures) {
    if (failure.verdict.result == traces::Result::broken) {
      text += fmt::format("seed {}: broken: {}\n", failure.seed, failure.verdict.message);
      continue;
    }
    text +=
        fmt::format("seed {}: violated {} at step {}: {}\n", failure.seed, failure.verdict.property,
                    failure.verdict.first_bad, failure.verdict.message);
    if (!failure.trace_file.empty()) text += fmt::format("  trace: {}\n", failure.trace_file);
  }
  return text;
}

}  // namespace

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::ptrdiff_t position = std::ssize(digits) - 3; position > 0; position -= 3) {
    digits.insert(static_cast<std::size_t>(position), 1, ',');
  }
  return digits;
}

std::string in_words(model::Duration duration) {
  const std::int64_t ms = duration.count();
  if (ms < 1000) return fmt::format("{} ms", ms);
  const std::int64_t seconds = ms / 1000;
  if (seconds < 60) return fmt::format("{} s", seconds);
  const std::int64_t minutes = seconds / 60;
  if (minutes < 60) return fmt::format("{} min {} s", minutes, seconds % 60);
  return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

std::string in_words(const CampaignResult& result) {
  const sim::Tally& tally = result.tally;
  std::string text = fmt::format("runs        {} ({} of virtual time)\n", grouped(tally.runs),
                                 in_words(tally.virtual_time));
  text += fmt::format("operations  {}: {}\n", grouped(tally.operations),
                      listed(calls_by_operation(tally)));
  text += fmt::format("faults      {}\n", listed(tally.faults));
  text += fmt::format("premises    {}\n", listed(tally.premises));
  if (!tally.not_promised.empty()) {
    text += fmt::format(
        "not promised in some runs (clocks beyond rule 20's margin, or what the "
        "subject does otherwise): {}\n",
        listed(tally.not_promised));
  }
  for (const auto& [phrase, runs] : tally.differences) {
    text += fmt::format("the subject says that it does not promise: {}\n", phrase);
  }
  if (!tally.skipped.empty()) {
    text +=
        fmt::format("skipped, since the subject does not offer it: {}\n", listed(tally.skipped));
  }
  if (const auto vacuous = vacuous_properties(tally); result.failures.empty() && !vacuous.empty()) {
    text +=
        fmt::format("premise never reached, so nothing was shown: {}\n", fmt::join(vacuous, ", "));
  }
  return text + failures_in_words(result);
}

nlohmann::ordered_json to_json(const traces::Verdict& verdict) {
  nlohmann::ordered_json document{{"result", traces::word(verdict.result)}};
  if (!verdict.property.empty()) {
    document["property"] = verdict.property;
    document["first_bad"] = verdict.first_bad;
  }
  if (!verdict.message.empty()) document["message"] = verdict.message;
  return document;
}

nlohmann::ordered_json to_json(const CampaignResult& result) {
  const sim::Tally& tally = result.tally;
  nlohmann::ordered_json failures = nlohmann::ordered_json::array();
  for (const Failure& failure : result.failures) {
    nlohmann::ordered_json entry{{"seed", std::to_string(failure.seed)}};
    entry.update(to_json(failure.verdict));
    if (!failure.trace_file.empty()) entry["trace"] = failure.trace_file;
    failures.push_back(std::move(entry));
  }
  return {{"result", traces::word(result.result)},
          {"runs", tally.runs},
          {"last_seed", std::to_string(result.last_seed)},
          {"operations", tally.operations},
          {"virtual_time_ms", tally.virtual_time.count()},
          {"outcomes", tally.outcomes},
          {"faults", tally.faults},
          {"premises", tally.premises},
          {"not_promised", tally.not_promised},
          {"differences", tally.differences},
          {"skipped", tally.skipped},
          {"vacuous", vacuous_properties(tally)},
          {"failures", std::move(failures)}};
}

std::string replay_command(const std::string& trace_file) {
  return "leasecheck replay " + trace_file;
}

}  // namespace leasecheck::cli
