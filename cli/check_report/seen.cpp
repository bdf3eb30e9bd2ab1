#include "cli/check_report/seen.hpp"

#include <fmt/format.h>

#include <utility>

namespace leasecheck::cli {
namespace {

void add_chart(Section& section, std::string name, std::string title, const sim::Counts& counts) {
  if (counts.empty()) return;
  Chart chart{.name = std::move(name), .title = std::move(title), .rows = {}};
  for (const auto& [what, count] : counts) chart.rows.push_back({.name = what, .count = count});
  section.charts.push_back(std::move(chart));
}

void add_operations(Section& section, const sim::Tally& tally) {
  Chart chart{.name = "operations", .title = "Operations, by what they answered", .rows = {}};
  for (const auto& [operation, outcomes] : tally.outcomes) {
    Chart::Row row{.name = operation, .parts = outcomes};
    for (const auto& [outcome, count] : outcomes) row.count += count;
    chart.rows.push_back(std::move(row));
  }
  if (!chart.rows.empty()) section.charts.push_back(std::move(chart));
}

void add_gap(Section& section, Gap gap) {
  if (!gap.what.empty()) section.gaps.push_back(std::move(gap));
}

sim::Counts all_of(const std::vector<std::string>& names) {
  sim::Counts counts;
  for (const std::string& name : names) counts[name] = 0;
  return counts;
}

}  // namespace

void add_seen(Section& section, const sim::Tally& tally) {
  add_operations(section, tally);
  add_chart(section, "transitions", "Moves of attempts", tally.transitions);
  add_chart(section, "faults", "Faults that happened", tally.faults);
  add_chart(section, "values", "Runs with odd values, by dimension", tally.values);
  add_chart(section, "premises", "How often what a property speaks of arose", tally.premises);
  add_gap(section, {.name = "not_promised",
                    .title = "not promised",
                    .reason = "properties that did not apply, by clocks beyond rule 20's margin or "
                              "what the subject says that it does otherwise",
                    .what = tally.not_promised});
  add_gap(section, {.name = "differences",
                    .title = "done otherwise",
                    .reason = "what the subject says that it does not promise",
                    .what = tally.differences});
  add_gap(section, {.name = "skipped",
                    .title = "not offered",
                    .reason = "operations that the subject does not have",
                    .what = tally.skipped});
}

void add_campaign(Section& section, const CampaignResult& result) {
  const sim::Tally& tally = result.tally;
  section.totals = {{.name = "runs", .what = "runs", .value = tally.runs},
                    {.name = "operations", .what = "operations", .value = tally.operations},
                    {.name = "virtual_time_ms",
                     .what = "of virtual time",
                     .value = static_cast<std::uint64_t>(tally.virtual_time.count()),
                     .unit = Figure::Unit::milliseconds}};
  add_gap(section, {.name = "never_fired",
                    .title = "never fired",
                    .reason = "kinds of fault that could have happened and did not",
                    .what = all_of(result.never_fired)});
  add_gap(section, {.name = "never_odd",
                    .title = "never odd",
                    .reason = "dimensions of values that could have been odd and were not",
                    .what = all_of(result.never_odd)});
  if (result.failures.empty()) {
    add_gap(section,
            {.name = "never_reached",
             .title = "never reached",
             .reason = "properties that hold since what they speak of never arose, so that "
                       "nothing was shown",
             .what = all_of(vacuous_properties(tally))});
  }
  add_seen(section, tally);
  if (result.given_up > 0) {
    section.notes.push_back(fmt::format("given up, since they had not come to their end: {} seed{}",
                                        result.given_up, result.given_up == 1 ? "" : "s"));
  }
  if (!result.undecided.empty()) section.notes.push_back(result.undecided);
}

}  // namespace leasecheck::cli
