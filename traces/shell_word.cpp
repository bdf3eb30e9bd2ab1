#include "traces/shell_word.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "traces/printable.hpp"

namespace leasecheck::traces {
namespace {

bool is_plain(char c) {
  return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') ||
         std::string_view("-_./:=,+@%").contains(c);
}

}  // namespace

std::string shell_word(std::string_view text) {
  if (!text.empty() && std::ranges::all_of(text, is_plain)) return std::string(text);
  const bool is_printable = printable(text) == text && !text.contains('\n');
  std::string word = is_printable ? "'" : "$'";
  for (const char c : text) {
    if (is_printable) {
      word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    } else {
      word +=
          is_plain(c) ? std::string(1, c) : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return word + "'";
}

}  // namespace leasecheck::traces
