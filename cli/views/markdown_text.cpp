#include "cli/views/markdown_text.hpp"

#include <cctype>

#include "traces/printable.hpp"

namespace leasecheck::cli {
namespace {

/// Whether an underscore at this place is a part of a word, which it then is in Markdown too.
bool is_within_word(std::string_view text, std::size_t place) {
  const auto is_letter = [text](std::size_t at) {
    return at < text.size() && std::isalnum(static_cast<unsigned char>(text[at])) != 0;
  };
  return place > 0 && is_letter(place - 1) && is_letter(place + 1);
}

}  // namespace

std::string markdown_text(std::string_view text) {
  const std::string shown = traces::printable(text);
  std::string safe;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const char letter = shown[i];
    const bool is_markup = std::string_view(R"(\`*[]<>#|~&$@)").find(letter) != std::string::npos ||
                           (letter == '_' && !is_within_word(shown, i));
    if (is_markup) safe += '\\';
    safe += letter == '\n' ? ' ' : letter;
  }
  return safe;
}

}  // namespace leasecheck::cli
