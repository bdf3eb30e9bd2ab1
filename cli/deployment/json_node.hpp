#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "leasecheck/spec/time.hpp"
#include "traces/json.hpp"

namespace leasecheck::cli {

/// What a file says is not what was expected there, in words.
struct Refused {
  std::string message;
};

/// A JSON value and where it stands. Every method throws `Refused` if the value is another than it
/// expects.
class JsonNode {
 public:
  JsonNode(const traces::Json& json, std::string pointer)
      : json_(&json), pointer_(std::move(pointer)) {}

  /// Throws: Refused, always.
  [[noreturn]] void refuse(const std::string& expected) const;

  [[nodiscard]] bool is_object() const { return json_->is_object(); }
  [[nodiscard]] bool is_array() const { return json_->is_array(); }

  /// An object with no members but these.
  void allow(std::initializer_list<std::string_view> names) const;
  [[nodiscard]] JsonNode required(const std::string& name) const;
  [[nodiscard]] std::optional<JsonNode> optional(const std::string& name) const;
  /// All members of an object, in the order of the file.
  [[nodiscard]] std::vector<std::pair<std::string, JsonNode>> members() const;
  /// All elements of an array.
  [[nodiscard]] std::vector<JsonNode> elements() const;

  [[nodiscard]] std::int64_t integer(std::int64_t least, std::int64_t most) const;
  [[nodiscard]] std::uint32_t count(std::uint32_t least, std::uint32_t most) const;
  /// With its unit, or a number of milliseconds; at least so long.
  [[nodiscard]] model::Duration duration(model::Duration least = model::Duration{0}) const;
  template <typename Enum>
  [[nodiscard]] Enum one_of(const std::map<std::string, Enum>& words) const {
    if (json_->is_string()) {
      const auto word = words.find(json_->get<std::string>());
      if (word != words.end()) return word->second;
    }
    std::string expected;
    for (const auto& [word, value] : words) {
      expected += (expected.empty() ? "\"" : "\" or \"") + word;
    }
    refuse(expected + "\"");
  }

 private:
  [[nodiscard]] JsonNode at(const traces::Json& json, const std::string& token) const;

  const traces::Json* json_;
  std::string pointer_;  ///< RFC 6901
};

}  // namespace leasecheck::cli
