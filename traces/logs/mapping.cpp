#include "traces/logs/mapping.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "leasecheck/spec/operation_traits.hpp"
#include "traces/json_fields.hpp"

namespace leasecheck::traces {
namespace {

std::string without_dot(const std::string& complaint) {
  return complaint.starts_with('.') ? complaint.substr(1) : complaint;
}

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_null() ? std::string() : print_json(value);
}

const Json& field_of(const Json& row, const std::string& field) {
  static const Json none;
  const auto found = row.find(field);
  return found == row.end() ? none : *found;
}

bool meets(const Json& row, const Condition& condition) {
  return std::ranges::all_of(condition, [&row](const auto& wanted) {
    const std::string text = text_of(field_of(row, wanted.first));
    return std::ranges::find(wanted.second, text) != wanted.second.end();
  });
}

/// Puts the fields of a row in the place of references to them.
class References {
 public:
  References(const Json& row, TimeUnit unit) : row_(row), unit_(unit) {}

  /// Returns: discarded, if the field that a reference names is absent or empty.
  [[nodiscard]] Json filled(const Json& json) {
    if (json.is_object()) return filled_members(json);
    if (json.is_array()) {
      Json array = Json::array();
      for (const Json& element : json) {
        if (Json value = filled(element); !value.is_discarded()) array.push_back(std::move(value));
      }
      return array;
    }
    if (!json.is_string()) return json;
    const auto& text = json.get_ref<const std::string&>();
    const bool is_reference =
        text.size() > 1 && (text[0] == '$' || text[0] == '#' || text[0] == '@');
    return is_reference ? referred_to(text[0], text.substr(1)) : json;
  }

  /// What the first reference complained about; empty if none did.
  [[nodiscard]] const std::string& complaint() const { return complaint_; }

 private:
  [[nodiscard]] Json filled_members(const Json& json) {
    Json object = Json::object();
    for (const auto& [name, member] : json.items()) {
      if (Json value = filled(member); !value.is_discarded()) object[name] = std::move(value);
    }
    return object;
  }

  [[nodiscard]] Json referred_to(char kind, const std::string& name) {
    const Json& field = field_of(row_, name);
    const std::string text = text_of(field);
    if (text.empty()) return Json(Json::value_t::discarded);
    if (kind == '$') return text_to_json(text);
    if (kind == '@') {
      const auto instant = instant_from_text(text, unit_);
      if (!instant) return complain(name, instant.error());
      return instant->time_since_epoch().count();
    }
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, fault] = std::from_chars(text.data(), end, number);
    if (fault != std::errc{} || stop != end) return complain(name, expected("an integer", field));
    return number;
  }

  [[nodiscard]] Json complain(const std::string& name, const std::string& what) {
    if (complaint_.empty()) complaint_ = name + what;
    return Json(Json::value_t::discarded);
  }

  const Json& row_;
  TimeUnit unit_;
  std::string complaint_;
};

/// Reads the parts of a mapping, each of which has a strict set of fields.
Decoded<Condition> condition_from(const Json& json) {
  Condition condition;
  if (!json.is_object()) return std::unexpected(expected("an object of fields", json));
  for (const auto& [field, texts] : json.items()) {
    const Json& all = texts.is_array() ? texts : Json::array({texts});
    for (const Json& text : all) {
      if (text.is_structured()) {
        return std::unexpected("." + field + expected("a text, or several", text));
      }
      condition[field].push_back(text_of(text));
    }
  }
  return condition;
}

bool is_operation(const std::string& name) {
  return std::ranges::find(model::all_operations, name, &model::OperationTraits::name) !=
         model::all_operations.end();
}

Decoded<RowMapping> row_from(const Json& json) {
  RowMapping row;
  Decoder decoder(json);
  decoder("op", row.operation);
  row.args = decoder.raw("args");
  row.now = decoder.raw("now");
  row.ret = decoder.raw("ret");
  const Json when = decoder.raw("when");
  decoder.refuse_others();
  if (!decoder.complaint().empty()) return std::unexpected(decoder.complaint());
  if (!is_operation(row.operation)) {
    return std::unexpected(
        ".op" + expected("the name of an operation of the contract", text_to_json(row.operation)));
  }
  if (row.args.is_null()) row.args = Json::object();
  if (!row.args.is_object()) return std::unexpected(".args" + expected("an object", row.args));
  row.is_unanswered = row.ret == "unknown";
  if (!row.is_unanswered && !row.ret.is_null() && !row.ret.is_object()) {
    return std::unexpected(".ret" + expected("an object or \"unknown\"", row.ret));
  }
  if (!when.is_null()) {
    auto condition = condition_from(when);
    if (!condition) return std::unexpected(".when" + condition.error());
    row.when = *std::move(condition);
  }
  return row;
}

std::string read_calls(const Json& json, std::optional<CallRows>& calls) {
  if (json.is_null()) return {};
  CallRows rows;
  Decoder decoder(json);
  decoder("by", rows.by);
  decoder("phase", rows.phase);
  decoder("call", rows.call);
  decoder("ok", rows.ok);
  decoder("failed", rows.failed);
  decoder("unknown", rows.unknown);
  decoder.refuse_others();
  calls = std::move(rows);
  return decoder.complaint();
}

std::string read_time(const Json& json, Mapping& mapping) {
  constexpr std::array<std::pair<std::string_view, TimeUnit>, 5> units{
      {{"s", TimeUnit::seconds},
       {"ms", TimeUnit::milliseconds},
       {"us", TimeUnit::microseconds},
       {"ns", TimeUnit::nanoseconds},
       {"iso8601", TimeUnit::iso8601}}};
  std::optional<std::string> at;
  std::optional<std::string> start;
  std::optional<std::string> end;
  std::string unit;
  Decoder decoder(json);
  decoder("at", at);
  decoder("start", start);
  decoder("end", end);
  decoder("unit", unit);
  decoder.refuse_others();
  if (!decoder.complaint().empty()) return decoder.complaint();
  const auto* const found = std::ranges::find(units, unit, &decltype(units)::value_type::first);
  if (found == units.end()) {
    return ".unit" + expected("one of s, ms, us, ns, iso8601", text_to_json(unit));
  }
  if (at.has_value() == (start.has_value() && end.has_value()) ||
      start.has_value() != end.has_value()) {
    return expected("either \"at\", or \"start\" and \"end\"", json);
  }
  mapping.unit = found->second;
  mapping.at = at.value_or("");
  mapping.start = start.value_or("");
  mapping.end = end.value_or("");
  return {};
}

std::string read_duration(const Json& json, std::optional<model::Duration>& duration) {
  if (json.is_null()) return {};
  if (!json.is_string()) return expected("a duration as in \"30s\"", json);
  const auto read = duration_from_text(json.get_ref<const std::string&>());
  if (!read) return read.error();
  duration = *read;
  return {};
}

template <class Element, class Read>
std::string read_all(const Json& json, std::vector<Element>& all, Read read) {
  if (json.is_null()) return {};
  if (!json.is_array()) return expected("an array", json);
  for (const Json& element : json) {
    auto one = read(element);
    if (!one) return "[" + std::to_string(all.size()) + "]" + one.error();
    all.push_back(*std::move(one));
  }
  return {};
}

std::string read_format(const std::string& format, const std::optional<std::string>& separator,
                        Mapping& mapping) {
  if (format != "csv" && format != "ndjson") {
    return expected("\"csv\" or \"ndjson\"", text_to_json(format));
  }
  mapping.format = format == "csv" ? Mapping::Format::csv : Mapping::Format::ndjson;
  if (!separator) return {};
  if (separator->size() != 1) return expected("one character to separate fields", *separator);
  mapping.separator = separator->front();
  return {};
}

/// The operation's fields that a log may leave to the mapping: leases and their ends.
void fill_in(Json& args, const Mapping& mapping, const std::string& operation, model::Time at) {
  const bool is_grant = operation == model::traits_of<model::UpsertLease>.name;
  const bool is_heartbeat = operation == model::traits_of<model::HeartbeatLease>.name ||
                            operation == model::traits_of<model::HeartbeatLeaseWithVersion>.name;
  if (is_heartbeat && !args.contains("heartbeat_at")) {
    args["heartbeat_at"] = at.time_since_epoch().count();
  }
  if ((is_grant || is_heartbeat) && !args.contains("lease_expires_at")) {
    const model::Duration ttl = mapping.ttl.value_or(model::Duration{1});
    args["lease_expires_at"] = model::saturating_add(at, ttl).time_since_epoch().count();
  }
}

bool is_on_a_lease(const std::string& operation) {
  const std::array on_leases{
      std::string_view(model::traits_of<model::HeartbeatLease>.name),
      std::string_view(model::traits_of<model::HeartbeatLeaseWithVersion>.name),
      std::string_view(model::traits_of<model::StartAttempt>.name),
      std::string_view(model::traits_of<model::ReleaseLease>.name),
      std::string_view(model::traits_of<model::AckAttempt>.name),
      std::string_view(model::traits_of<model::AppendRunEvent>.name)};
  return std::ranges::find(on_leases, operation) != on_leases.end();
}

/// Takes the attempt out of the arguments of an operation on a lease that is not named.
std::optional<model::Id> take_attempt(Json& args, const std::string& operation) {
  const auto attempt = args.find("attempt_id");
  if (!is_on_a_lease(operation) || args.contains("lease_id") || attempt == args.end()) {
    return std::nullopt;
  }
  model::Id id = text_of(*attempt);
  args.erase("attempt_id");
  args["lease_id"] = "lease of " + id;
  return id;
}

}  // namespace

Decoded<Mapping> mapping_from_json(const Json& json) {
  Mapping mapping;
  std::string format;
  std::optional<std::string> separator;
  std::vector<std::string> unlogged;
  Decoder decoder(json);
  decoder("format", format);
  decoder("separator", separator);
  decoder.note("format", read_format(format, separator, mapping));
  decoder.note("time", read_time(decoder.raw("time"), mapping));
  mapping.actor = decoder.raw("actor");
  decoder.note("rows", read_all(decoder.raw("rows"), mapping.rows, row_from));
  decoder.note("skip", read_all(decoder.raw("skip"), mapping.skip, condition_from));
  decoder.note("calls", read_calls(decoder.raw("calls"), mapping.calls));
  decoder.note("ttl", read_duration(decoder.raw("ttl"), mapping.ttl));
  decoder.note("grace", read_duration(decoder.raw("grace"), mapping.grace));
  if (const Json& names = decoder.raw("unlogged"); !names.is_null()) {
    decoder.note("unlogged", Decoder::value(names, unlogged));
  }
  mapping.unlogged = {unlogged.begin(), unlogged.end()};
  mapping.differences = decoder.raw("differences");
  decoder.refuse_others();
  if (!decoder.complaint().empty()) return std::unexpected(without_dot(decoder.complaint()));
  if (mapping.rows.empty()) return std::unexpected("rows: expected at least one, found none");
  if (mapping.calls && mapping.at.empty()) {
    return std::unexpected("calls: expected \"time\" to name one field, \"at\", found two");
  }
  return mapping;
}

Decoded<model::Time> LogRows::time_in(const Json& row, const std::string& field) const {
  auto time = instant_from_text(text_of(field_of(row, field)), mapping_.unit);
  if (!time) return std::unexpected(field + time.error());
  return time;
}

Decoded<LogEntry> LogRows::read(const Json& row) {
  if (!row.is_object()) return std::unexpected("the row" + expected("an object", row));
  const bool is_skipped = std::ranges::any_of(
      mapping_.skip, [&row](const Condition& condition) { return meets(row, condition); });
  if (is_skipped) return LogAside{};
  if (mapping_.calls) return read_of_two(row);
  const auto start = time_in(row, mapping_.at.empty() ? mapping_.start : mapping_.at);
  if (!start) return std::unexpected(start.error());
  const auto end = mapping_.at.empty() ? time_in(row, mapping_.end) : start;
  if (!end) return std::unexpected(end.error());
  if (*end < *start) return std::unexpected(mapping_.end + ": is before " + mapping_.start);
  auto done = read_done(row, *start, *end);
  if (!done) return std::unexpected(done.error());
  return *std::move(done);
}

Decoded<LogEntry> LogRows::read_of_two(const Json& row) {
  const CallRows& calls = *mapping_.calls;
  const std::string phase = text_of(field_of(row, calls.phase));
  const auto at = time_in(row, mapping_.at);
  if (!at) return std::unexpected(at.error());
  if (phase == calls.call) {
    const std::string key = text_of(field_of(row, calls.by));
    if (!waiting_.try_emplace(key, Waiting{.row = row, .since = *at}).second) {
      return std::unexpected(calls.by + ": " + print_json(text_to_json(key)) +
                             " makes a call while another one of its waits for an answer");
    }
    return LogAside{};
  }
  if (phase == calls.ok || phase == calls.failed || phase == calls.unknown) {
    return read_return(row, phase);
  }
  return std::unexpected(calls.phase + expected("one of " + calls.call + ", " + calls.ok + ", " +
                                                    calls.failed + ", " + calls.unknown,
                                                text_to_json(phase)));
}

Decoded<LogEntry> LogRows::read_return(const Json& row, const std::string& phase) {
  const CallRows& calls = *mapping_.calls;
  const auto call = waiting_.find(text_of(field_of(row, calls.by)));
  if (call == waiting_.end()) {
    return std::unexpected(calls.by +
                           expected("one that waits for an answer", field_of(row, calls.by)));
  }
  Waiting waiting = std::move(call->second);
  waiting_.erase(call);
  // What the answer says of a field goes before what the call said.
  for (const auto& [name, value] : row.items()) {
    if (!value.is_null()) waiting.row[name] = value;
  }
  const auto at = time_in(row, mapping_.at);
  auto done = read_done(waiting.row, waiting.since, *at);
  if (!done) return std::unexpected(done.error());
  if (phase == calls.unknown) done->answer = {};
  if (phase == calls.failed && !done->answer.outcome) done->answer = {.did_not_happen = true};
  return *std::move(done);
}

Decoded<LogDone> LogRows::read_done(const Json& row, model::Time start, model::Time end) {
  const auto mapped = std::ranges::find_if(
      mapping_.rows, [&row](const RowMapping& candidate) { return meets(row, candidate.when); });
  if (mapped == mapping_.rows.end()) {
    return std::unexpected("no entry of the mapping's \"rows\" or \"skip\" is for this row");
  }
  References references(row, mapping_.unit);
  Json args = references.filled(mapped->args);
  const Json now = references.filled(mapped->now);
  const Json ret = references.filled(mapped->ret);
  const Json actor = references.filled(mapping_.actor);
  if (!references.complaint().empty()) return std::unexpected(references.complaint());
  fill_in(args, mapping_, mapped->operation, start);
  const std::optional<model::Id> lease_of = take_attempt(args, mapped->operation);
  auto operation = operation_from_json(mapped->operation, args);
  if (!operation) return std::unexpected(mapped->operation + ": " + operation.error());
  LogDone done{.call = {.number = ++calls_,
                        .at = start,
                        .actor = actor.is_discarded() ? std::string() : text_of(actor),
                        .operation = *std::move(operation),
                        .now = std::nullopt,
                        .lease_of = lease_of},
               .end = end,
               .answer = {}};
  if (now.is_number_integer()) {
    done.call.now = model::at_ms(now.get<std::int64_t>());
  } else if (start == end) {
    done.call.now = start;
  }
  if (mapped->is_unanswered) return done;
  if (mapped->ret.is_null()) {
    done.answer.is_accepted = true;
    return done;
  }
  auto answer = log_answer_from_json(done.call.operation, ret);
  if (!answer) return std::unexpected(mapped->operation + ": " + answer.error());
  done.answer = *std::move(answer);
  return done;
}

std::optional<model::Time> LogRows::waiting_since() const {
  std::optional<model::Time> first;
  for (const auto& [key, waiting] : waiting_) {
    if (!first || waiting.since < *first) first = waiting.since;
  }
  return first;
}

Decoded<std::vector<LogDone>> LogRows::unanswered() {
  std::vector<LogDone> calls;
  for (const auto& [key, waiting] : waiting_) {
    auto done = read_done(waiting.row, waiting.since, waiting.since);
    if (!done) return std::unexpected(done.error());
    done->answer = {};
    calls.push_back(*std::move(done));
  }
  waiting_.clear();
  return calls;
}

}  // namespace leasecheck::traces
