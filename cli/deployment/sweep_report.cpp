#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/deployment/deployment_report.hpp"
#include "cli/deployment/sweep.hpp"
#include "cli/report/text.hpp"

namespace leasecheck::cli {
namespace {

using model::Duration;
using nlohmann::ordered_json;

std::string line(const SweptValue& row) {
  const sim::Statistics statistics = row.campaign.statistics.value_or(sim::Statistics{});
  const sim::Histogram& recovery = statistics.time_to_recovery;
  return fmt::format(
      "{:>12}{:>12}{:>12}{:>12}{:>12}{:>10}{:>12}{:>10}{:>9}\n", as_flag(row.value),
      exact(recovery.percentile(50)), exact(recovery.percentile(90)), exact(recovery.longest()),
      grouped(recovery.count()), percent(share_of(statistics.repeated, statistics.executions)),
      exact(row.margin), grouped(statistics.believed_twice), row.is_within_margin() ? "yes" : "no");
}

}  // namespace

std::string in_words(Swept what, const std::vector<SweptValue>& rows) {
  std::string text = fmt::format(
      "{:>12}  from a crash to the next claim{:>18}{:>8}{:>12}{:>10}{:>9}\n"
      "{:>12}{:>12}{:>12}{:>12}{:>12}{:>10}{:>12}{:>10}{:>9}\n",
      "", "", "work", "", "believed", "within", word(what), "p50", "p90", "max", "count", "twice",
      "margin", "twice", "margin");
  for (const SweptValue& row : rows) text += line(row);
  if (rows.empty()) return text;
  return text +
         fmt::format(
             "No two workers believe in one attempt where no clock is behind another by more "
             "than the margin; clocks here are apart by up to {}.\n",
             exact(rows.front().widest_skew));
}

ordered_json to_json(Swept what, const std::vector<SweptValue>& rows) {
  ordered_json document{{"sweep", word(what)}, {"values", ordered_json::array()}};
  for (const SweptValue& row : rows) {
    ordered_json entry{{"value_ms", row.value.count()},
                       {"result", traces::word(row.campaign.result)},
                       {"margin_ms", row.margin.count()},
                       {"widest_skew_ms", row.widest_skew.count()},
                       {"within_margin", row.is_within_margin()}};
    if (row.campaign.statistics) {
      ordered_json statistics = report_json(*row.campaign.statistics);
      statistics.erase("intervals");
      statistics.erase("interval_ms");
      entry["deployment"] = std::move(statistics);
    }
    document["values"].push_back(std::move(entry));
  }
  return document;
}

}  // namespace leasecheck::cli
