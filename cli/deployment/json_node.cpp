#include "cli/deployment/json_node.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/command_line.hpp"

namespace leasecheck::cli {

using model::Duration;
using traces::Json;

namespace {

std::string escaped(const std::string& token) {
  std::string text;
  for (const char byte : token) {
    if (byte == '~' || byte == '/') {
      text += byte == '~' ? "~0" : "~1";
    } else {
      text += byte;
    }
  }
  return text;
}

std::string shortened(const Json& json) {
  constexpr std::size_t most = 60;
  std::string text = traces::print_json(json);
  return text.size() <= most ? text : text.substr(0, most) + "…";
}

}  // namespace

void JsonNode::refuse(const std::string& expected) const {
  throw Refused{fmt::format("{}: expected {}, found {}", pointer_.empty() ? "the file" : pointer_,
                            expected, shortened(*json_))};
}

JsonNode JsonNode::at(const Json& json, const std::string& token) const {
  return {json, pointer_ + "/" + escaped(token)};
}

void JsonNode::allow(std::initializer_list<std::string_view> names) const {
  for (const auto& [name, node] : members()) {
    if (std::ranges::find(names, name) != names.end()) continue;
    std::string known;
    for (const std::string_view each : names)
      known += (known.empty() ? "" : ", ") + std::string(each);
    throw Refused{fmt::format("{}: unknown; expected one of {}", node.pointer_, known)};
  }
}

JsonNode JsonNode::required(const std::string& name) const {
  if (auto node = optional(name)) return *node;
  throw Refused{fmt::format("{}/{}: expected, found nothing", pointer_, escaped(name))};
}

std::optional<JsonNode> JsonNode::optional(const std::string& name) const {
  if (!json_->is_object()) refuse("an object");
  const auto found = json_->find(name);
  return found == json_->end() ? std::nullopt : std::optional(at(*found, name));
}

std::vector<std::pair<std::string, JsonNode>> JsonNode::members() const {
  if (!json_->is_object()) refuse("an object");
  std::vector<std::pair<std::string, JsonNode>> all;
  for (const auto& [name, value] : json_->items()) all.emplace_back(name, at(value, name));
  return all;
}

std::vector<JsonNode> JsonNode::elements() const {
  if (!json_->is_array()) refuse("an array");
  std::vector<JsonNode> all;
  for (std::size_t i = 0; i < json_->size(); ++i) all.push_back(at((*json_)[i], std::to_string(i)));
  return all;
}

std::int64_t JsonNode::integer(std::int64_t least, std::int64_t most) const {
  const bool fits = json_->is_number_integer() &&
                    (!json_->is_number_unsigned() || json_->get<std::uint64_t>() <= INT64_MAX);
  if (fits) {
    const auto value = json_->get<std::int64_t>();
    if (least <= value && value <= most) return value;
  }
  refuse(fmt::format("a whole number from {} to {}", least, most));
}

std::uint32_t JsonNode::count(std::uint32_t least, std::uint32_t most) const {
  return static_cast<std::uint32_t>(integer(least, most));
}

Duration JsonNode::duration(Duration least) const {
  std::optional<std::int64_t> ms;
  if (json_->is_string()) ms = milliseconds_in(json_->get<std::string>());
  if (json_->is_number_integer()) ms = integer(0, longest_duration);
  if (ms && *ms >= least.count()) return Duration{*ms};
  refuse(
      fmt::format("a duration of {}ms to 1000000h, as \"30s\" or in milliseconds", least.count()));
}

}  // namespace leasecheck::cli
