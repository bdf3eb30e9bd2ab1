#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace leasecheck::cli {

/// Worker processes that do numbered tasks. Each is a copy of this process, one for each job even
/// if there is only one: a task that crashes costs its worker and nothing else. They do not outlive
/// this process.
/// Pre: this process has one thread.
class WorkerPool {
 public:
  using Task = std::function<std::string(std::uint64_t number)>;

  struct Done {
    std::uint64_t number = 0;
    std::optional<std::string> answer;  ///< nothing if the worker has died
    std::string exit_reason;            ///< how it died: "was ended by signal 11"
  };

  /// Throws: std::system_error, when there are no more processes.
  WorkerPool(unsigned jobs, Task task);
  /// Kills the workers that are at a task, and waits until all have ended.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Whether a worker has nothing to do.
  [[nodiscard]] bool has_room() const;
  /// Whether a worker is at a task.
  [[nodiscard]] bool is_busy() const;

  /// Pre: `has_room()`.
  void submit(std::uint64_t number);

  /// Waits until a task is done, or its worker has died. Returns: nothing if `gives_up`, which is
  /// asked every now and then, says so first.
  /// Pre: `is_busy()`.
  /// Throws: what the task has thrown, as a `Stop`.
  [[nodiscard]] std::optional<Done> next(const std::function<bool()>& gives_up);

 private:
  struct Worker {
    pid_t process = 0;
    int socket = -1;                      ///< -1: it has ended
    std::optional<std::uint64_t> number;  ///< of its task
  };

  void start_worker();
  [[nodiscard]] static Done receive(Worker& worker);
  [[nodiscard]] static std::string end(Worker& worker);

  Task task_;
  std::vector<Worker> workers_;
};

}  // namespace leasecheck::cli
