#include "traces/lines.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "traces/json_fields.hpp"
#include "traces/printable.hpp"

namespace leasecheck::traces {
namespace {

constexpr std::string_view disk_actor = "disk";

/// A line's complaint starts with the dot of its first field.
std::string without_dot(const std::string& complaint) {
  return complaint.starts_with('.') ? complaint.substr(1) : complaint;
}

std::string in_hex(std::uint64_t number) {
  std::array<char, 16> digits{};
  const auto [end, _] = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16);
  const std::string_view shortest(digits.data(), end);
  return std::string(digits.size() - shortest.size(), '0') + std::string(shortest);
}

/// A message that was lost is known to nobody but the network: a phase of its own.
bool is_information(const model::Environment& event) {
  return std::holds_alternative<model::RequestLost>(event) ||
         std::holds_alternative<model::ReplyLost>(event);
}

void add_what(Json& line, const Call& call) {
  line["actor"] = text_to_json(call.actor);
  line["clock"] = call.actor_clock.time_since_epoch().count();
  line["op"] = name_of(call.action.operation);
  line["now"] = call.action.now.time_since_epoch().count();
  line["args"] = operation_args_to_json(call.action.operation);
  line["phase"] = "call";
}

/// What a disk event is called, and its one argument.
struct DiskEventWords {
  DiskEvent::Kind kind;
  std::string_view name;
  std::string_view argument;
};

constexpr std::array disk_event_words{
    DiskEventWords{DiskEvent::Kind::schedule, "schedule", "decisions"},
    DiskEventWords{DiskEvent::Kind::mishap, "mishap", "point"}};

void add_what(Json& line, const DiskEvent& event) {
  const auto* const words = std::ranges::find(disk_event_words, event.kind, &DiskEventWords::kind);
  line["actor"] = disk_actor;
  line["op"] = words->name;
  line["args"] = Json::object();
  line["args"][std::string(words->argument)] = text_to_json(event.text);
}

void add_what(Json& line, const Return& answer) {
  line["of"] = answer.of;
  line["phase"] = "return";
  line["ret"] = outcome_to_json(answer.outcome);
  Json delta = Json::object();
  for (const auto& [field, value] : answer.delta) {
    delta[field] = parse_json(value).value_or(text_to_json(value));
  }
  line["delta"] = std::move(delta);
  if (answer.post != 0) line["post"] = in_hex(answer.post);
}

void add_what(Json& line, const model::Environment& event) {
  line["actor"] = "env";
  line["op"] = name_of(event);
  line["args"] = environment_args_to_json(event);
  if (is_information(event)) line["phase"] = "info";
}

Decoded<StepBody> call_from(Decoder& line) {
  Call call;
  std::string name;
  line("actor", call.actor);
  line("clock", call.actor_clock);
  line("op", name);
  line("now", call.action.now);
  if (!line.complaint().empty()) return std::unexpected(line.complaint());
  auto operation = operation_from_json(name, line.raw("args"));
  if (!operation) return std::unexpected(operation.error());
  call.action.operation = *std::move(operation);
  return call;
}

Decoded<StepBody> return_from(Decoder& line, const FindCall& find_call) {
  Return answer;
  line("of", answer.of);
  if (!line.raw("post").is_null()) line.digits("post", answer.post, 16);
  if (!line.complaint().empty()) return std::unexpected(line.complaint());
  const model::Operation* operation = find_call(answer.of);
  if (operation == nullptr) {
    return std::unexpected("of: expected the number of a call that waits for its answer, found " +
                           std::to_string(answer.of));
  }
  auto outcome = outcome_from_json(*operation, line.raw("ret"));
  if (!outcome) return std::unexpected("ret." + outcome.error());
  answer.outcome = *std::move(outcome);
  const Json& delta = line.raw("delta");
  if (!delta.is_object()) return std::unexpected("delta" + expected("an object", delta));
  for (const auto& [field, value] : delta.items()) answer.delta[field] = print_json(value);
  return answer;
}

Decoded<StepBody> disk_event_from(const std::string& name, const Json& args) {
  const auto* const words = std::ranges::find(disk_event_words, name, &DiskEventWords::name);
  if (words == disk_event_words.end()) {
    return std::unexpected("op: expected \"schedule\" or \"mishap\", found \"" + name + "\"");
  }
  DiskEvent event{.kind = words->kind, .text = {}};
  Decoder decoder(args);
  decoder(words->argument, event.text);
  decoder.refuse_others();
  if (!decoder.complaint().empty()) return std::unexpected("args" + decoder.complaint());
  return event;
}

Decoded<StepBody> event_from(Decoder& line, bool is_marked_information) {
  std::string name;
  line("op", name);
  if (!line.complaint().empty()) return std::unexpected(line.complaint());
  if (line.raw("actor") == disk_actor) return disk_event_from(name, line.raw("args"));
  auto event = environment_from_json(name, line.raw("args"));
  if (!event) return std::unexpected(event.error());
  if (is_information(*event) != is_marked_information) {
    return std::unexpected("phase: expected \"info\" for a lost message and for nothing else");
  }
  return *std::move(event);
}

Decoded<StepBody> what_from(Decoder& line, const FindCall& find_call) {
  const Json& phase = line.raw("phase");
  if (phase.is_null()) return event_from(line, false);
  if (phase == "info") return event_from(line, true);
  if (phase == "call") return call_from(line);
  if (phase == "return") return return_from(line, find_call);
  return std::unexpected("phase" + expected("\"call\", \"return\", \"info\" or none", phase));
}

constexpr const char* epoch_option = "epoch";
constexpr const char* grace_option = "grace";
constexpr const char* skew_option = "skew_within_margin";

std::map<std::string, std::int64_t> with_deployment(const Head& head) {
  auto config = head.config;
  if (head.deployment) {
    config[epoch_option] = head.deployment->epoch.time_since_epoch().count();
    config[grace_option] = head.deployment->grace.count();
    config[skew_option] = head.deployment->skew_within_margin;
  }
  return config;
}

/// Takes the deployment out of the options among which it is written; nothing if it is not whole.
void take_deployment(Head& head) {
  const auto epoch = head.config.find(epoch_option);
  const auto grace = head.config.find(grace_option);
  const auto skew = head.config.find(skew_option);
  const auto none = head.config.end();
  if (epoch == none || grace == none || skew == none) return;
  head.deployment = model::Deployment{.epoch = model::at_ms(epoch->second),
                                      .grace = model::Duration{grace->second},
                                      .skew_within_margin = skew->second != 0};
  for (const auto option : {epoch, grace, skew}) head.config.erase(option);
}

std::string read_config(const Json& json, std::map<std::string, std::int64_t>& config) {
  if (!json.is_object()) return expected("an object", json);
  for (const auto& [option, value] : json.items()) {
    const std::string complaint = Decoder::value(value, config[option]);
    if (!complaint.empty()) return "." + option + complaint;
  }
  return {};
}

std::string read_exhibit(const Json& json, Exhibit& exhibit) {
  Decoder decoder(json);
  decoder("shows", exhibit.shows);
  decoder("defect", exhibit.defect);
  decoder("property", exhibit.property);
  return decoder.complaint();
}

}  // namespace

std::string line_of(const Head& head) {
  Json line = {{"k", "head"}, {"schema", schema_version}, {"model", model_version}};
  line["config"] = Json::object();
  for (const auto& [option, value] : with_deployment(head)) line["config"][option] = value;
  line["seed"] = std::to_string(head.seed);
  line["origin"] = text_to_json(head.origin);
  line["backend"] = text_to_json(head.backend);
  if (head.exhibit) {
    line["exhibit"] = {{"shows", text_to_json(head.exhibit->shows)},
                       {"defect", text_to_json(head.exhibit->defect)},
                       {"property", text_to_json(head.exhibit->property)}};
  }
  return print_json(line);
}

std::string line_of(const Step& step) {
  Json line = {{"k", "step"}, {"i", step.number}, {"t", step.true_time.time_since_epoch().count()}};
  std::visit([&](const auto& what) { add_what(line, what); }, step.what);
  return print_json(line);
}

std::string line_of(const Verdict& verdict) {
  Json line = {{"k", "verdict"}, {"result", word(verdict.result)}};
  if (verdict.result == Result::violated) {
    line["property"] = text_to_json(verdict.property);
    line["first_bad"] = verdict.first_bad;
  }
  if (!verdict.message.empty()) line["message"] = printable(verdict.message);
  return print_json(line);
}

std::string kind_of(const Json& line) {
  return line.is_object() && line.contains("k") && line["k"].is_string()
             ? line["k"].get<std::string>()
             : std::string();
}

Decoded<Format> format_from_json(const Json& line) {
  Format format;
  Decoder decoder(line);
  decoder("schema", format.schema);
  decoder("model", format.model);
  if (!decoder.complaint().empty()) return std::unexpected(without_dot(decoder.complaint()));
  return format;
}

Decoded<Head> head_from_json(const Json& line) {
  Head head;
  Decoder decoder(line);
  decoder.note("config", read_config(decoder.raw("config"), head.config));
  take_deployment(head);
  decoder.digits("seed", head.seed, 10);
  decoder("origin", head.origin);
  decoder("backend", head.backend);
  if (const Json& exhibit = decoder.raw("exhibit"); !exhibit.is_null()) {
    decoder.note("exhibit", read_exhibit(exhibit, head.exhibit.emplace()));
  }
  if (!decoder.complaint().empty()) return std::unexpected(without_dot(decoder.complaint()));
  return head;
}

Decoded<Verdict> verdict_from_json(const Json& line) {
  Verdict verdict;
  Decoder decoder(line);
  decoder("result", verdict.result);
  if (verdict.result == Result::violated) {
    decoder("property", verdict.property);
    decoder("first_bad", verdict.first_bad);
  }
  std::optional<std::string> message;
  decoder("message", message);
  if (!decoder.complaint().empty()) return std::unexpected(without_dot(decoder.complaint()));
  verdict.message = std::move(message).value_or("");
  return verdict;
}

Decoded<Step> step_from_json(const Json& line, const FindCall& find_call) {
  Step step;
  Decoder decoder(line);
  decoder("i", step.number);
  decoder("t", step.true_time);
  auto what = decoder.complaint().empty() ? what_from(decoder, find_call)
                                          : std::unexpected(decoder.complaint());
  if (!what) return std::unexpected(without_dot(what.error()));
  step.what = *std::move(what);
  return step;
}

}  // namespace leasecheck::traces
