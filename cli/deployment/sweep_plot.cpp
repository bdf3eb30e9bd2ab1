#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "cli/deployment/deployment_report.hpp"
#include "cli/deployment/sweep.hpp"
#include "cli/report/plot.hpp"

namespace leasecheck::cli {
namespace {

using model::Duration;

constexpr std::int64_t left = 80;
constexpr std::int64_t right = 620;
constexpr std::int64_t bottom = 410;
constexpr std::int64_t top = 90;
constexpr std::string_view within = "#1b7837";
constexpr std::string_view beyond = "#b2182b";
constexpr std::string_view start = "text-anchor=\"start\"";
constexpr std::string_view middle = "text-anchor=\"middle\"";
constexpr std::string_view end = "text-anchor=\"end\"";

/// One value in the picture.
struct Mark {
  std::string label;
  std::string_view colour;
  std::int64_t recovery = 0;  ///< in milliseconds, the median
  std::int64_t twice = 0;     ///< work done twice, in ten-thousandths
  plot::Point at = {};
};

// Of values in which no attempt was recovered there is none.
std::vector<Mark> marks_of(const std::vector<SweptValue>& rows) {
  std::vector<Mark> marks;
  for (const SweptValue& row : rows) {
    const auto& statistics = row.campaign.statistics;
    if (!statistics) continue;
    const auto recovery = statistics->time_to_recovery.percentile(50);
    if (!recovery) continue;
    marks.push_back({.label = as_flag(row.value),
                     .colour = row.is_within_margin() ? within : beyond,
                     .recovery = recovery->count(),
                     .twice = static_cast<std::int64_t>(
                         share_of(statistics->repeated, statistics->executions))});
  }
  return marks;
}

std::string axes(const plot::Axis& recovery, const plot::Axis& twice) {
  std::string svg =
      plot::line({left, bottom}, {right, bottom}) + plot::line({left, bottom}, {left, top});
  for (const std::int64_t tick : plot::ticks(recovery.most)) {
    svg += plot::line({recovery.at(tick), bottom}, {recovery.at(tick), bottom + 4});
    svg += plot::text({recovery.at(tick), bottom + 18}, middle, as_flag(Duration{tick}));
  }
  for (const std::int64_t tick : plot::ticks(twice.most)) {
    svg += plot::line({left - 4, twice.at(tick)}, {left, twice.at(tick)});
    svg +=
        plot::text({left - 8, twice.at(tick) + 4}, end, percent(static_cast<std::uint64_t>(tick)));
  }
  svg += plot::text({(left + right) / 2, bottom + 42}, middle,
                    "from a crash to the next claim, median");
  return svg + plot::text({left, top - 14}, middle, "work done twice");
}

// Those whose labels would lie on each other have one.
std::string labels(const std::vector<Mark>& marks) {
  std::vector<Mark> labelled;
  for (const Mark& mark : marks) {
    const auto near = std::ranges::find_if(labelled, [&mark](const Mark& other) {
      return std::abs(other.at.x - mark.at.x) < 40 && std::abs(other.at.y - mark.at.y) < 14;
    });
    if (near == labelled.end()) {
      labelled.push_back(mark);
    } else {
      near->label += ", " + mark.label;
    }
  }
  std::string svg;
  for (const Mark& mark : labelled) {
    svg += plot::text({mark.at.x + 9, mark.at.y - 7}, start, mark.label);
  }
  return svg;
}

std::string legend(Swept what) {
  return plot::text({left + 90, 56}, start, fmt::format("{}:", word(what))) +
         plot::dot({left + 160, 52}, 5, within) +
         plot::text({left + 170, 56}, start, "clocks within the margin") +
         plot::dot({left + 340, 52}, 5, beyond) +
         plot::text({left + 350, 56}, start, "beyond it: two may believe at once");
}

}  // namespace

std::string sweep_svg(Swept what, const std::vector<SweptValue>& rows, const std::string& title) {
  std::vector<Mark> marks = marks_of(rows);
  plot::Axis recovery{.from = left, .to = right, .most = 1};
  plot::Axis twice{.from = bottom, .to = top, .most = 1};
  for (const Mark& mark : marks) {
    recovery.most = std::max(recovery.most, mark.recovery);
    twice.most = std::max(twice.most, mark.twice);
  }
  std::vector<plot::Point> through;
  for (Mark& mark : marks) {
    mark.at = {recovery.at(mark.recovery), twice.at(mark.twice)};
    through.push_back(mark.at);
  }
  std::string svg = plot::text({left, 26}, "font-size=\"15\" font-weight=\"bold\"", title);
  svg += legend(what) + axes(recovery, twice);
  if (through.size() > 1) svg += plot::polyline(through, "#bbbbbb");
  for (const Mark& mark : marks) svg += plot::dot(mark.at, 5, mark.colour);
  svg += labels(marks);
  if (marks.empty()) {
    svg += plot::text({(left + right) / 2, (top + bottom) / 2}, middle,
                      "no attempt of a worker that had crashed was claimed again");
  }
  return plot::document({right + 80, bottom + 60}, 12, svg);
}

}  // namespace leasecheck::cli
