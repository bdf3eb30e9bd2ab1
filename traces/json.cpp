#include "traces/json.hpp"

#include <utf8.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "traces/printable.hpp"

namespace leasecheck::traces {
namespace {

/// A payload this deep is written as JSON; it then stands a few levels below the line.
constexpr int deepest_payload = deepest_nesting / 2;
constexpr std::size_t most_values_of_payload = most_values / 2;

/// What a text would be if it is JSON, and never less than that.
struct Extent {
  int depth = 0;
  std::size_t values = 1;
};

/// Counts brackets and commas, which a parser reads no further than.
Extent extent_of(std::string_view text) {
  Extent extent;
  int depth = 0;
  bool is_in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      is_in_string = !is_in_string;
    } else if (is_in_string) {
      if (c == '\\') ++i;
    } else if (c == '{' || c == '[') {
      extent.depth = std::max(extent.depth, ++depth);
      ++extent.values;
    } else if (c == '}' || c == ']') {
      --depth;
    } else if (c == ',') {
      ++extent.values;
    }
  }
  return extent;
}

/// Builds what a parser reads. `Json` on its own would look for each key among those before it.
class Builder {
 public:
  bool null() { return add(Json()); }
  bool boolean(bool value) { return add(Json(value)); }
  bool number_integer(std::int64_t value) { return add(Json(value)); }
  bool number_unsigned(std::uint64_t value) { return add(Json(value)); }
  bool number_float(double value, const std::string&) { return add(Json(value)); }
  bool string(std::string& value) { return add(Json(std::move(value))); }
  bool binary(Json::binary_t&) { return false; }

  bool start_object(std::size_t) { return start(Json::value_t::object); }
  bool start_array(std::size_t) { return start(Json::value_t::array); }
  bool key(std::string& name) {
    open_.back().name = std::move(name);
    return true;
  }

  bool end_object() {
    std::vector<Member>& members = open_.back().members;
    if (const std::string* name = repeated_name(members)) {
      complaint_ =
          "an object that repeats the name " + print_json(front_of(*name, longest_excerpt));
      return false;
    }
    Json json = Json::object();
    auto& object = json.get_ref<Json::object_t&>();
    object.reserve(members.size());
    for (Member& member : members) {
      object.Container::emplace_back(std::move(member.name), std::move(member.value));
    }
    return end(std::move(json));
  }

  bool end_array() {
    Json json = Json::array();
    json.get_ref<Json::array_t&>() = std::move(open_.back().elements);
    return end(std::move(json));
  }

  bool parse_error(std::size_t, const std::string&, const Json::exception& fault) {
    complaint_ = "not JSON (" + std::string(front_of(fault.what(), longest_excerpt)) + ")";
    return false;
  }

  [[nodiscard]] Json take() { return std::move(whole_); }
  [[nodiscard]] const std::string& complaint() const { return complaint_; }

 private:
  static constexpr std::size_t longest_excerpt = 200;

  struct Member {
    std::string name;
    Json value;
  };
  /// An object or an array that has not ended yet.
  struct Open {
    Json::value_t kind;
    std::vector<Member> members;
    std::vector<Json> elements;
    std::string name;  ///< of the member that comes next
  };

  /// Some name that two members have, or null.
  static const std::string* repeated_name(const std::vector<Member>& members) {
    std::vector<const std::string*> names;
    names.reserve(members.size());
    for (const Member& member : members) names.push_back(&member.name);
    const auto pointed = [](const std::string* name) -> const std::string& { return *name; };
    std::ranges::sort(names, {}, pointed);
    const auto found = std::ranges::adjacent_find(names, {}, pointed);
    return found == names.end() ? nullptr : *found;
  }

  bool start(Json::value_t kind) {
    open_.push_back({.kind = kind, .members = {}, .elements = {}, .name = {}});
    return true;
  }

  bool end(Json json) {
    open_.pop_back();
    return add(std::move(json));
  }

  bool add(Json value) {
    if (open_.empty()) {
      whole_ = std::move(value);
    } else if (Open& around = open_.back(); around.kind == Json::value_t::array) {
      around.elements.push_back(std::move(value));
    } else {
      around.members.push_back({.name = std::move(around.name), .value = std::move(value)});
    }
    return true;
  }

  std::vector<Open> open_;
  Json whole_;
  std::string complaint_;
};

/// Says why a text is not even parsed.
std::expected<void, std::string> is_within(std::string_view text, Extent most) {
  const Extent extent = extent_of(text);
  if (extent.depth > most.depth) {
    return std::unexpected("nested deeper than " + std::to_string(most.depth));
  }
  if (extent.values > most.values) {
    return std::unexpected("of more than " + std::to_string(most.values) + " values");
  }
  return {};
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
  const auto within = is_within(text, {.depth = deepest_nesting, .values = most_values});
  if (!within) return std::unexpected(within.error());
  Builder builder;
  if (!Json::sax_parse(text, &builder)) return std::unexpected(builder.complaint());
  return builder.take();
}

Json payload_to_json(std::string_view payload, int deepest) {
  const Extent most{.depth = deepest, .values = most_values_of_payload};
  if (!is_within(payload, most)) return Json(Json::value_t::discarded);
  // The names of this one are sorted, and of several members of a name it keeps the last.
  const nlohmann::json json = nlohmann::json::parse(payload, nullptr, false);
  return json.is_discarded() ? Json(Json::value_t::discarded) : Json(json);
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
  Json json = payload_to_json(payload, deepest_payload);
  const bool is_canonical = !json.is_discarded() && canonical_payload(json) == payload;
  return is_canonical ? json : Json(Json::value_t::discarded);
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
