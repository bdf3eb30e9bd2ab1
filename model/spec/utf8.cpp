#include "model/spec/utf8.hpp"

#include <algorithm>
#include <array>

namespace leasecheck::model {
namespace {

struct Range {
  unsigned char low;
  unsigned char high;
  [[nodiscard]] constexpr bool contains(char c) const {
    const auto byte = static_cast<unsigned char>(c);
    return low <= byte && byte <= high;
  }
};

constexpr Range continuation{0x80, 0xBF};

/// One row of table 3-7: bytes after the second are always `continuation`.
struct Row {
  Range first;
  Range second;
  std::size_t length;
};

constexpr std::array<Row, 9> well_formed{{{{0x00, 0x7F}, {}, 1},
                                          {{0xC2, 0xDF}, continuation, 2},
                                          {{0xE0, 0xE0}, {0xA0, 0xBF}, 3},
                                          {{0xE1, 0xEC}, continuation, 3},
                                          {{0xED, 0xED}, {0x80, 0x9F}, 3},
                                          {{0xEE, 0xEF}, continuation, 3},
                                          {{0xF0, 0xF0}, {0x90, 0xBF}, 4},
                                          {{0xF1, 0xF3}, continuation, 4},
                                          {{0xF4, 0xF4}, {0x80, 0x8F}, 4}}};

}  // namespace

std::size_t utf8_sequence_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto* const row = std::ranges::find_if(
      well_formed, [&](const Row& candidate) { return candidate.first.contains(text[0]); });
  if (row == well_formed.end() || text.size() < row->length) return 0;
  for (std::size_t i = 1; i < row->length; ++i) {
    if (!(i == 1 ? row->second : continuation).contains(text[i])) return 0;
  }
  return row->length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace leasecheck::model
