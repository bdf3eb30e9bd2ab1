#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/scheduler/fiber.hpp"
#include "sim/scheduler/strategy.hpp"

namespace leasecheck::sim {

/// Runs tasks in turns on one thread. A task goes on until it says `yield`, sleeps or ends; who
/// goes on then is for the strategy to say. The same tasks under the same decisions do the same.
///
/// Virtual time stands still while anyone can go on and then jumps to the earliest end of a sleep;
/// sleeps that end at one instant end together.
/// Thread: one thread.
class TaskScheduler {
 public:
  using Microseconds = std::chrono::microseconds;

  /// `strategy` must outlive this.
  explicit TaskScheduler(Strategy& strategy) : strategy_(strategy) {}

  /// Adds a task, from outside or from within another one. `body` does not throw.
  TaskId spawn(std::function<void()> body);

  /// Lets all tasks come to their end.
  void run();

  /// Lets somebody else go on, perhaps. From outside of any task it does nothing, so that code
  /// under test can be prepared without a scheduler's eye on it.
  void yield();

  /// The task stands still for this long. From outside of any task it does nothing.
  void sleep(Microseconds duration);

  /// The task stands still until this says so. It is asked whenever somebody is to go on, and where
  /// nobody else can, again and again: then it had better wait for what it waits for. Outside of
  /// any task it is asked until it says so.
  void wait_until(std::function<bool()> can_go_on);

  /// Virtual time since the beginning.
  [[nodiscard]] Microseconds now() const { return now_; }

  /// The task that is running, nothing outside of any.
  [[nodiscard]] std::optional<TaskId> current() const { return current_; }

  /// How often anybody could have been interrupted.
  [[nodiscard]] std::uint64_t points() const { return points_; }

  /// What the strategy decided so far, where there was something to decide; `RecordedStrategy` does
  /// it again.
  [[nodiscard]] const std::vector<TaskId>& decisions() const { return decisions_; }

 private:
  struct Task {
    Fiber fiber;
    Microseconds wakes_at{0};
    std::function<bool()> can_go_on = {};  ///< what it waits for, besides
  };

  void collect_runnable();
  [[nodiscard]] TaskId next();
  [[nodiscard]] bool wake_sleepers();
  [[nodiscard]] bool is_anyone_waiting() const;

  Strategy& strategy_;
  std::vector<std::unique_ptr<Task>> tasks_;
  std::optional<TaskId> current_;
  std::optional<TaskId> last_;
  Microseconds now_{0};
  std::uint64_t points_ = 0;
  std::vector<TaskId> decisions_;
  std::vector<TaskId> runnable_;
};

/// Decisions as text that a command line takes back: "0*12,1*3,0" is twelve times 0, three times 1,
/// and 0.
[[nodiscard]] std::string to_text(const std::vector<TaskId>& decisions);

/// Returns: nothing for text that is no schedule.
[[nodiscard]] std::optional<std::vector<TaskId>> decisions_from_text(std::string_view text);

}  // namespace leasecheck::sim
