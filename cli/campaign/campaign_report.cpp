#include "cli/campaign/campaign_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/campaign/tally_json.hpp"
#include "cli/report/text.hpp"

namespace leasecheck::cli {
namespace {

std::string listed(const sim::Counts& counts) {
  std::string text;
  for (const auto& [name, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, grouped(count));
  }
  return text.empty() ? "none" : text;
}

sim::Counts calls_by_operation(const sim::Tally& tally) {
  sim::Counts calls;
  for (const auto& [operation, outcomes] : tally.outcomes) {
    for (const auto& [outcome, count] : outcomes) calls[operation] += count;
  }
  return calls;
}

std::string failure_in_words(const FailureGroup& alike) {
  const traces::Verdict& verdict = alike.first.verdict;
  const std::uint64_t seed = alike.first.seed;
  std::string text;
  if (verdict.result == traces::Result::violated) {
    text = fmt::format("seed {}: violated {}{}: {}\n", seed, verdict.property,
                       verdict.first_bad == 0 ? " in its stress test"
                                              : fmt::format(" at step {}", verdict.first_bad),
                       verdict.message);
  } else {
    text = fmt::format("seed {}: {}: {}\n", seed, traces::word(verdict.result), verdict.message);
  }
  if (!alike.first.trace_file.empty()) text += fmt::format("  trace: {}\n", alike.first.trace_file);
  if (!alike.first.not_reproducible.empty()) {
    text += fmt::format("  {}\n", alike.first.not_reproducible);
  }
  if (alike.seeds.size() > 1) {
    constexpr std::size_t most_listed = 10;
    const std::vector<std::uint64_t> others(
        alike.seeds.begin() + 1, alike.seeds.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                           alike.seeds.size(), most_listed + 1)));
    text += fmt::format("  the same in {} more seeds: {}{}\n", alike.seeds.size() - 1,
                        fmt::join(others, ", "), alike.seeds.size() - 1 > most_listed ? ", …" : "");
  }
  return text;
}

std::string failures_in_words(const CampaignResult& result) {
  std::string text;
  for (const FailureGroup& alike : group(result.failures)) text += failure_in_words(alike);
  return text;
}

}  // namespace

std::string in_words(const CampaignResult& result) {
  const sim::Tally& tally = result.tally;
  std::string text = fmt::format("runs        {} ({} of virtual time)\n", grouped(tally.runs),
                                 in_words(tally.virtual_time));
  text += fmt::format("operations  {}: {}\n", grouped(tally.operations),
                      listed(calls_by_operation(tally)));
  if (tally.disk_calls > 0) {
    text +=
        fmt::format("disk        {} calls, each a point for faults\n", grouped(tally.disk_calls));
  }
  if (tally.rounds > 0) {
    text += fmt::format("stress      {} rounds of operations at the same time: {}\n",
                        grouped(tally.rounds), listed(tally.at_once));
  }
  text += fmt::format("transitions {} kinds: {}\n", tally.transitions.size(),
                      listed(tally.transitions));
  text += fmt::format("faults      {}\n", listed(tally.faults));
  if (!result.never_fired.empty()) {
    text += fmt::format("never fired {}\n", fmt::join(result.never_fired, ", "));
  }
  text += fmt::format("odd values  {}\n", listed(tally.values));
  if (!result.never_odd.empty()) {
    text += fmt::format("never odd   {}\n", fmt::join(result.never_odd, ", "));
  }
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
  if (result.given_up > 0) {
    text += fmt::format("given up    {} seeds that had not come to their end\n", result.given_up);
  }
  if (!result.undecided.empty()) text += result.undecided + "\n";
  return text + failures_in_words(result);
}

nlohmann::ordered_json to_json(const CampaignResult& result) {
  nlohmann::ordered_json failures = nlohmann::ordered_json::array();
  for (const Failure& failure : result.failures) {
    nlohmann::ordered_json entry{{"seed", std::to_string(failure.seed)}};
    entry.update(to_json(failure.verdict));
    if (!failure.at.empty()) entry["at"] = failure.at;
    if (!failure.trace_file.empty()) entry["trace"] = failure.trace_file;
    if (!failure.replay.empty()) entry["replay"] = failure.replay;
    failures.push_back(std::move(entry));
  }
  nlohmann::ordered_json document{{"result", traces::word(result.result)},
                                  {"last_seed", std::to_string(result.last_seed)}};
  document.update(to_json(result.tally));
  document["never_fired"] = result.never_fired;
  document["never_odd"] = result.never_odd;
  document["vacuous"] = vacuous_properties(result.tally);
  if (result.given_up > 0) document["given_up"] = result.given_up;
  if (!result.undecided.empty()) document["undecided"] = result.undecided;
  document["failures"] = std::move(failures);
  return document;
}

}  // namespace leasecheck::cli
