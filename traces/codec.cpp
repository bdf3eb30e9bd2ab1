#include "traces/codec.hpp"

#include "traces/json_fields.hpp"

namespace leasecheck::traces {
namespace {

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
