#include "traces/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <string_view>
#include <variant>

#include "traces/json.hpp"
#include "traces/phrases.hpp"

namespace leasecheck::traces {
namespace {

template <class... Each>
struct Overloaded : Each... {
  using Each::operator()...;
};

std::string clock_in_words(const model::ClockError& clock) {
  if (clock == model::ClockError{}) return "exact";
  std::string words = clock.offset.count() == 0 ? "exact"
                      : clock.offset.count() > 0
                          ? duration(clock.offset) + " fast"
                          : duration(model::saturating_multiply(clock.offset, -1)) + " slow";
  if (clock.drift_ppm != 0) words += fmt::format(" and drifting by {:+} ppm", clock.drift_ppm);
  return words;
}

struct EventInWords {
  std::string operator()(const model::WorkerStarted& what) const {
    return fmt::format("{} starts; its clock is {}", what.worker, clock_in_words(what.clock));
  }
  std::string operator()(const model::WorkerStopped& what) const {
    return what.worker + " crashes";
  }
  std::string operator()(const model::WorkerPaused& what) const {
    return fmt::format("{} stands still for {}", what.worker, duration(what.duration));
  }
  std::string operator()(const model::LeaseGivenUp& what) const {
    return fmt::format("{} no longer relies on {}", what.worker, what.lease_id);
  }
  std::string operator()(const model::ReplyDelivered& what) const {
    return fmt::format("{} receives the answer to step {}", what.worker, what.call);
  }
  std::string operator()(const model::RequestLost& what) const {
    return fmt::format("a request of {} is lost: {}", what.worker, what.operation);
  }
  std::string operator()(const model::ReplyLost& what) const {
    return fmt::format("the answer to step {} is lost on its way to {}", what.call, what.worker);
  }
  std::string operator()(const model::EffectWritten& what) const {
    return fmt::format("{} writes a result of {}, by the grant of step {}", what.worker,
                       what.attempt_id, what.grant);
  }
  std::string operator()(const model::ClockStepped& what) const {
    return fmt::format("the clock of {} is set: it is {}", what.worker, clock_in_words(what.clock));
  }
  std::string operator()(const model::FaultsEnded&) const {
    return std::string("nothing fails from here on");
  }
  std::string operator()(const model::ProgressDue&) const {
    return std::string("every attempt must have ended by now");
  }
};

/// "0*22,1*9": whose turn it is at each call of the disk at which more than one could go on.
std::string turns(std::string_view schedule) {
  std::string words = "from here on the processes take turns: ";
  while (!schedule.empty()) {
    const std::string_view one = schedule.substr(0, schedule.find(','));
    schedule.remove_prefix(std::min(one.size() + 1, schedule.size()));
    const std::size_t star = one.find('*');
    words += fmt::format("p{}", one.substr(0, star));
    if (star != std::string_view::npos) words += fmt::format(" {} times", one.substr(star + 1));
    if (!schedule.empty()) words += ", ";
  }
  return words;
}

/// The names of sim/storage for what happens to a process and its disk.
std::string in_words(std::string_view mishap) {
  if (mishap == "power_loss") return "the power fails";
  if (mishap == "kill") return "the process is killed";
  if (mishap == "io_error") return "the disk answers with an I/O error";
  if (mishap == "disk_full") return "the disk is full";
  if (mishap == "sync_forgotten") return "a sync fails, and what it was to write is never written";
  if (mishap == "file_replaced") return "somebody puts copies of the files in their place";
  return fmt::format("{} comes", mishap);
}

/// What becomes of a session, by sim/postgres's names, at which statement of its operation.
std::string loss(std::string_view kind, std::string_view statement) {
  if (kind == "session_lost") {
    return fmt::format("the server ends the session at statement {} from here on", statement);
  }
  return fmt::format("the answer to statement {} from here on is lost with the connection",
                     statement);
}

/// "power_loss@12:kkl": what happens before which of the calls of the disk that come from here on,
/// and what becomes of each fragment that is not synced.
std::string mishap(std::string_view text) {
  const std::size_t at = text.find('@');
  const std::size_t colon = std::min(text.find(':'), text.size());
  if (at == std::string_view::npos || at > colon) return "the disk: " + std::string(text);
  const std::string_view what = text.substr(0, at);
  if (what == "session_lost" || what == "answer_lost") return loss(what, text.substr(at + 1));
  const std::string_view fates = text.substr(std::min(colon + 1, text.size()));
  std::string words = fmt::format("{} at call {} of the disk from here on", in_words(what),
                                  text.substr(at + 1, colon - at - 1));
  if (fates.empty()) return words;
  return words + fmt::format("; of {} not yet synced {} kept, {} lost, {} torn",
                             counted(std::ssize(fates), "fragment", "fragments"),
                             std::ranges::count(fates, 'k'), std::ranges::count(fates, 'l'),
                             std::ranges::count(fates, 't'));
}

}  // namespace

Wording::Wording(const Trace& trace)
    : begin_(trace.head.deployment ? trace.head.deployment->epoch
             : trace.steps.empty() ? model::Time{}
                                   : trace.steps.front().true_time) {}

std::string Wording::time(model::Time time) const {
  constexpr model::Duration thousand_years = std::chrono::hours(24 * 365 * 1000);
  if (time == model::end_of_time) return "the end of time";
  if (time == model::beginning_of_time) return "the beginning of time";
  if (time < model::beginning_of_time + thousand_years) {
    return fmt::format("{} ms after the beginning of time",
                       (time - model::beginning_of_time).count());
  }
  if (time > model::end_of_time - thousand_years) {
    return fmt::format("{} ms before the end of time", (model::end_of_time - time).count());
  }
  const model::Duration until_begin = model::saturating_multiply(begin_.time_since_epoch(), -1);
  const std::int64_t ms = model::saturating_add(time, until_begin).time_since_epoch().count();
  // Unsigned, so that the least number has a magnitude too.
  const std::uint64_t size =
      ms < 0 ? -static_cast<std::uint64_t>(ms) : static_cast<std::uint64_t>(ms);
  const char sign = ms < 0 ? '-' : '+';
  const std::uint64_t hours = size / 3'600'000;
  const std::uint64_t minutes = size / 60'000 % 60;
  const std::uint64_t seconds = size / 1000 % 60;
  if (hours == 0) return fmt::format("{}{}:{:02}.{:03}", sign, minutes, seconds, size % 1000);
  return fmt::format("{}{}:{:02}:{:02}.{:03}", sign, hours, minutes, seconds, size % 1000);
}

std::string Wording::event(const model::Environment& event) const {
  return std::visit(EventInWords{}, event);
}

std::string Wording::change(const std::string& name, const std::string& value) const {
  if (value == "null") {
    return name.find('.') == std::string::npos ? name + " is gone" : name + ": none";
  }
  static constexpr std::array<std::string_view, 9> times{
      "ready_at",         "retry_at",     "started_at",
      "lease_expires_at", "heartbeat_at", "execution_deadline",
      "finished_at",      "dead_at",      "at"};
  const std::string_view field = std::string_view(name).substr(name.rfind('.') + 1);
  if (field == "dead_letter") return name + ": " + letter(value);
  std::int64_t number = 0;
  const char* end = value.data() + value.size();
  if (std::ranges::find(times, field) != times.end() &&
      std::from_chars(value.data(), end, number).ptr == end) {
    return fmt::format("{}: {}", name, time(model::at_ms(number)));
  }
  const bool is_text = value.size() >= 2 && value.front() == '"';
  return fmt::format("{}: {}", name, is_text ? value.substr(1, value.size() - 2) : value);
}

std::string Wording::letter(const std::string& value) const {
  const auto json = parse_json(value);
  const auto holds = [&](const char* field, auto is_right) {
    return json && json->contains(field) && is_right(json->at(field));
  };
  const auto is_text = [](const Json& field) { return field.is_string(); };
  const auto is_number = [](const Json& field) { return field.is_number_integer(); };
  if (!holds("reason", is_text) || !holds("attempt_no", is_number) ||
      !holds("dead_at", is_number)) {
    return value;
  }
  return fmt::format("{} at attempt number {}, at {}", json->at("reason").get<std::string>(),
                     json->at("attempt_no").get<std::int64_t>(),
                     time(model::at_ms(json->at("dead_at").get<std::int64_t>())));
}

std::vector<std::string> Wording::changes(const Return& returned) const {
  std::vector<std::string> said;
  for (const auto& [name, value] : returned.delta) {
    const std::string own_id = "\"" + name.substr(0, name.rfind('.')) + "\"";
    const bool is_id = name.ends_with(".attempt_id") || name.ends_with(".lease_id");
    if (!is_id || value != own_id) said.push_back(change(name, value));
  }
  return said;
}

std::string Wording::message(const std::string& text) const {
  constexpr std::string_view digits = "0123456789";
  constexpr model::Duration day = std::chrono::hours(24);
  // At the beginning of the epoch every small number would be a time.
  if (begin_ < model::at_ms(0) + 365 * day) return text;
  std::string said;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = std::min(text.find_first_of(digits, at), text.size());
    const std::size_t end = std::min(text.find_first_not_of(digits, begin), text.size());
    said += text.substr(at, begin - at);
    std::int64_t number = 0;
    const bool is_number =
        std::from_chars(text.data() + begin, text.data() + end, number).ec == std::errc{};
    const model::Time time = model::at_ms(number);
    const bool is_time = is_number && time > begin_ - day && time < begin_ + 365 * day;
    said += is_time ? this->time(time) : text.substr(begin, end - begin);
    at = end;
  }
  return said;
}

std::string Wording::step(const Step& step) const {
  return std::visit(
      Overloaded{[this](const Call& what) {
                   return fmt::format("{} {}", what.actor, call(what.action.operation));
                 },
                 [this](const Return& what) { return "the repository " + answer(what.outcome); },
                 [this](const model::Environment& what) { return event(what); },
                 [](const DiskEvent& what) {
                   return what.kind == DiskEvent::Kind::schedule ? turns(what.text)
                                                                 : mishap(what.text);
                 }},
      step.what);
}

std::string actor_of(const Step& step) {
  return std::visit(Overloaded{[](const Call& what) { return what.actor; },
                               [](const Return&) { return std::string("repository"); },
                               [](const model::Environment&) { return std::string("env"); },
                               [](const DiskEvent&) { return std::string("disk"); }},
                    step.what);
}

}  // namespace leasecheck::traces
