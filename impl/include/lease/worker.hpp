#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "lease/attempt_repository.hpp"
#include "lease/worker_core.hpp"

namespace lease {

class Worker;

/// An attempt that a worker has claimed, as its handler sees it.
/// Thread: any.
class Job {
 public:
  [[nodiscard]] const AttemptDispatchRecord& attempt() const { return claim_.attempt; }
  /// As it was granted. Its version is the fencing token: show it to every resource that the work
  /// touches.
  [[nodiscard]] const LeaseRecord& lease() const { return claim_.lease; }

  /// Asks to stop when the right to work ends: shortly before the lease does, at once if it is
  /// lost. Work that goes on is done by somebody else too.
  [[nodiscard]] std::stop_token stop_token() const { return stop_.get_token(); }

  /// Whether the worker believes that it holds the lease (rule 18).
  [[nodiscard]] bool is_held() const;

  /// Sends a heartbeat now, before a step that cannot be interrupted, and waits for its answer.
  /// Returns: whether the lease is held, and for its whole time to live from now.
  [[nodiscard]] bool heartbeat();

  /// Errors: as `WorkerRepository::append_run_event`. `stale_lease` ends the right to work.
  [[nodiscard]] Result<std::uint64_t> append_event(const NewRunEvent& event);

 private:
  friend class Worker;
  Job(Worker& worker, Claim claim) : worker_(worker), claim_(std::move(claim)) {}

  Worker& worker_;
  Claim claim_;
  std::stop_source stop_;
};

/// Does the work of one attempt. What it throws is `failed`.
using JobHandler = std::function<AckOutcome(Job& job)>;

/// Claims attempts, runs a handler on each, keeps their leases and acknowledges what became of
/// them. What it decides stands in `WorkerCore`.
class Worker {
 public:
  /// `on_error` is told of every call of the repository that failed, by the thread of `run`; it is
  /// for logs, since whatever failed is tried again.
  /// Pre: `repository` and `clock` must outlive the worker.
  Worker(
      AttemptRepository& repository, Clock& clock, WorkerOptions options,
      std::function<void(const Error&)> on_error = [](const Error&) {});
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Works until `stop` is requested, and then until the jobs at hand have ended and are
  /// acknowledged; no job is asked to stop because of it. Jobs run on at most `concurrency` threads
  /// of their own; calls of the repository on the caller's.
  /// Errors: `invalid_argument` (an option out of its range).
  /// What the injected clock throws ends the run: jobs are asked to stop and waited for, and are
  /// not acknowledged. Thread: one run at a time.
  [[nodiscard]] Result<void> run(std::stop_token stop, const JobHandler& handler);

 private:
  friend class Job;
  class Pool;

  [[nodiscard]] Moment now();
  void work(const std::stop_token& stop, Pool& pool);
  /// Tells the core of work that arrives while it waits for some.
  void listen(const std::stop_token& stop);
  void wait(std::unique_lock<std::mutex>& lock);
  void carry_out(std::unique_lock<std::mutex>& lock, Pool& pool, const WorkerAction& action);
  /// Calls the repository while the worker's lock is free, and reports a failure.
  template <typename Call>
  auto ask(std::unique_lock<std::mutex>& lock, Call call);
  [[nodiscard]] Result<std::vector<LeaseRecord>> own_leases();

  AttemptRepository& repository_;
  Clock& clock_;
  WorkerOptions options_;
  std::function<void(const Error&)> on_error_;
  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::optional<WorkerCore> core_;
  std::exception_ptr thrown_;  ///< by the thread that waits for work
  std::map<LeaseId, std::unique_ptr<Job>> jobs_;
};

}  // namespace lease
