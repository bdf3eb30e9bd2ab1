#include "traces/printable.hpp"

#include "model/spec/utf8.hpp"

namespace leasecheck::traces {
namespace {

constexpr std::size_t longest_character = 4;

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

/// The length of the character at the front, if it is one that is shown as it is; otherwise 0.
std::size_t length_shown(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return (first >= ' ' && first != 0x7F) || first == '\n' || first == '\t';
  const std::size_t length = model::utf8_sequence_length(text);
  const std::string_view character = text.substr(0, length);
  const bool is_control = first == 0xC2 && character < "\xC2\xA0";
  const bool is_foreign_to_xml = character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF";
  return is_control || is_foreign_to_xml ? 0 : length;
}

}  // namespace

std::string printable(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = length_shown(text);
    if (length > 0) {
      shown.append(text, 0, length);
      text.remove_prefix(length);
      continue;
    }
    const auto byte = static_cast<unsigned char>(text.front());
    shown.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    text.remove_prefix(1);
  }
  return shown;
}

std::string_view front_of(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && most - end < longest_character - 1 && is_continuation(text[end])) --end;
  return text.substr(0, end);
}

std::string_view end_of(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  const std::size_t cut = text.size() - most;
  std::size_t begin = cut;
  while (begin < text.size() && begin - cut < longest_character - 1 &&
         is_continuation(text[begin])) {
    ++begin;
  }
  return text.substr(begin);
}

}  // namespace leasecheck::traces
