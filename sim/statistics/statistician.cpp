#include "sim/statistics/statistician.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "sim/world/worker.hpp"

namespace leasecheck::sim {

using model::Duration;
using model::Status;
using model::Time;

namespace {

bool waits(const model::AttemptRecord* attempt) {
  return attempt != nullptr &&
         (attempt->status == Status::queued || attempt->status == Status::retry_backoff);
}

}  // namespace

Statistician::Statistician(const Plan& plan, std::size_t intervals)
    : epoch_(plan.epoch), noted_until_(plan.epoch) {
  const auto parts = static_cast<std::int64_t>(intervals);
  const std::int64_t duration = std::max<std::int64_t>(plan.duration.count(), 1);
  statistics_.runs = 1;
  statistics_.interval = Duration{(duration + parts - 1) / parts};
  statistics_.intervals.resize(static_cast<std::size_t>(
      (duration + statistics_.interval.count() - 1) / statistics_.interval.count()));
}

// What happens at the very end belongs to the last one.
Interval& Statistician::interval_at(Time time) {
  const auto index = static_cast<std::size_t>((time - epoch_) / statistics_.interval);
  return statistics_.intervals[std::min(index, statistics_.intervals.size() - 1)];
}

void Statistician::note_levels(Time time) {
  for (Time at = noted_until_; at < time; at += statistics_.interval) {
    Interval& interval = interval_at(at);
    interval.ready = std::max(interval.ready, ready());
    interval.leased = std::max<std::uint64_t>(interval.leased, held_.size());
  }
  noted_until_ = time;
  Interval& interval = interval_at(time);
  interval.ready = std::max(interval.ready, ready());
  interval.leased = std::max<std::uint64_t>(interval.leased, held_.size());
  statistics_.deepest = std::max(statistics_.deepest, ready());
}

void Statistician::advance_to(Time now) {
  while (!not_yet_.empty() && not_yet_.begin()->first <= now) {
    const Time ready_at = not_yet_.begin()->first;
    note_levels(ready_at);
    while (!not_yet_.empty() && not_yet_.begin()->first == ready_at) {
      not_yet_.erase(not_yet_.begin());
    }
    note_levels(ready_at);
  }
  note_levels(now);
}

void Statistician::operated(const properties::Operated& operated) {
  if (is_over_ || operated.changes.empty()) return;
  advance_to(operated.true_time);
  for (const properties::AttemptChange& change : operated.changes) changed(change, operated);
  note_levels(operated.true_time);
}

void Statistician::changed(const properties::AttemptChange& change,
                           const properties::Operated& operated) {
  const model::AttemptRecord* before = change.before;
  const model::AttemptRecord* after = change.after;
  const Time now = operated.true_time;
  if (before == nullptr) ++statistics_.enqueued;
  if (waits(before)) leave_queue(change, now);
  change_lease(change, now);
  if (after == nullptr) {
    begun_.erase(before->attempt_id);
    return;
  }
  if (waits(after)) {
    // The repository's host says when; how far away that is, its clock and true time agree on.
    const Time due = after->retry_at.value_or(after->ready_at);
    enter_queue(*after, now + std::max(due - operated.action.now, Duration{0}));
  }
  const bool was_open = before == nullptr || !model::is_terminal(before->status);
  if (was_open && model::is_terminal(after->status)) {
    finish(after->status);
    ++interval_at(now).finished;
  }
}

void Statistician::finish(Status status) {
  if (status == Status::completed) ++statistics_.completed;
  if (status == Status::failed) ++statistics_.dead_letters;
  if (status == Status::cancelled) ++statistics_.cancelled;
}

void Statistician::enter_queue(const model::AttemptRecord& attempt, Time ready_at) {
  waiting_[attempt.attempt_id] = ready_at;
  not_yet_.emplace(ready_at, attempt.attempt_id);
  advance_to(noted_until_);
}

void Statistician::leave_queue(const properties::AttemptChange& change, Time now) {
  const auto waiting = waiting_.find(change.before->attempt_id);
  if (waiting == waiting_.end()) return;
  const Time ready_at = waiting->second;
  not_yet_.erase({ready_at, waiting->first});
  waiting_.erase(waiting);
  if (change.after != nullptr && model::holds_lease(change.after->status)) {
    statistics_.time_in_queue.add(std::max(now - ready_at, Duration{0}));
  }
}

void Statistician::change_lease(const properties::AttemptChange& change, Time now) {
  const model::LeaseRecord* after = change.lease_after;
  const model::Id& attempt_id = (change.before ? change.before : change.after)->attempt_id;
  if (const auto held = held_.find(attempt_id); held != held_.end()) {
    if (after != nullptr && after->lease_id == held->second.lease_id) return;
    held_by_[held->second.worker_id].erase(attempt_id);
    held_.erase(held);
  }
  if (change.after == nullptr || model::is_terminal(change.after->status)) {
    lost_at_.erase(attempt_id);
  }
  if (after == nullptr) return;
  held_[attempt_id] = {after->worker_id, after->lease_id};
  held_by_[after->worker_id].insert(attempt_id);
  if (const auto lost = lost_at_.find(attempt_id); lost != lost_at_.end()) {
    statistics_.time_to_recovery.add(now - lost->second);
    lost_at_.erase(lost);
  }
  if (down_.contains(after->worker_id)) lost_at_.emplace(attempt_id, now);
}

void Statistician::began(const Execution& execution, Time) {
  if (is_over_) return;
  ++statistics_.executions;
  const bool is_first = begun_[execution.attempt_id].insert(execution.attempt_no).second;
  if (!is_first) ++statistics_.repeated;
  std::set<model::Id>& others = leases_at_work_[execution.attempt_id];
  if (!others.empty()) ++statistics_.overlapping;
  const bool is_believed_twice = std::ranges::any_of(others, [this](const model::Id& lease_id) {
    return at_work_.at(lease_id).worker->believes(lease::LeaseId(lease_id));
  });
  if (is_believed_twice) ++statistics_.believed_twice;
  others.insert(execution.lease_id);
  at_work_[execution.lease_id] = {&execution.worker, execution.attempt_id};
}

void Statistician::ended(const Worker&, const model::Id& lease_id) {
  const auto ended = at_work_.extract(lease_id);
  if (!ended) return;
  const auto others = leases_at_work_.find(ended.mapped().attempt_id);
  others->second.erase(lease_id);
  if (others->second.empty()) leases_at_work_.erase(others);
}

void Statistician::started(const model::Id& worker_id) {
  down_.erase(worker_id);
}

void Statistician::stopped(const Worker& worker, Time now) {
  if (is_over_) return;
  std::vector<model::Id> of_worker;
  for (const auto& [lease_id, at_work] : at_work_) {
    if (at_work.worker == &worker) of_worker.push_back(lease_id);
  }
  for (const model::Id& lease_id : of_worker) ended(worker, lease_id);
  down_.insert(worker.id());
  for (const model::Id& attempt_id : held_by_[worker.id()]) lost_at_.emplace(attempt_id, now);
}

void Statistician::duration_over(Time now) {
  advance_to(now);
  statistics_.duration = now - epoch_;
  statistics_.unfinished = waiting_.size() + held_.size();
  statistics_.unrecovered = lost_at_.size();
  is_over_ = true;
}

}  // namespace leasecheck::sim
