#include "sim/scheduler/task_scheduler.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "sim/check.hpp"

namespace leasecheck::sim {

TaskId TaskScheduler::spawn(std::function<void()> body) {
  const auto task = static_cast<TaskId>(tasks_.size());
  tasks_.push_back(std::make_unique<Task>(Task{.fiber = Fiber(std::move(body)), .wakes_at = now_}));
  return task;
}

void TaskScheduler::collect_runnable() {
  runnable_.clear();
  for (TaskId task = 0; task < tasks_.size(); ++task) {
    Task& candidate = *tasks_[task];
    if (candidate.fiber.has_ended() || candidate.wakes_at > now_) continue;
    if (candidate.can_go_on && !candidate.can_go_on()) continue;
    candidate.can_go_on = {};
    runnable_.push_back(task);
  }
}

bool TaskScheduler::is_anyone_waiting() const {
  return std::ranges::any_of(tasks_,
                             [](const auto& task) { return static_cast<bool>(task->can_go_on); });
}

// Returns: whether anybody sleeps at all.
bool TaskScheduler::wake_sleepers() {
  std::optional<Microseconds> earliest;
  for (const auto& task : tasks_) {
    if (task->fiber.has_ended()) continue;
    earliest = std::min(earliest.value_or(task->wakes_at), task->wakes_at);
  }
  if (!earliest) return false;
  now_ = *earliest;
  return true;
}

TaskId TaskScheduler::next() {
  if (runnable_.size() == 1) return runnable_.front();
  const bool could_go_on = last_ && std::ranges::binary_search(runnable_, *last_);
  const TaskId chosen =
      strategy_.choose({.runnable = runnable_, .current = could_go_on ? last_ : std::nullopt});
  decisions_.push_back(chosen);
  return chosen;
}

void TaskScheduler::run() {
  check(!current_, "a scheduler is run from within one of its tasks");
  for (;;) {
    collect_runnable();
    if (runnable_.empty()) {
      if (!is_anyone_waiting() && !wake_sleepers()) return;
      continue;
    }
    const TaskId chosen = next();
    current_ = last_ = chosen;
    tasks_[chosen]->fiber.resume();
    current_.reset();
  }
}

void TaskScheduler::yield() {
  if (!current_) return;
  ++points_;
  tasks_[*current_]->fiber.suspend();
}

void TaskScheduler::sleep(Microseconds duration) {
  if (!current_) return;
  ++points_;
  Task& task = *tasks_[*current_];
  task.wakes_at = now_ + duration;
  task.fiber.suspend();
}

void TaskScheduler::wait_until(std::function<bool()> can_go_on) {
  if (!current_) {
    while (!can_go_on()) {
    }
    return;
  }
  ++points_;
  Task& task = *tasks_[*current_];
  task.can_go_on = std::move(can_go_on);
  task.fiber.suspend();
}

std::string to_text(const std::vector<TaskId>& decisions) {
  std::string text;
  for (auto run = decisions.begin(); run != decisions.end();) {
    const auto end =
        std::find_if(run, decisions.end(), [run](TaskId task) { return task != *run; });
    if (!text.empty()) text += ',';
    text += std::to_string(*run);
    if (end - run > 1) text += '*' + std::to_string(end - run);
    run = end;
  }
  return text;
}

std::optional<std::vector<TaskId>> decisions_from_text(std::string_view text) {
  constexpr std::uint64_t most = 10'000'000;  // a typing error must not fill the memory
  std::vector<TaskId> decisions;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    TaskId task = 0;
    std::uint64_t times = 1;
    auto parsed = std::from_chars(at, end, task);
    if (parsed.ec == std::errc{} && parsed.ptr != end && *parsed.ptr == '*') {
      parsed = std::from_chars(parsed.ptr + 1, end, times);
    }
    if (parsed.ec != std::errc{} || times == 0 || times > most - decisions.size()) {
      return std::nullopt;
    }
    decisions.insert(decisions.end(), times, task);
    at = parsed.ptr;
    if (at == end) break;
    if (*at != ',' || ++at == end) return std::nullopt;
  }
  return decisions;
}

}  // namespace leasecheck::sim
