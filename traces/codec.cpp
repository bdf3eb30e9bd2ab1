#include "traces/codec.hpp"

#include <utf8.h>

#include "traces/json_fields.hpp"

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

/// Which alternative of `Answer` an operation gives: the second column of the contract's methods.
struct EmptyAnswer {
  using Answer = model::Answer;
  Answer operator()(const model::Reset&) const { return model::Done{}; }
  Answer operator()(const model::EnqueueAttempt&) const { return model::Done{}; }
  Answer operator()(const model::ListDispatchableAttempts&) const {
    return std::vector<model::DispatchRecord>{};
  }
  Answer operator()(const model::UpsertLease&) const { return model::LeaseRecord{}; }
  Answer operator()(const model::HeartbeatLease&) const { return model::Done{}; }
  Answer operator()(const model::HeartbeatLeaseWithVersion&) const { return model::LeaseRecord{}; }
  Answer operator()(const model::ExpireLeasesAndRequeue&) const { return model::Count{}; }
  Answer operator()(const model::TransitionTimedOutAttempts&) const { return model::Count{}; }
  Answer operator()(const model::LatestSeqForRun&) const { return model::Sequence{}; }
  Answer operator()(const model::StartAttempt&) const { return model::Done{}; }
  Answer operator()(const model::ReleaseLease&) const { return model::Done{}; }
  Answer operator()(const model::AckAttempt&) const { return model::AckResult{}; }
  Answer operator()(const model::AppendRunEvent&) const { return model::Sequence{}; }
  Answer operator()(const model::CancelAttempt&) const { return model::Done{}; }
  Answer operator()(const model::ReplayDeadLetter&) const { return model::Done{}; }
  Answer operator()(const model::ListDeadLetters&) const {
    return std::vector<model::DeadLetter>{};
  }
  Answer operator()(const model::GetAttempt&) const { return model::AttemptRecord{}; }
  Answer operator()(const model::GetLease&) const { return std::optional<model::LeaseRecord>{}; }
  Answer operator()(const model::GetLeaseForAttempt&) const {
    return std::optional<model::LeaseRecord>{};
  }
  Answer operator()(const model::QueueDepth&) const { return model::Count{}; }
  Answer operator()(const model::CountByStatus&) const { return model::CountsByStatus{}; }
  Answer operator()(const model::ListRunEvents&) const { return std::vector<model::RunEvent>{}; }
};

struct AnswerEncoder {
  Json operator()(const std::optional<model::LeaseRecord>& lease) const {
    return lease ? Encoder::object(*lease) : Json();
  }
  Json operator()(const auto& answer) const { return Encoder::object(answer); }
};

struct AnswerDecoder {
  const Json& json;
  std::string operator()(std::optional<model::LeaseRecord>& lease) const {
    return json.is_null() ? std::string() : Decoder::record(json, lease.emplace());
  }
  std::string operator()(auto& answer) const { return Decoder::record(json, answer); }
};

/// Reads the alternative of `Variant` that has this name.
template <class Variant, std::size_t index = 0>
Decoded<Variant> alternative_from_json(std::string_view kind, std::string_view name,
                                       const Json& args) {
  if constexpr (index == std::variant_size_v<Variant>) {
    return std::unexpected("unknown " + std::string(kind) + " " + print_json(text_to_json(name)));
  } else {
    Variant variant(std::in_place_index<index>);
    if (name_of(variant) != name) {
      return alternative_from_json<Variant, index + 1>(kind, name, args);
    }
    const std::string complaint = Decoder::strict_record(args, std::get<index>(variant));
    if (!complaint.empty()) return std::unexpected("args" + complaint);
    return variant;
  }
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

Json operation_args_to_json(const model::Operation& operation) {
  return std::visit([](const auto& args) { return Encoder::object(args); }, operation);
}

std::string operation_args_to_text(const model::Operation& operation) {
  return std::visit([](const auto& args) { return Printer::object(args); }, operation);
}

Decoded<model::Operation> operation_from_json(std::string_view name, const Json& args) {
  return alternative_from_json<model::Operation>("operation", name, args);
}

Json outcome_to_json(const model::Outcome& outcome) {
  if (!outcome) return {{"error", {{"code", word(outcome.error())}}}};
  return {{"ok", std::visit(AnswerEncoder{}, *outcome)}};
}

Decoded<model::Outcome> outcome_from_json(const model::Operation& operation, const Json& json) {
  if (json.is_object() && json.contains("error")) {
    Decoder error(json["error"]);
    model::ErrorCode code{};
    error("code", code);
    if (!error.complaint().empty()) return std::unexpected("error" + error.complaint());
    return model::Outcome(std::unexpected(code));
  }
  if (!json.is_object() || !json.contains("ok")) {
    return std::unexpected("answer" + expected("an object with \"ok\" or \"error\"", json));
  }
  model::Answer answer = std::visit(EmptyAnswer{}, operation);
  const std::string complaint = std::visit(AnswerDecoder{json["ok"]}, answer);
  if (!complaint.empty()) return std::unexpected("ok" + complaint);
  return model::Outcome(std::move(answer));
}

Json snapshot_to_json(const model::Snapshot& snapshot) {
  return Encoder::object(snapshot);
}

Decoded<model::Snapshot> snapshot_from_json(const Json& json) {
  model::Snapshot snapshot;
  const std::string complaint = Decoder::record(json, snapshot);
  if (!complaint.empty()) return std::unexpected("snapshot" + complaint);
  return snapshot;
}

Json record_to_json(const model::AttemptRecord& record) {
  return Encoder::object(record);
}
Json record_to_json(const model::LeaseRecord& record) {
  return Encoder::object(record);
}
Json record_to_json(const model::DeadLetter& letter) {
  return Encoder::object(letter);
}

Json environment_args_to_json(const model::Environment& event) {
  return std::visit([](const auto& args) { return Encoder::object(args); }, event);
}

Decoded<model::Environment> environment_from_json(std::string_view name, const Json& args) {
  return alternative_from_json<model::Environment>("event", name, args);
}

}  // namespace leasecheck::traces
