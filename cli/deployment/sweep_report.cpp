#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/deployment/deployment_report.hpp"
#include "cli/deployment/sweep.hpp"
#include "cli/report/plot.hpp"
#include "cli/report/text.hpp"

namespace leasecheck::cli {
namespace {

using model::Duration;
using nlohmann::ordered_json;

std::string line(const SweptValue& row) {
  const sim::Statistics statistics = row.campaign.statistics.value_or(sim::Statistics{});
  const sim::Histogram& recovery = statistics.time_to_recovery;
  return fmt::format(
      "{:>12}{:>12}{:>12}{:>12}{:>12}{:>10}{:>12}{:>10}{:>9}\n", exact(row.value),
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

std::string sweep_svg(Swept what, const std::vector<SweptValue>& rows, const std::string& title) {
  constexpr std::int64_t left = 80;
  constexpr std::int64_t right = 620;
  constexpr std::int64_t bottom = 390;
  constexpr std::int64_t top = 80;
  constexpr std::string_view within = "#1b7837";
  constexpr std::string_view beyond = "#b2182b";
  constexpr std::string_view start = "text-anchor=\"start\"";
  constexpr std::string_view middle = "text-anchor=\"middle\"";
  constexpr std::string_view end = "text-anchor=\"end\"";
  plot::Axis detection{.from = left, .to = right, .most = 1};
  plot::Axis twice{.from = bottom, .to = top, .most = 1};
  struct Placed {
    const SweptValue* row;
    std::int64_t detection;
    std::int64_t twice;  // in ten-thousandths
  };
  std::vector<Placed> all;
  for (const SweptValue& row : rows) {
    const auto& statistics = row.campaign.statistics;
    if (!statistics || statistics->time_to_recovery.count() == 0) continue;
    all.push_back(
        {&row, statistics->time_to_recovery.percentile(50)->count(),
         static_cast<std::int64_t>(share_of(statistics->repeated, statistics->executions))});
    detection.most = std::max(detection.most, all.back().detection);
    twice.most = std::max(twice.most, all.back().twice);
  }
  std::string svg = plot::text({left, 26}, "font-size=\"15\" font-weight=\"bold\"", title);
  svg += plot::line({left, bottom}, {right, bottom}) + plot::line({left, bottom}, {left, top});
  for (const std::int64_t tick : plot::ticks(detection.most)) {
    svg += plot::line({detection.at(tick), bottom}, {detection.at(tick), bottom + 4});
    svg += plot::text({detection.at(tick), bottom + 18}, middle, exact(Duration{tick}));
  }
  for (const std::int64_t tick : plot::ticks(twice.most)) {
    svg += plot::line({left - 4, twice.at(tick)}, {left, twice.at(tick)});
    svg +=
        plot::text({left - 8, twice.at(tick) + 4}, end, percent(static_cast<std::uint64_t>(tick)));
  }
  std::vector<plot::Point> through;
  for (const Placed& placed : all) {
    through.push_back({detection.at(placed.detection), twice.at(placed.twice)});
  }
  if (through.size() > 1) svg += plot::polyline(through, "#bbbbbb");
  for (std::size_t i = 0; i < all.size(); ++i) {
    svg += plot::dot(through[i], 5, all[i].row->is_within_margin() ? within : beyond);
    svg += plot::text({through[i].x + 8, through[i].y - 8}, start, exact(all[i].row->value));
  }
  svg += plot::text({(left + right) / 2, bottom + 42}, middle,
                    "from a crash to the next claim, median");
  svg += plot::text({left, top - 14}, middle, "work done twice");
  svg += plot::dot({left + 130, top - 18}, 5, within);
  svg += plot::text({left + 140, top - 14}, start, "clocks within the margin");
  svg += plot::dot({left + 310, top - 18}, 5, beyond);
  svg += plot::text({left + 320, top - 14}, start, "beyond it: two may believe at once");
  svg += plot::text({right, bottom + 42}, end, fmt::format("each point: {}", word(what)));
  return plot::document({right + 80, bottom + 60}, 12, svg);
}

}  // namespace leasecheck::cli
