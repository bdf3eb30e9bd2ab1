#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What pictures of numbers are made of: SVG in whole pixels. No floating-point number decides
/// anything, so the same numbers give the same bytes everywhere.
namespace leasecheck::cli::plot {

struct Point {
  std::int64_t x = 0;
  std::int64_t y = 0;
};

/// Values on a line of the picture. Values beyond its ends are placed beyond them.
struct Axis {
  std::int64_t from = 0;  ///< the pixel of 0
  std::int64_t to = 0;    ///< the pixel of `most`
  std::int64_t most = 1;

  [[nodiscard]] std::int64_t at(std::int64_t value) const {
    return from + value * (to - from) / most;
  }
};

/// Round numbers from 0 to `most`, in steps of 1, 2 or 5 times a power of ten: three to six of
/// them, or each whole number where there are fewer. Pre: `most` is above 0.
[[nodiscard]] std::vector<std::int64_t> ticks(std::int64_t most);

/// `style`: attributes of the element, as `text-anchor="end"`. The words are escaped.
[[nodiscard]] std::string text(Point at, std::string_view style, std::string_view words);
[[nodiscard]] std::string line(Point from, Point to, std::string_view colour = "#444");
/// Through all of them, in this order; and as an area that is closed.
[[nodiscard]] std::string polyline(const std::vector<Point>& points, std::string_view colour);
[[nodiscard]] std::string area(const std::vector<Point>& points, std::string_view colour);
[[nodiscard]] std::string dot(Point at, std::int64_t radius, std::string_view colour);
/// From its upper left corner on.
[[nodiscard]] std::string rectangle(Point at, Point size, std::string_view style);

/// The whole picture, on white.
[[nodiscard]] std::string document(Point size, int font_size, std::string_view body);

}  // namespace leasecheck::cli::plot
