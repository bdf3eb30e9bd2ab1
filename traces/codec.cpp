#include "traces/codec.hpp"

#include "leasecheck/spec/operation_traits.hpp"
#include "traces/json_fields.hpp"

namespace leasecheck::traces {
namespace {

struct AnswerEncoder {
  Json operator()(const std::optional<model::LeaseRecord>& lease) const {
    return lease ? Encoder::object(*lease) : Json();
  }
  Json operator()(const auto& answer) const { return Encoder::object(answer); }
};

struct AnswerDecoder {
  const Json& json;
  const FieldNames& absent;
  std::string operator()(std::optional<model::LeaseRecord>& lease) const {
    return json.is_null() ? std::string() : Decoder::record(json, lease.emplace(), &absent);
  }
  template <class Value>
  std::string operator()(model::ItemResults<Value>& results) const {
    std::string complaint = Decoder::record(json, results, &absent);
    for (std::size_t i = 0; i < results.size() && complaint.empty(); ++i) {
      if (results[i].ok.has_value() != results[i].error.has_value()) continue;
      complaint = ".results[" + std::to_string(i) + "]: expected either \"ok\" or \"error\"";
    }
    return complaint;
  }
  std::string operator()(auto& answer) const { return Decoder::record(json, answer, &absent); }
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

Decoded<model::Outcome> outcome_from_json(const model::Operation& operation, const Json& json,
                                          const FieldNames& absent) {
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
  model::Answer answer = std::visit(
      []<class Operation>(const Operation&) {
        return model::Answer(std::in_place_type<model::AnswerTo<Operation>>);
      },
      operation);
  const std::string complaint = std::visit(AnswerDecoder{json["ok"], absent}, answer);
  if (!complaint.empty()) return std::unexpected("ok" + complaint);
  return model::Outcome(std::move(answer));
}

Json snapshot_to_json(const model::Snapshot& snapshot) {
  return Encoder::object(snapshot);
}

Decoded<model::Snapshot> snapshot_from_json(const Json& json, const FieldNames& absent) {
  model::Snapshot snapshot;
  const std::string complaint = Decoder::record(json, snapshot, &absent);
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
