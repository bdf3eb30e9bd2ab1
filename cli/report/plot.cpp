#include "cli/report/plot.hpp"

#include <fmt/format.h>

namespace leasecheck::cli::plot {
namespace {

std::string escaped(std::string_view words) {
  std::string text;
  for (const char byte : words) {
    if (byte == '<') {
      text += "&lt;";
    } else if (byte == '&') {
      text += "&amp;";
    } else {
      text += byte;
    }
  }
  return text;
}

std::string path(const std::vector<Point>& points) {
  std::string drawn;
  for (const Point& point : points) {
    drawn += fmt::format("{}{} {}", drawn.empty() ? "M" : "L", point.x, point.y);
  }
  return drawn;
}

}  // namespace

std::vector<std::int64_t> ticks(std::int64_t most) {
  constexpr std::int64_t most_steps = 5;
  std::int64_t power = 1;
  std::int64_t step = 1;
  while (most / step > most_steps) {
    if (step == power) {
      step = 2 * power;
    } else if (step == 2 * power) {
      step = 5 * power;
    } else {
      step = power *= 10;
    }
  }
  std::vector<std::int64_t> all;
  for (std::int64_t tick = 0; tick <= most; tick += step) all.push_back(tick);
  return all;
}

std::string text(Point at, std::string_view style, std::string_view words) {
  return fmt::format("<text x=\"{}\" y=\"{}\"{}{}>{}</text>\n", at.x, at.y,
                     style.empty() ? "" : " ", style, escaped(words));
}

std::string line(Point from, Point to, std::string_view colour) {
  return fmt::format("<path d=\"{}\" stroke=\"{}\"/>\n", path({from, to}), colour);
}

std::string polyline(const std::vector<Point>& points, std::string_view colour) {
  return fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>\n",
                     path(points), colour);
}

std::string area(const std::vector<Point>& points, std::string_view colour) {
  return fmt::format("<path d=\"{}Z\" fill=\"{}\"/>\n", path(points), colour);
}

std::string dot(Point at, std::int64_t radius, std::string_view colour) {
  return fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"/>\n", at.x, at.y, radius,
                     colour);
}

std::string rectangle(Point at, Point size, std::string_view style) {
  return fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" {}/>\n", at.x, at.y,
                     size.x, size.y, style);
}

std::string document(Point size, int font_size, std::string_view body) {
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" "
             "font-family=\"sans-serif\" font-size=\"{}\">\n",
             size.x, size.y, font_size) +
         rectangle({0, 0}, size, "fill=\"white\"") + std::string(body) + "</svg>\n";
}

}  // namespace leasecheck::cli::plot
