#include "traces/logs/log_entry.hpp"

#include <utility>

#include "traces/json_fields.hpp"
#include "traces/lines.hpp"

namespace leasecheck::traces {
namespace {

std::string without_dot(const std::string& complaint) {
  return complaint.starts_with('.') ? complaint.substr(1) : complaint;
}

Decoded<LogCall> call_from_json(const Json& line, model::Time at) {
  LogCall call{.at = at, .actor = {}, .operation = {}, .now = {}};
  std::optional<std::string> actor;
  std::string name;
  Decoder decoder(line);
  decoder("i", call.number);
  decoder("actor", actor);
  decoder("op", name);
  decoder("now", call.now);
  if (!decoder.complaint().empty()) return std::unexpected(without_dot(decoder.complaint()));
  auto operation = operation_from_json(name, decoder.raw("args"));
  if (!operation) return std::unexpected(operation.error());
  call.actor = std::move(actor).value_or("");
  call.operation = *std::move(operation);
  return call;
}

}  // namespace

Decoded<LogAnswer> log_answer_from_json(const model::Operation& operation, const Json& json) {
  auto outcome = outcome_from_json(operation, json);
  if (!outcome) return std::unexpected("ret." + outcome.error());
  LogAnswer answer;
  if (*outcome || outcome->error() < model::ErrorCode::unavailable) {
    answer.outcome = *std::move(outcome);
    return answer;
  }
  // What cannot be read, or answered, was not answered; whether it happened is another question.
  const Json& error = json.at("error");
  const auto effect = error.find("outcome");
  if (effect == error.end() || *effect == "unknown") return answer;
  if (*effect != "none") {
    return std::unexpected("ret.error.outcome" + expected("\"none\" or \"unknown\"", *effect));
  }
  answer.did_not_happen = true;
  return answer;
}

Decoded<LogEntry> LogLines::read(const Json& line) {
  const std::string kind = kind_of(line);
  if (kind == "step") return read_step(line);
  if (kind == "verdict") return LogAside{};
  if (kind != "head") {
    return std::unexpected("expected a line of an operation log (\"k\": \"head\" or \"step\")");
  }
  const auto format = format_from_json(line);
  if (!format) return std::unexpected(format.error());
  if (format->schema != schema_version || format->model != model_version) {
    return std::unexpected("schema, model: this program reads " + std::to_string(schema_version) +
                           " and \"" + std::string(model_version) + "\", found " +
                           std::to_string(format->schema) + " and " +
                           print_json(text_to_json(format->model)));
  }
  unanswered_.clear();
  last_done_ = 0;
  return LogBegins{};
}

Decoded<LogEntry> LogLines::read_step(const Json& line) {
  model::Time at{};
  Decoder decoder(line);
  decoder("t", at);
  if (!decoder.complaint().empty()) return std::unexpected(without_dot(decoder.complaint()));
  const Json& phase = decoder.raw("phase");
  if (phase == "return") return read_return(line, at);
  if (phase.is_null() || phase == "info") return LogAside{};  // what happens around a repository
  if (phase != "call" && phase != "done") {
    return std::unexpected("phase" + expected("\"call\", \"return\" or \"done\"", phase));
  }
  auto call = call_from_json(line, at);
  if (!call) return std::unexpected(call.error());
  if (phase == "call") {
    unanswered_.insert_or_assign(call->number, call->operation);
    return *std::move(call);
  }
  // Who was killed between writing a line and taking it off the queue's own log writes it again.
  if (call->number <= last_done_) return LogAside{};
  last_done_ = call->number;
  auto answer = log_answer_from_json(call->operation, decoder.raw("ret"));
  if (!answer) return std::unexpected(answer.error());
  return LogDone{.call = *std::move(call), .end = at, .answer = *std::move(answer)};
}

Decoded<LogEntry> LogLines::read_return(const Json& line, model::Time at) {
  LogReturn returned{.at = at, .answer = {}};
  Decoder decoder(line);
  decoder("of", returned.of);
  if (!decoder.complaint().empty()) return std::unexpected(without_dot(decoder.complaint()));
  const auto call = unanswered_.find(returned.of);
  if (call == unanswered_.end()) {
    return std::unexpected("of: expected the number of a call that waits for its answer, found " +
                           std::to_string(returned.of));
  }
  auto answer = log_answer_from_json(call->second, decoder.raw("ret"));
  if (!answer) return std::unexpected(answer.error());
  unanswered_.erase(call);
  returned.answer = *std::move(answer);
  return returned;
}

}  // namespace leasecheck::traces
