// One line of a trace or of the protocol, as a value: what can be decoded is encoded and decoded
// alike. A first digit says which operation an answer belongs to.
#include "traces/codec.hpp"

#include <nlohmann/json.hpp>

#include "leasecheck/spec/operation.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/traces/samples.hpp"
#include "traces/lines.hpp"
#include "traces/printable.hpp"

namespace {

using namespace leasecheck;
using traces::Json;

template <typename Value, typename Encode, typename Decode>
void expect_round_trip(const traces::Decoded<Value>& value, Encode encode, Decode decode) {
  if (!value) return fuzz::expect(!value.error().empty(), "a refusal says why");
  const auto again = decode(encode(*value));
  fuzz::expect(again.has_value() && *again == *value, "what is decoded is encoded alike");
}

Json parsed(const std::string& line) {
  auto json = traces::parse_json(line);
  fuzz::expect(json.has_value(), "a line is JSON");
  return *std::move(json);
}

void check_lines(const Json& json, const model::Operation& operation) {
  const auto find_call = [&](std::uint64_t number) { return number < 1000 ? &operation : nullptr; };
  const auto step = [&](const Json& line) { return traces::step_from_json(line, find_call); };
  const auto line_of = [](const auto& value) { return parsed(traces::line_of(value)); };
  static_cast<void>(traces::kind_of(json));
  static_cast<void>(traces::format_from_json(json));
  expect_round_trip(traces::head_from_json(json), line_of, traces::head_from_json);
  auto verdict = traces::verdict_from_json(json);
  // A message is for people and is written in words, whatever bytes it had.
  if (verdict) verdict->message = traces::printable(verdict->message);
  expect_round_trip(verdict, line_of, traces::verdict_from_json);
  expect_round_trip(step(json), line_of, step);
}

void check_values(const Json& json, const model::Operation& operation) {
  const auto outcome = [&](const Json& answer) {
    return traces::outcome_from_json(operation, answer);
  };
  expect_round_trip(outcome(json), traces::outcome_to_json, outcome);
  const auto snapshot = [](const Json& answer) { return traces::snapshot_from_json(answer); };
  expect_round_trip(snapshot(json), traces::snapshot_to_json, snapshot);
  const std::string_view name = model::name_of(operation);
  const auto decoded = traces::operation_from_json(name, json);
  expect_round_trip(decoded, traces::operation_args_to_json,
                    [&](const Json& args) { return traces::operation_from_json(name, args); });
  if (decoded) {
    fuzz::expect(traces::operation_args_to_text(*decoded) ==
                     traces::print_json(traces::operation_args_to_json(*decoded)),
                 "arguments are printed alike with and without a tree");
  }
}

void check_event(const Json& json, const model::Environment& event) {
  const std::string_view name = model::name_of(event);
  expect_round_trip(traces::environment_from_json(name, json), traces::environment_args_to_json,
                    [&](const Json& args) { return traces::environment_from_json(name, args); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto samples = tests::answered_operations();
  static const auto events = tests::events();
  if (size == 0) return 0;
  const auto json = traces::parse_json(fuzz::text_of(data + 1, size - 1));
  if (!json) return 0;
  const model::Operation& operation = samples[data[0] % samples.size()].operation;
  check_lines(*json, operation);
  check_values(*json, operation);
  if (json->is_object() && json->contains("ok")) check_values((*json)["ok"], operation);
  if (json->is_object() && json->contains("args")) check_values((*json)["args"], operation);
  check_event(*json, events[data[0] % events.size()]);
  return 0;
}
