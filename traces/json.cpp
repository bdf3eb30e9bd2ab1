#include "traces/json.hpp"

#include <utf8.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

namespace leasecheck::traces {
namespace {

/// A payload this deep is written as JSON; it then stands a few levels below the line.
constexpr int deepest_payload = deepest_nesting / 2;

/// Counts brackets. As long as the text is JSON that is its depth, and a parser reads no further.
bool nests_deeper(std::string_view text, int deepest) {
  int depth = 0;
  bool is_in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      is_in_string = !is_in_string;
    } else if (is_in_string) {
      if (c == '\\') ++i;
    } else if (c == '{' || c == '[') {
      if (++depth > deepest) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

Decoded<Json> parse_within(std::string_view text, int deepest) {
  if (nests_deeper(text, deepest)) {
    return std::unexpected("nested deeper than " + std::to_string(deepest));
  }
  try {
    return Json::parse(text);
  } catch (const Json::exception& fault) {
    return std::unexpected("not JSON (" + std::string(fault.what()) + ")");
  }
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

std::optional<std::string> bytes_of(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    unsigned value = 0;
    const char* end = hex.data() + i + 2;
    if (std::from_chars(hex.data() + i, end, value, 16).ptr != end) return std::nullopt;
    bytes += static_cast<char>(value);
  }
  return bytes;
}

}  // namespace

Decoded<Json> parse_json(std::string_view text) {
  return parse_within(text, deepest_nesting);
}

std::string print_json(const Json& json) {
  // Only the keys of maps that a run filled can still hold bytes that are no UTF-8; they are for
  // the reader's eye, and replaced.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json text_to_json(std::string_view text) {
  if (utf8::is_valid(text.begin(), text.end())) return text;
  return {{"hex", hex_of(text)}};
}

std::string text_from_json(const Json& json, std::string& text) {
  if (json.is_string()) {
    text = json.get<std::string>();
    return {};
  }
  if (json.is_object() && json.size() == 1 && json.contains("hex") && json["hex"].is_string()) {
    if (auto bytes = bytes_of(json["hex"].get_ref<const std::string&>())) {
      text = *std::move(bytes);
      return {};
    }
  }
  return expected("a string or {\"hex\":…}", json);
}

Json payload_if_canonical(const std::string& payload) {
  auto json = parse_within(payload, deepest_payload);
  return json && canonical_payload(*json) == payload ? *std::move(json)
                                                     : Json(Json::value_t::discarded);
}

std::string canonical_payload(const Json& json) {
  return nlohmann::json(json).dump();
}

std::string expected(std::string_view wanted, const Json& found) {
  constexpr std::size_t longest_excerpt = 60;
  const std::string excerpt = found.is_primitive() ? print_json(found) : std::string();
  return ": expected " + std::string(wanted) + ", found " +
         (excerpt.empty() || excerpt.size() > longest_excerpt ? found.type_name() : excerpt);
}

}  // namespace leasecheck::traces
