#include "cli/deployment/deployment_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "cli/deployment/deployment_report.hpp"
#include "cli/report/plot.hpp"
#include "cli/report/text.hpp"

namespace leasecheck::cli {
namespace {

using model::Duration;

constexpr std::int64_t left = 70;
constexpr std::int64_t right = 870;
constexpr std::int64_t first_top = 70;
constexpr std::int64_t panel_height = 120;
constexpr std::int64_t between_panels = 50;
constexpr std::string_view start = "text-anchor=\"start\"";
constexpr std::string_view middle = "text-anchor=\"middle\"";
constexpr std::string_view end = "text-anchor=\"end\"";

struct Panel {
  std::string title;
  std::string colour;
  std::vector<std::uint64_t> values;  ///< one for each interval
};

/// How far apart the marks of the time axis are, and what they count.
struct TimeStep {
  std::int64_t ms;
  std::int64_t unit_ms;
  std::string_view unit;
};

TimeStep step_of(Duration duration) {
  constexpr std::int64_t most_marks = 12;
  struct Unit {
    std::string_view name;
    std::int64_t ms;
    std::array<std::int64_t, 6> steps;
  };
  constexpr std::array<Unit, 5> units{{{"milliseconds", 1, {1, 10, 50, 100, 200, 500}},
                                       {"seconds", 1000, {1, 2, 5, 10, 20, 30}},
                                       {"minutes", 60'000, {1, 2, 5, 10, 20, 30}},
                                       {"hours", 3'600'000, {1, 2, 3, 4, 6, 12}},
                                       {"days", 86'400'000, {1, 2, 4, 7, 14, 28}}}};
  for (const Unit& unit : units) {
    for (const std::int64_t step : unit.steps) {
      if (duration.count() <= most_marks * step * unit.ms)
        return {step * unit.ms, unit.ms, unit.name};
    }
  }
  return {units.back().ms * 100, units.back().ms, units.back().name};
}

constexpr std::string_view unavailable = "fill=\"#f6c6c6\"";
constexpr std::string_view drained = "fill=\"#fde0b0\"";

std::string_view shade_of(const sim::Maintenance& window) {
  return window.kind == sim::Maintenance::Kind::workers_drained ? drained : unavailable;
}

// Of the shades that there are.
std::string legend(const sim::Workload& workload) {
  const auto has = [&workload](std::string_view shade) {
    return std::ranges::any_of(workload.maintenance, [shade](const sim::Maintenance& window) {
      return shade_of(window) == shade;
    });
  };
  std::string svg;
  std::int64_t x = right - 330;
  for (const auto& [shade, words] : {std::pair(unavailable, "repository not available"),
                                     std::pair(drained, "workers drained")}) {
    if (!has(shade)) continue;
    svg += plot::rectangle({x, 50}, {12, 12}, shade);
    svg += plot::text({x + 18, 60}, start, words);
    x += 190;
  }
  return svg;
}

class Drawing {
 public:
  Drawing(const sim::DeploymentSpec& spec, const sim::Statistics& statistics)
      : spec_(spec),
        statistics_(statistics),
        time_{.from = left, .to = right, .most = std::max<std::int64_t>(spec.duration.count(), 1)} {
  }

  [[nodiscard]] std::string panel(const Panel& panel, std::int64_t top) const {
    const std::int64_t bottom = top + panel_height;
    const auto most =
        static_cast<std::int64_t>(std::max<std::uint64_t>(std::ranges::max(panel.values), 1));
    const plot::Axis axis{.from = bottom, .to = top, .most = most};
    std::string svg = maintenance(top);
    std::vector<plot::Point> border{{left, bottom}};
    std::int64_t begin = 0;
    for (const std::uint64_t value : panel.values) {
      const std::int64_t until = std::min(begin + statistics_.interval.count(), time_.most);
      const std::int64_t y = axis.at(static_cast<std::int64_t>(value));
      border.push_back({time_.at(begin), y});
      border.push_back({time_.at(until), y});
      begin = until;
    }
    border.push_back({border.back().x, bottom});
    svg += plot::area(border, panel.colour);
    for (const std::int64_t tick : plot::ticks(most)) {
      svg += plot::line({left - 4, axis.at(tick)}, {left, axis.at(tick)});
      svg +=
          plot::text({left - 8, axis.at(tick) + 4}, end, grouped(static_cast<std::uint64_t>(tick)));
    }
    svg += plot::line({left, bottom}, {left, top}) + plot::line({left, bottom}, {right, bottom});
    svg += plot::text({left, top - 10}, start, panel.title);
    return svg + times(bottom);
  }

 private:
  [[nodiscard]] std::string times(std::int64_t bottom) const {
    const TimeStep step = step_of(spec_.duration);
    std::string svg;
    for (std::int64_t ms = 0; ms <= spec_.duration.count(); ms += step.ms) {
      const std::int64_t x = time_.at(ms);
      svg += plot::line({x, bottom}, {x, bottom + 4});
      svg += plot::text({x, bottom + 18}, middle, fmt::format("{}", ms / step.unit_ms));
    }
    return svg + plot::text({right + 16, bottom + 18}, start, step.unit);
  }

  [[nodiscard]] std::string maintenance(std::int64_t top) const {
    std::string svg;
    for (const sim::Maintenance& window : spec_.workload.maintenance) {
      for (Duration at = window.at; at < spec_.duration;
           at += window.every.value_or(spec_.duration)) {
        const std::int64_t from = time_.at(at.count());
        const std::int64_t to = time_.at(std::min((at + window.lasts).count(), time_.most));
        svg += plot::rectangle({from, top}, {std::max<std::int64_t>(to - from, 1), panel_height},
                               shade_of(window));
      }
    }
    return svg;
  }

  const sim::DeploymentSpec& spec_;
  const sim::Statistics& statistics_;
  plot::Axis time_;
};

}  // namespace

std::string deployment_svg(const sim::DeploymentSpec& spec, const sim::Statistics& statistics,
                           const std::string& title) {
  std::array<Panel, 3> panels{
      Panel{"Attempts ready and waiting for a worker, most at a time", "#b2182b", {}},
      Panel{"Attempts leased, most at a time", "#4393c3", {}},
      Panel{fmt::format("Attempts finished in {}, all runs", as_flag(statistics.interval)),
            "#1b7837",
            {}}};
  for (const sim::Interval& interval : statistics.intervals) {
    panels[0].values.push_back(interval.ready);
    panels[1].values.push_back(interval.leased);
    panels[2].values.push_back(interval.finished);
  }
  const Drawing drawing(spec, statistics);
  std::string svg = plot::text({left, 26}, "font-size=\"15\" font-weight=\"bold\"", title);
  svg += legend(spec.workload);
  std::int64_t top = first_top;
  for (const Panel& panel : panels) {
    svg += drawing.panel(panel, top);
    top += panel_height + between_panels;
  }
  return plot::document({right + 80, top}, 12, svg);
}

}  // namespace leasecheck::cli
