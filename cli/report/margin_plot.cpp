#include "cli/report/margin_plot.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace leasecheck::cli {
namespace {

// Everything in whole pixels: no float decides anything, so the bytes are the same everywhere.
constexpr std::int64_t left = 90;
constexpr std::int64_t bottom = 330;
constexpr std::int64_t width = 480;
constexpr std::int64_t height = 280;

struct Axes {
  std::int64_t longest_grace;
  std::int64_t largest_skew;

  [[nodiscard]] std::int64_t x(const PlotPoint& point) const {
    return left + point.grace.count() * width / longest_grace;
  }
  [[nodiscard]] std::int64_t y(const PlotPoint& point) const {
    return bottom - point.margin.count() * height / largest_skew;
  }
};

std::string label(std::int64_t x, std::int64_t y, const std::string& anchor,
                  const std::string& words) {
  return fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor, words);
}

std::string line(std::int64_t x1, std::int64_t y1, std::int64_t x2, std::int64_t y2) {
  return fmt::format("<path d=\"M{} {}L{} {}\" stroke=\"#444\"/>\n", x1, y1, x2, y2);
}

std::string dot(const Axes& axes, const PlotPoint& point, const std::string& colour, int radius) {
  return fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"/>\n", axes.x(point),
                     axes.y(point), radius, colour);
}

}  // namespace

std::string plot_svg(const std::vector<PlotPoint>& points, const PlotPoint& own,
                     const std::string& title) {
  const auto highest = std::ranges::max(points, {}, &PlotPoint::margin);
  const Axes axes{
      .longest_grace = points.back().grace.count(),
      .largest_skew = std::max({highest.margin.count(), own.margin.count(), std::int64_t{1}})};
  std::string border;
  for (const PlotPoint& point : points)
    border += fmt::format("L{} {}", axes.x(point), axes.y(point));
  std::string svg =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"600\" height=\"400\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n"
      "<rect width=\"600\" height=\"400\" fill=\"white\"/>\n";
  svg += fmt::format("<path d=\"M{} {}{}L{} {}Z\" fill=\"#cde8d4\"/>\n", left, bottom, border,
                     left + width, bottom);
  svg += line(left, bottom, left + width, bottom) + line(left, bottom, left, bottom - height);
  for (const PlotPoint& point : points) {
    svg += dot(axes, point, "#1b7837", 3);
    svg += label(axes.x(point), bottom + 18, "middle", fmt::format("{}", point.grace.count()));
  }
  svg += label(left - 8, bottom, "end", "0");
  svg += label(left - 8, bottom - height + 4, "end", fmt::format("{}", axes.largest_skew));
  svg += dot(axes, own, "#b2182b", 5);
  svg += label(axes.x(own) + 10, axes.y(own) + 18, "start",
               fmt::format("margin {} ms", own.margin.count()));
  svg += label(left + width / 2, bottom + 42, "middle", "grace window, ms");
  svg += label(left, bottom - height - 12, "middle", "skew, ms");
  svg += label(300, 20, "middle", title);
  svg += label(left + 12, bottom - height + 16, "start", "two workers may believe at once");
  svg += label(left + width - 12, bottom - 12, "end", "never two workers that believe");
  return svg + "</svg>\n";
}

}  // namespace leasecheck::cli
