#include "traces/views/timeline_page.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <variant>
#include <vector>

#include "traces/printable.hpp"
#include "traces/timeline.hpp"
#include "traces/views/assets.hpp"
#include "traces/views/fault.hpp"
#include "traces/views/promise.hpp"
#include "traces/wording.hpp"

namespace leasecheck::traces {
namespace {

using Json = nlohmann::ordered_json;

/// The text in a page, where none of it is markup.
std::string escaped(std::string_view text) {
  std::string safe;
  for (const char letter : printable(text)) {
    switch (letter) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      default:
        safe += letter;
    }
  }
  return safe;
}

std::string paragraph(std::string_view text) {
  return fmt::format("<p>{}</p>", escaped(text));
}

std::string title_of(const Trace& trace) {
  const std::string what = trace.verdict.property.empty() ? std::string(word(trace.verdict.result))
                                                          : trace.verdict.property;
  return fmt::format("leasecheck: {} on {}", what, trace.head.backend);
}

// The verdict with its rule, and where the trace comes from.
std::string head_of(const Trace& trace) {
  const Verdict& verdict = trace.verdict;
  std::string box = fmt::format("<p><strong>{}</strong></p>", escaped(headline_of(trace)));
  if (const std::string promise = promise_of(trace); !promise.empty()) {
    box += paragraph("Promised: " + promise);
  }
  if (!verdict.message.empty()) {
    box += paragraph("Seen: " + Wording(trace).message(verdict.message));
  }
  if (const std::string fault = fault_of(trace); !fault.empty()) {
    box += paragraph("At fault: " + fault);
  }
  std::string facts = fmt::format("Recorded on {} by {}", trace.head.backend, trace.head.origin);
  // Where nothing stands that was drawn, as in a reduced trace, the seed says nothing.
  if (!trace.head.config.empty()) facts += fmt::format(", seed {}", trace.head.seed);
  facts += '.';
  if (trace.head.deployment) {
    facts += fmt::format(" Grace window {} ms.", trace.head.deployment->grace.count());
  }
  if (trace.head.exhibit) facts += " Planted defect: " + trace.head.exhibit->shows + ".";
  return fmt::format("<h1>{}</h1><div class=\"verdict {}\">{}</div><p class=\"facts\">{}</p>",
                     escaped(title_of(trace)), word(verdict.result), box, escaped(facts));
}

/// The trace as the page's script reads it. Times are milliseconds since the run began; steps are
/// named by their numbers, 0 for none.
class Data {
 public:
  explicit Data(const Trace& trace) : trace_(trace), line_(timeline_of(trace)), say_(line_.begin) {}

  [[nodiscard]] Json document() {
    return {{"begin", 0},
            {"end", since_begin(line_.end)},
            {"bad", trace_.verdict.first_bad},
            {"lanes", lanes()},
            {"leases", leases()},
            {"attempts", attempts()},
            {"steps", steps()}};
  }

 private:
  [[nodiscard]] std::int64_t since_begin(model::Time time) const {
    const model::Duration back = model::saturating_multiply(line_.begin.time_since_epoch(), -1);
    return model::saturating_add(time, back).time_since_epoch().count();
  }

  /// [from, to, the step that began it, the step that ended it]
  [[nodiscard]] Json span(const Span& span) const {
    return Json::array({since_begin(span.from), since_begin(std::min(span.to, line_.end)),
                        span.first_step, span.last_step});
  }

  [[nodiscard]] Json spans(const std::vector<Span>& list) const {
    Json json = Json::array();
    for (const Span& one : list) json.push_back(span(one));
    return json;
  }

  [[nodiscard]] Json lanes() const {
    Json json = Json::array();
    for (const Lane& lane : line_.lanes) {
      json.push_back({{"name", lane.actor},
                      {"clock", lane.up.empty() ? "" : clock(lane.clock)},
                      {"up", spans(lane.up)},
                      {"pauses", spans(lane.pauses)}});
    }
    return json;
  }

  static std::string clock(const model::ClockError& error) {
    if (error == model::ClockError{}) return "exact clock";
    const std::int64_t offset = error.offset.count();
    std::string text = "clock";
    if (offset != 0) {
      text += offset % 1000 == 0 ? fmt::format(" {:+} s", offset / 1000)
                                 : fmt::format(" {:+} ms", offset);
    }
    if (error.drift_ppm != 0) text += fmt::format(" {:+} ppm", error.drift_ppm);
    return text;
  }

  [[nodiscard]] Json leases() const {
    Json json = Json::array();
    for (const LeaseSpans& lease : line_.leases) {
      json.push_back({{"id", lease.lease_id},
                      {"attempt", lease.attempt_id},
                      {"worker", lease.worker_id},
                      {"granted", span(lease.granted)},
                      {"enforced", span(lease.enforced)},
                      {"believed", spans(lease.believed)}});
    }
    return json;
  }

  /// Spans of statuses: [status, from, to, the step that brought it about]
  [[nodiscard]] Json attempts() {
    Json json = Json::array();
    for (const StatusSpan& status : line_.statuses) {
      if (json.empty() || json.back()["id"] != status.attempt_id) {
        json.push_back({{"id", status.attempt_id}, {"spans", Json::array()}});
      }
      json.back()["spans"].push_back({status.status, since_begin(status.span.from),
                                      since_begin(status.span.to), status.span.first_step});
    }
    return json;
  }

  /// t: time; a: lane; k: kind of mark, none for an answer; w: in words; c: changes; s: the attempt
  /// that it is about; r: of a call, the step of its answer.
  [[nodiscard]] Json steps() {
    std::map<std::uint64_t, std::size_t> place;
    Json json = Json::array();
    for (const Step& step : trace_.steps) {
      Json entry{{"t", since_begin(step.true_time)}};
      std::visit([&](const auto& what) { add(entry, what); }, step.what);
      entry["w"] = say_.step(step);
      if (const auto* returned = std::get_if<Return>(&step.what)) {
        if (const auto call = place.find(returned->of); call != place.end()) {
          json[call->second]["r"] = step.number;
        }
      }
      place[step.number] = json.size();
      json.push_back(std::move(entry));
    }
    return json;
  }

  void add(Json& entry, const Call& call) {
    entry["a"] = call.actor;
    entry["k"] = "call";
    std::visit([&](const auto& operation) { add_subject(entry, operation); },
               call.action.operation);
  }

  template <class Operation>
  void add_subject(Json& entry, const Operation& operation) const {
    if constexpr (requires { operation.spec; }) {
      entry["s"] = operation.spec.attempt_id;
    } else if constexpr (requires { operation.attempt_id; }) {
      entry["s"] = operation.attempt_id;
    } else if constexpr (requires { operation.lease_id; }) {
      for (const LeaseSpans& lease : line_.leases) {
        if (lease.lease_id == operation.lease_id) entry["s"] = lease.attempt_id;
      }
    }
  }

  void add(Json& entry, const Return& returned) const {
    std::vector<std::string> changes = say_.changes(returned);
    if (!changes.empty()) entry["c"] = std::move(changes);
  }

  void add(Json& entry, const model::Environment& event) const {
    entry["k"] = std::holds_alternative<model::EffectWritten>(event) ? "effect"
                 : std::holds_alternative<model::RequestLost>(event) ||
                         std::holds_alternative<model::ReplyLost>(event)
                     ? "lost"
                     : "event";
    std::visit(
        [&](const auto& what) {
          if constexpr (requires { what.worker; }) entry["a"] = what.worker;
        },
        event);
  }

  void add(Json& entry, const DiskEvent&) const { entry["k"] = "event"; }

  const Trace& trace_;
  Timeline line_;
  Wording say_;
};

/// Holds no markup, whatever the texts are: "<" stands in strings only, and is written as its
/// number.
std::string for_script(const Json& json) {
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (const char letter : text) {
    if (letter == '<') {
      safe += "\\u003c";
    } else {
      safe += letter;
    }
  }
  return safe;
}

/// What is filled in is not looked at again.
std::string fill(std::string_view page, const std::map<std::string_view, std::string>& parts) {
  std::string filled;
  while (!page.empty()) {
    const std::size_t begin = page.find('@');
    filled += page.substr(0, begin);
    if (begin == std::string_view::npos) break;
    const std::size_t end = page.find('@', begin + 1);
    filled += parts.at(page.substr(begin + 1, end - begin - 1));
    page.remove_prefix(end + 1);
  }
  return filled;
}

}  // namespace

std::string timeline_page(const Trace& trace) {
  return fill(assets::page, {{"TITLE", escaped(title_of(trace))},
                             {"STYLE", std::string(assets::palette) + std::string(assets::style)},
                             {"HEAD", head_of(trace)},
                             {"LIFE_CYCLE", std::string(assets::life_cycle)},
                             {"PROGRAM", "leasecheck " LEASECHECK_VERSION "."},
                             {"TRACE", for_script(Data(trace).document())},
                             {"SCRIPT", std::string(assets::script)}});
}

}  // namespace leasecheck::traces
