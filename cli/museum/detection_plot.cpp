#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/museum/detection_matrix.hpp"
#include "cli/report/plot.hpp"

namespace leasecheck::cli {
namespace {

constexpr std::int64_t names = 250;
constexpr std::int64_t cell_width = 92;
constexpr std::int64_t row_height = 17;
constexpr std::int64_t head = 70;
constexpr std::int64_t between_topics = 26;
constexpr std::int64_t title = 680;

// One shade for each power of ten: below 10, below 100, … below a million, and beyond.
struct Shade {
  std::string_view fill;
  std::string_view ink;
};
constexpr std::array<Shade, 7> shades{{{"#e7f4ee", "#111"},
                                       {"#c4e3d5", "#111"},
                                       {"#96cbb7", "#111"},
                                       {"#63ab98", "#111"},
                                       {"#3a8779", "#fff"},
                                       {"#1f6259", "#fff"},
                                       {"#0b3d39", "#fff"}}};

const Shade& shade_of(std::uint64_t calls) {
  std::size_t power = 0;
  while (calls >= 10 && power + 1 < shades.size()) {
    calls /= 10;
    ++power;
  }
  return shades[power];
}

// 950, 12k, 3M: three digits at most.
std::string shortened(std::uint64_t calls) {
  if (calls < 1000) return fmt::format("{}", calls);
  if (calls < 1'000'000) return fmt::format("{}k", calls / 1000);
  return fmt::format("{}M", calls / 1'000'000);
}

std::string drawn(const Cell& cell, std::int64_t x, std::int64_t y) {
  if (cell.samples == 0) return "";
  const std::int64_t middle = x + cell_width / 2;
  if (!cell.is_found()) {
    return plot::rectangle({x + 1, y + 1}, {cell_width - 3, row_height - 3},
                           "fill=\"white\" stroke=\"#c0392b\"") +
           plot::text({middle, y + 12}, "text-anchor=\"middle\" fill=\"#c0392b\"", "missed");
  }
  const Shade& shade = shade_of(cell.calls);
  return plot::rectangle({x, y}, {cell_width - 1, row_height - 1},
                         fmt::format("fill=\"{}\"", shade.fill)) +
         plot::text({middle, y + 12}, fmt::format("text-anchor=\"middle\" fill=\"{}\"", shade.ink),
                    shortened(cell.calls));
}

std::string column_heads(const DetectionMatrix& matrix) {
  std::string svg;
  for (std::size_t i = 0; i < matrix.techniques.size(); ++i) {
    const std::int64_t x = names + static_cast<std::int64_t>(i) * cell_width + cell_width / 2;
    svg += plot::text({x, head - 8}, "text-anchor=\"middle\" font-weight=\"bold\"",
                      matrix.techniques[i]->name);
  }
  return svg;
}

}  // namespace

std::string matrix_svg(const DetectionMatrix& matrix) {
  std::string body;
  std::int64_t y = head;
  const MatrixRow* previous = nullptr;
  for (const MatrixRow& row : matrix.rows) {
    const mutants::Topic topic = topic_of(*row.exhibit);
    if (previous == nullptr || topic != topic_of(*previous->exhibit)) {
      y += previous == nullptr ? 16 : between_topics;
      body += plot::text({8, y - 5}, "font-weight=\"bold\"", word(topic));
    }
    previous = &row;
    body += plot::text({8, y + 12}, "", fmt::format("{} {}", row.exhibit->row, row.exhibit->name));
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      body += drawn(row.cells[i], names + static_cast<std::int64_t>(i) * cell_width, y);
    }
    y += row_height;
  }
  const std::int64_t matrix_width =
      names + static_cast<std::int64_t>(matrix.techniques.size()) * cell_width + 10;
  return plot::document(
      {std::max(matrix_width, title), y + 12}, 11,
      plot::text({8, 20}, "font-size=\"15\" font-weight=\"bold\"",
                 "Calls until a planted defect is found, median over seeds") +
          plot::text({8, 38}, "fill=\"#444\"",
                     "the darker, the more, a shade for each power of ten; empty: the technique is "
                     "not for this kind of defect") +
          column_heads(matrix) + body);
}

}  // namespace leasecheck::cli
