#include "cli/validation/merged_log.hpp"

#include <algorithm>
#include <utility>

#include "cli/exit_code.hpp"
#include "leasecheck/spec/operation_traits.hpp"

namespace leasecheck::cli {
namespace {

model::Time later(model::Time time, model::Duration by) {
  return model::saturating_add(time, by);
}

model::Time earlier(model::Time time, model::Duration by) {
  return model::saturating_add(time, -by);
}

/// Whether the time of the operation matters and does not stand in its arguments.
bool has_time(const model::Operation& operation) {
  return model::reads_clock(operation) ||
         std::visit(
             []<class Each>(const Each&) {
               return std::is_same_v<Each, model::AckAttempt> ||
                      std::is_same_v<Each, model::AckAttempts> ||
                      std::is_same_v<Each, model::ReleaseLease> ||
                      std::is_same_v<Each, model::AppendRunEvent> ||
                      std::is_same_v<Each, model::CancelAttempt> ||
                      std::is_same_v<Each, model::ReplayDeadLetter> ||
                      std::is_same_v<Each, model::StartAttempt>;
             },
             operation);
}

}  // namespace

MergedLog::MergedLog(std::vector<std::unique_ptr<LogSource>> sources, MergeOptions options)
    : options_(options), keeps_lines_(sources.size() == 1 && !sources.front()->is_by_interval()) {
  for (auto& source : sources) {
    sources_.push_back({.log = std::move(source), .calls = {}, .ended = {}});
  }
}

void MergedLog::let_pass(model::Time time) {
  passed_ = std::max(passed_, earlier(time, options_.skew));
}

void MergedLog::finish() {
  is_finished_ = true;
  for (Source& source : sources_) source.log->finish();
}

std::optional<LogEvent> MergedLog::next() {
  while (is_first_known()) {
    if (auto event = take_first()) return event;
  }
  return std::nullopt;
}

/// Returns: nothing, if the call did not happen.
std::optional<LogEvent> MergedLog::take_first() {
  const auto first = events_.begin();
  const Event event = first->second;
  passed_ = std::max(passed_, first->first.time);
  events_.erase(first);
  const auto found = pending_.find(event.number);
  Pending& pending = found->second;
  const bool did_not_happen = pending.did_not_happen;
  if (event.side == Side::begins) {
    if (did_not_happen) return std::nullopt;
    CallBegins begins{.call = std::move(pending.call), .after = std::move(pending.after)};
    if (!properties::is_answered(begins.call)) pending_.erase(found);  // it has no end
    return begins;
  }
  std::erase(sources_[pending.source].ended, event.number);
  pending_.erase(found);
  if (did_not_happen) return std::nullopt;
  return CallEnds{event.number};
}

/// Whether the first event is known, with the answer of its call, and stays the first whatever is
/// read from now on.
bool MergedLog::is_first_known() {
  while (true) {
    if (events_.empty()) {
      if (!read_any()) return false;
      continue;
    }
    const auto& [place, event] = *events_.begin();
    const auto behind = std::ranges::find_if(
        sources_, [&](const Source& source) { return may_go_first(source, place.time); });
    if (behind != sources_.end()) {
      if (!read_one(static_cast<std::size_t>(behind - sources_.begin()))) return false;
      continue;
    }
    const Pending& pending = pending_.at(event.number);
    if (pending.is_complete) return true;
    const Source& source = sources_[pending.source];
    if (!source.has_more || source.last - pending.began > options_.lost_after) return true;
    if (!read_one(pending.source)) return false;
  }
}

bool MergedLog::may_go_first(const Source& source, model::Time time) const {
  if (keeps_lines_ || !source.has_more) return false;
  const model::Time unread =
      std::min(source.last, source.log->waiting_since().value_or(source.last));
  return std::max(earlier(unread, options_.skew), passed_) <= time;
}

bool MergedLog::read_any() {
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (read_one(i)) return true;
  }
  return false;
}

/// Returns: whether it is known more now: something was read, or that there is no more.
bool MergedLog::read_one(std::size_t source) {
  Source& from = sources_[source];
  if (!from.has_more) return false;
  auto entry = from.log->next();
  if (!entry) {
    if (is_finished_) from.has_more = false;
    return is_finished_;
  }
  if (auto* call = std::get_if<traces::LogCall>(&*entry)) {
    const std::uint64_t number_in_file = call->number;
    from.calls[number_in_file] = begin(source, std::move(*call));
  } else if (auto* returned = std::get_if<traces::LogReturn>(&*entry)) {
    const auto answered = from.calls.extract(returned->of);
    // One that was given up may be answered in the end.
    if (!answered.empty() && pending_.contains(answered.mapped())) {
      end(source, answered.mapped(), returned->at, std::move(returned->answer));
    }
  } else if (auto* done = std::get_if<traces::LogDone>(&*entry)) {
    const std::uint64_t number = begin(source, std::move(done->call));
    end(source, number, done->end, std::move(done->answer));
  } else {
    give_up(source);
  }
  return true;
}

/// A clock that was set back stands still until its time has come again.
model::Time MergedLog::advanced(std::size_t source, model::Time time) {
  Source& from = sources_[source];
  if (from.log->is_by_interval()) {
    from.last = std::max(from.last, time);
    return time;
  }
  from.last = std::max({from.last, time, later(passed_, options_.skew)});
  return from.last;
}

std::uint64_t MergedLog::begin(std::size_t source, traces::LogCall call) {
  const std::uint64_t number = ++calls_;
  const LogFile& file = sources_[source].log->file();
  if (sources_[source].log->is_by_interval() && earlier(call.at, options_.skew) < passed_) {
    throw Stop{file.place() + ": begins before what stands before it; expected rows in the order " +
               "in which their calls begin"};
  }
  Pending& pending = pending_[number];
  pending.source = source;
  pending.began = call.at;
  pending.call = {.number = number,
                  .place = file.place(),
                  .actor = std::move(call.actor),
                  .action = {call.now.value_or(call.at), std::move(call.operation)},
                  .is_time_known = true,
                  .earliest = earlier(call.at, options_.skew),
                  .latest = later(call.at, options_.skew),
                  .lease_of = std::move(call.lease_of),
                  .outcome = {}};
  pending.call.is_time_known = call.now.has_value() || !has_time(pending.call.action.operation);
  if (!keeps_lines_) pending.after = sources_[source].ended;
  place(earlier(advanced(source, call.at), options_.skew), Side::begins, number);
  return number;
}

void MergedLog::end(std::size_t source, std::uint64_t number, model::Time at,
                    traces::LogAnswer answer) {
  Pending& pending = pending_.at(number);
  const bool is_unanswered = !answer.outcome && !answer.is_accepted && !answer.did_not_happen;
  const model::Time ended = advanced(source, at);
  pending.is_complete = true;
  pending.did_not_happen = answer.did_not_happen;
  if (is_unanswered) return;
  pending.call.latest = std::max(pending.call.latest, later(at, options_.skew));
  pending.call.outcome = std::move(answer.outcome);
  pending.call.is_accepted = answer.is_accepted;
  if (!sources_[source].log->is_by_interval()) sources_[source].ended.push_back(number);
  place(later(ended, options_.skew), Side::ends, number);
}

/// The writer has ended: what it has not answered it never will.
void MergedLog::give_up(std::size_t source) {
  for (const auto& [number_in_file, number] : sources_[source].calls) {
    if (const auto pending = pending_.find(number); pending != pending_.end()) {
      pending->second.is_complete = true;
    }
  }
  sources_[source].calls.clear();
}

void MergedLog::place(model::Time time, Side side, std::uint64_t number) {
  Place place{.time = time, .side = side, .sequence = ++sequence_};
  if (keeps_lines_) place = {.sequence = place.sequence};
  events_.emplace(place, Event{.side = side, .number = number});
}

std::uint64_t MergedLog::lines() const {
  std::uint64_t lines = 0;
  for (const Source& source : sources_) lines += source.log->file().lines();
  return lines;
}

std::uint64_t MergedLog::torn_lines() const {
  std::uint64_t lines = 0;
  for (const Source& source : sources_) lines += source.log->torn_lines();
  return lines;
}

}  // namespace leasecheck::cli
