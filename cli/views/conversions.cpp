#include "cli/views/conversions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <variant>
#include <vector>

#include "traces/codec.hpp"
#include "traces/timeline.hpp"
#include "traces/wording.hpp"

namespace leasecheck::cli {
namespace {

using traces::Json;

/// An operation from its call to its answer, if there is one.
struct Operation {
  const traces::Step* call_step = nullptr;
  const traces::Call* call = nullptr;
  const traces::Step* return_step = nullptr;
  const traces::Return* returned = nullptr;
};

std::vector<Operation> operations_of(const traces::Trace& trace) {
  std::vector<Operation> operations;
  std::map<std::uint64_t, std::size_t> place;
  for (const traces::Step& step : trace.steps) {
    if (const auto* call = std::get_if<traces::Call>(&step.what)) {
      place[step.number] = operations.size();
      operations.push_back({&step, call, nullptr, nullptr});
    } else if (const auto* returned = std::get_if<traces::Return>(&step.what)) {
      if (const auto found = place.find(returned->of); found != place.end()) {
        operations[found->second].return_step = &step;
        operations[found->second].returned = returned;
      }
    }
  }
  return operations;
}

/// Actors by number, in the order in which they first act.
class Numbers {
 public:
  std::size_t of(const std::string& actor) {
    return numbers_.emplace(actor, numbers_.size()).first->second;
  }

 private:
  std::map<std::string, std::size_t> numbers_;
};

// Times of a file may be any; sums and products of them are held at the ends of the range.
model::Duration between(model::Time begin, model::Time time) {
  const model::Duration back = model::saturating_multiply(begin.time_since_epoch(), -1);
  return model::saturating_add(time, back).time_since_epoch();
}

std::int64_t since(model::Time begin, model::Time time) {
  return between(begin, time).count();
}

std::int64_t nanoseconds_since(model::Time begin, model::Time time) {
  return model::saturating_multiply(between(begin, time), 1'000'000).count();
}

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

class PerfettoEvents {
 public:
  explicit PerfettoEvents(const traces::Trace& trace)
      : line_(traces::timeline_of(trace)), say_(line_.begin) {
    for (const traces::Lane& lane : line_.lanes) static_cast<void>(track(lane.actor));
    for (const traces::LeaseSpans& lease : line_.leases) add_lease(lease);
    for (const traces::Lane& lane : line_.lanes) {
      for (const traces::Span& pause : lane.pauses) add_slice(lane.actor, "stands still", pause);
    }
    for (const traces::Step& step : trace.steps) add_instant(step);
  }

  [[nodiscard]] std::string text() && {
    const Json document{{"displayTimeUnit", "ms"}, {"traceEvents", std::move(events_)}};
    return dumped(document) + "\n";
  }

 private:
  [[nodiscard]] std::int64_t microseconds(model::Time time) const {
    return model::saturating_multiply(between(line_.begin, time), 1000).count();
  }

  /// The track of an actor, which is named when it first has something on it.
  std::size_t track(const std::string& actor) {
    const std::size_t number = numbers_.of(actor);
    if (number == named_) {
      ++named_;
      events_.push_back({{"ph", "M"},
                         {"name", "thread_name"},
                         {"pid", 1},
                         {"tid", number},
                         {"args", {{"name", actor}}}});
    }
    return number;
  }

  void add_slice(const std::string& actor, const std::string& name, const traces::Span& span) {
    events_.push_back(
        {{"ph", "X"},
         {"name", name},
         {"cat", "span"},
         {"pid", 1},
         {"tid", track(actor)},
         {"ts", microseconds(span.from)},
         {"dur", model::saturating_multiply(between(span.from, span.to), 1000).count()}});
  }

  // Slices of one lease overlap without nesting, so they are asynchronous.
  void add_lease(const traces::LeaseSpans& lease) {
    const std::string name = fmt::format("{} of {}", lease.lease_id, lease.attempt_id);
    add_async(lease, name + " enforced", lease.enforced);
    add_async(lease, name + " granted", lease.granted);
    for (const traces::Span& span : lease.believed) add_async(lease, name + " believed", span);
  }

  void add_async(const traces::LeaseSpans& lease, const std::string& name,
                 const traces::Span& span) {
    const std::string id = fmt::format("{:#x}", ++asynchronous_);
    for (const auto& [phase, time] : {std::pair{"b", span.from}, std::pair{"e", span.to}}) {
      events_.push_back({{"ph", phase},
                         {"name", name},
                         {"cat", "lease"},
                         {"id", id},
                         {"pid", 1},
                         {"tid", track(lease.worker_id)},
                         {"ts", microseconds(time)}});
    }
  }

  void add_instant(const traces::Step& step) {
    events_.push_back({{"ph", "i"},
                       {"s", "t"},
                       {"name", say_.step(step)},
                       {"cat", "step"},
                       {"pid", 1},
                       {"tid", track(traces::actor_of(step))},
                       {"ts", microseconds(step.true_time)},
                       {"args", {{"step", step.number}}}});
  }

  traces::Timeline line_;
  traces::Wording say_;
  Numbers numbers_;
  std::size_t named_ = 0;
  std::uint64_t asynchronous_ = 0;
  Json events_ = Json::array();
};

/// A value of JSON as EDN: keys of objects become keywords.
std::string edn(const Json& json) {
  std::string text;
  if (json.is_object()) {
    for (const auto& [key, value] : json.items()) {
      text += fmt::format("{}:{} {}", text.empty() ? "" : ", ", key, edn(value));
    }
    return "{" + text + "}";
  }
  if (json.is_array()) {
    for (const Json& value : json) text += (text.empty() ? "" : " ") + edn(value);
    return "[" + text + "]";
  }
  return json.is_null() ? "nil" : dumped(json);
}

std::string edn_line(std::size_t index, std::string_view type, std::size_t process,
                     const traces::Call& call, const Json& value, std::int64_t time_ns) {
  return fmt::format("{{:index {}, :type :{}, :process {}, :f :{}, :value {}, :time {}}}\n", index,
                     type, process, name_of(call.action.operation), edn(value), time_ns);
}

/// Text inside a Mermaid message: what would end it or begin something else is written as an
/// entity.
std::string mermaid_text(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    if (letter == ';' || letter == '#' || letter == '<' || letter == '>' || letter == '\n') {
      escaped += fmt::format("#{};", static_cast<int>(letter));
    } else {
      escaped += letter;
    }
  }
  return escaped;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char letter : text)
    quoted += letter == '"' ? std::string("\"\"") : std::string(1, letter);
  return quoted + "\"";
}

}  // namespace

std::string perfetto_json(const traces::Trace& trace) {
  return PerfettoEvents(trace).text();
}

std::string porcupine_json(const traces::Trace& trace) {
  const traces::Timeline line = traces::timeline_of(trace);
  const auto nanoseconds = [&](model::Time time) { return nanoseconds_since(line.begin, time); };
  Numbers clients;
  Json history = Json::array();
  for (const Operation& operation : operations_of(trace)) {
    history.push_back(
        {{"ClientId", clients.of(operation.call->actor)},
         {"Input",
          {{"op", name_of(operation.call->action.operation)},
           {"now", operation.call->action.now.time_since_epoch().count()},
           {"args", traces::operation_args_to_json(operation.call->action.operation)}}},
         {"Call", nanoseconds(operation.call_step->true_time)},
         {"Output", operation.returned != nullptr
                        ? traces::outcome_to_json(operation.returned->outcome)
                        : Json()},
         {"Return", operation.return_step != nullptr ? nanoseconds(operation.return_step->true_time)
                                                     : nanoseconds(line.end) + 1}});
  }
  return dumped(history) + "\n";
}

std::string jepsen_edn(const traces::Trace& trace) {
  const traces::Timeline line = traces::timeline_of(trace);
  Numbers processes;
  std::map<std::uint64_t, const traces::Call*> open;
  std::string text;
  std::size_t index = 0;
  for (const traces::Step& step : trace.steps) {
    const std::int64_t now = nanoseconds_since(line.begin, step.true_time);
    if (const auto* call = std::get_if<traces::Call>(&step.what)) {
      open[step.number] = call;
      text += edn_line(index++, "invoke", processes.of(call->actor), *call,
                       traces::operation_args_to_json(call->action.operation), now);
    } else if (const auto* returned = std::get_if<traces::Return>(&step.what)) {
      const auto call = open.find(returned->of);
      if (call == open.end()) continue;
      text +=
          edn_line(index++, returned->outcome ? "ok" : "fail", processes.of(call->second->actor),
                   *call->second, traces::outcome_to_json(returned->outcome), now);
      open.erase(call);
    }
  }
  for (const auto& [number, call] : open) {
    text += edn_line(index++, "info", processes.of(call->actor), *call, Json(),
                     nanoseconds_since(line.begin, line.end));
  }
  return text;
}

std::string mermaid_sequence(const traces::Trace& trace) {
  const traces::Wording say(trace);
  Numbers numbers;
  std::string participants = "  participant p0 as repository\n";
  std::string messages;
  auto participant = [&, next = std::size_t{0}](const std::string& actor) mutable {
    const std::size_t number = numbers.of(actor);
    if (number == next) {
      ++next;
      participants += fmt::format("  participant p{} as {}\n", number + 1, mermaid_text(actor));
    }
    return fmt::format("p{}", number + 1);
  };
  std::map<std::uint64_t, std::string> callers;
  for (const traces::Step& step : trace.steps) {
    const std::string words = fmt::format("{} {} {}", step.number, say.time(step.true_time),
                                          mermaid_text(say.step(step)));
    if (const auto* call = std::get_if<traces::Call>(&step.what)) {
      callers[step.number] = participant(call->actor);
      messages += fmt::format("  {}->>p0: {}\n", callers[step.number], words);
    } else if (const auto* returned = std::get_if<traces::Return>(&step.what)) {
      messages += fmt::format("  p0-->>{}: {}\n", callers.at(returned->of), words);
    } else {
      messages += fmt::format("  note over p0: {}\n", words);
    }
    if (step.number == trace.verdict.first_bad) {
      messages += fmt::format("  note over p0: VIOLATED {}\n", trace.verdict.property);
    }
  }
  return "sequenceDiagram\n" + participants + messages;
}

std::string csv_table(const traces::Trace& trace) {
  const traces::Timeline line = traces::timeline_of(trace);
  const traces::Wording say(line.begin);
  std::string text = "step,ms,actor,what,changes\n";
  for (const traces::Step& step : trace.steps) {
    std::string changes;
    if (const auto* returned = std::get_if<traces::Return>(&step.what)) {
      for (const std::string& change : say.changes(*returned)) {
        changes += (changes.empty() ? "" : "; ") + change;
      }
    }
    text += fmt::format("{},{},{},{},{}\n", step.number, since(line.begin, step.true_time),
                        csv_field(traces::actor_of(step)), csv_field(say.step(step)),
                        csv_field(changes));
  }
  return text;
}

}  // namespace leasecheck::cli
