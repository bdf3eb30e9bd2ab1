#include "cli/deployment/deployment_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

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

/// What the time axis counts in.
struct Unit {
  std::string_view name;
  std::int64_t ms;
};

const Unit& unit_of(Duration duration) {
  constexpr std::int64_t least = 2;
  static constexpr std::array<Unit, 5> units{{{"days", 86'400'000},
                                              {"hours", 3'600'000},
                                              {"minutes", 60'000},
                                              {"seconds", 1000},
                                              {"milliseconds", 1}}};
  const auto unit = std::ranges::find_if(
      units, [&](const Unit& each) { return duration.count() >= least * each.ms; });
  return unit == units.end() ? units.back() : *unit;
}

class Drawing {
 public:
  Drawing(const sim::DeploymentSpec& spec, const sim::Statistics& statistics)
      : spec_(spec),
        statistics_(statistics),
        time_{.from = left, .to = right, .most = std::max<std::int64_t>(spec.duration.count(), 1)} {
  }

  std::string panel(const Panel& panel, std::int64_t top) const {
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
  std::string times(std::int64_t bottom) const {
    const Unit& unit = unit_of(spec_.duration);
    std::string svg;
    for (const std::int64_t tick :
         plot::ticks(std::max(spec_.duration.count() / unit.ms, std::int64_t{1}))) {
      const std::int64_t x = time_.at(tick * unit.ms);
      svg += plot::line({x, bottom}, {x, bottom + 4});
      svg += plot::text({x, bottom + 18}, middle, fmt::format("{}", tick));
    }
    return svg + plot::text({right, bottom + 18}, start, fmt::format("  {}", unit.name));
  }

  std::string maintenance(std::int64_t top) const {
    std::string svg;
    for (const sim::Maintenance& window : spec_.workload.maintenance) {
      const std::string_view colour = window.kind == sim::Maintenance::Kind::workers_drained
                                          ? "fill=\"#fde8c8\""
                                          : "fill=\"#f6d0d0\"";
      for (Duration at = window.at; at < spec_.duration;
           at += window.every.value_or(spec_.duration)) {
        const std::int64_t from = time_.at(at.count());
        const std::int64_t to = time_.at(std::min((at + window.lasts).count(), time_.most));
        svg += plot::rectangle({from, top}, {std::max<std::int64_t>(to - from, 1), panel_height},
                               colour);
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
  const std::string per = in_words(statistics.interval);
  std::array<Panel, 3> panels{
      Panel{"Attempts ready and waiting for a worker, most at a time", "#b2182b", {}},
      Panel{"Attempts leased, most at a time", "#4393c3", {}},
      Panel{fmt::format("Attempts finished per {}, all runs", per), "#1b7837", {}}};
  for (const sim::Interval& interval : statistics.intervals) {
    panels[0].values.push_back(interval.ready);
    panels[1].values.push_back(interval.leased);
    panels[2].values.push_back(interval.finished);
  }
  const Drawing drawing(spec, statistics);
  std::string svg = plot::text({left, 26}, "font-size=\"15\" font-weight=\"bold\"", title);
  std::int64_t top = first_top;
  for (const Panel& panel : panels) {
    svg += drawing.panel(panel, top);
    top += panel_height + between_panels;
  }
  return plot::document({right + 80, top}, 12, svg);
}

}  // namespace leasecheck::cli
