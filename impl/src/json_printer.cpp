#include "json_printer.hpp"

#include <utf8.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace lease {
namespace {

/// Whether a reader of traces takes it for JSON at all: what nests deeper or holds more it is given
/// as a string. Brackets and commas are counted, which a parser reads no further than.
bool is_within_bounds(std::string_view json) {
  constexpr int deepest = 32;
  constexpr std::size_t most_values = std::size_t{1} << 20;
  int depth = 0;
  std::size_t values = 1;
  bool is_in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') {
      is_in_string = !is_in_string;
    } else if (is_in_string) {
      if (c == '\\') ++i;
    } else if (c == '{' || c == '[') {
      if (++depth > deepest) return false;
      ++values;
    } else if (c == '}' || c == ']') {
      --depth;
    } else if (c == ',') {
      ++values;
    }
  }
  return values <= most_values;
}

/// Whether parsing and printing it gives the same text again: no blanks, sorted names.
bool is_canonical(const std::string& json) {
  if (!is_within_bounds(json)) return false;
  const nlohmann::json parsed = nlohmann::json::parse(json, nullptr, false);
  return !parsed.is_discarded() && parsed.dump() == json;
}

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (const unsigned char byte : bytes) {
    hex += digits[byte >> 4];
    hex += digits[byte & 15];
  }
  return hex;
}

}  // namespace

void JsonPrinter::payload(const std::string& text) {
  if (!is_canonical(text)) return field("payload_text", text);
  begin_field("payload");
  raw(text);
}

void JsonPrinter::string(std::string_view text) {
  const auto is_plain = [](char c) { return c >= ' ' && c < 0x7F && c != '"' && c != '\\'; };
  if (std::ranges::all_of(text, is_plain)) {
    ((text_ += '"') += text) += '"';
  } else if (utf8::is_valid(text.begin(), text.end())) {
    text_ += nlohmann::json(text).dump();
  } else {
    object([&] { field("hex", hex_of(text)); });
  }
}

}  // namespace lease
