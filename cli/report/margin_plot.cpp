#include "cli/report/margin_plot.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/report/plot.hpp"

namespace leasecheck::cli {
namespace {

constexpr std::int64_t left = 90;
constexpr std::int64_t right = 570;
constexpr std::int64_t bottom = 330;
constexpr std::int64_t top = 50;
constexpr std::string_view start = "text-anchor=\"start\"";
constexpr std::string_view middle = "text-anchor=\"middle\"";
constexpr std::string_view end = "text-anchor=\"end\"";

}  // namespace

std::string plot_svg(const std::vector<PlotPoint>& points, const PlotPoint& own,
                     const std::string& title) {
  const auto highest = std::ranges::max(points, {}, &PlotPoint::margin);
  const std::int64_t largest_skew =
      std::max({highest.margin.count(), own.margin.count(), std::int64_t{1}});
  const plot::Axis grace{.from = left, .to = right, .most = points.back().grace.count()};
  const plot::Axis skew{.from = bottom, .to = top, .most = largest_skew};
  const auto place = [&](const PlotPoint& point) {
    return plot::Point{grace.at(point.grace.count()), skew.at(point.margin.count())};
  };
  std::vector<plot::Point> border{{left, bottom}};
  for (const PlotPoint& point : points) border.push_back(place(point));
  border.push_back({right, bottom});
  std::string svg = plot::area(border, "#cde8d4");
  svg += plot::line({left, bottom}, {right, bottom}) + plot::line({left, bottom}, {left, top});
  for (const PlotPoint& point : points) {
    svg += plot::dot(place(point), 3, "#1b7837");
    svg +=
        plot::text({place(point).x, bottom + 18}, middle, fmt::format("{}", point.grace.count()));
  }
  svg += plot::text({left - 8, bottom}, end, "0");
  svg += plot::text({left - 8, top + 4}, end, fmt::format("{}", largest_skew));
  svg += plot::dot(place(own), 5, "#b2182b");
  svg += plot::text({place(own).x + 10, place(own).y + 18}, start,
                    fmt::format("margin {} ms", own.margin.count()));
  svg += plot::text({(left + right) / 2, bottom + 42}, middle, "grace window, ms");
  svg += plot::text({left, top - 12}, middle, "skew, ms");
  svg += plot::text({300, 20}, middle, title);
  svg += plot::text({left + 12, top + 16}, start, "two workers may believe at once");
  svg += plot::text({right - 12, bottom - 12}, end, "never two workers that believe");
  return plot::document({600, 400}, 12, svg);
}

}  // namespace leasecheck::cli
