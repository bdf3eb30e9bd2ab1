#include "lease/worker.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include "machine.hpp"

namespace lease {

/// The threads of a run: made as they are needed, joined at its end.
class Worker::Pool {
 public:
  Pool(Worker& worker, const JobHandler& handler) : worker_(worker), handler_(handler) {}

  // Whatever ends the run, no handler outlives it.
  ~Pool() {
    {
      const std::lock_guard lock(worker_.mutex_);
      is_closed_ = true;
      for (auto& [lease_id, job] : worker_.jobs_) job->stop_.request_stop();
    }
    ready_.notify_all();
    threads_.clear();
    worker_.jobs_.clear();
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Pre: the worker's lock is held, as for all that follow.
  void start(Job& job) {
    waiting_.push_back(&job);
    if (idle_ < waiting_.size()) threads_.emplace_back([this] { serve(); });
    ready_.notify_one();
  }

 private:
  void serve() {
    std::unique_lock lock(worker_.mutex_);
    while (true) {
      ++idle_;
      ready_.wait(lock, [this] { return is_closed_ || !waiting_.empty(); });
      --idle_;
      if (is_closed_) return;
      Job& job = *waiting_.front();
      waiting_.pop_front();
      lock.unlock();
      const AckOutcome outcome = outcome_of(job);
      lock.lock();
      const LeaseId lease_id = job.lease().lease_id;
      worker_.jobs_.erase(lease_id);
      worker_.core_->ended(lease_id, outcome);
      worker_.changed_.notify_all();
    }
  }

  AckOutcome outcome_of(Job& job) {
    try {
      return handler_(job);
    } catch (...) {
      return AckOutcome::failed;
    }
  }

  Worker& worker_;
  const JobHandler& handler_;
  std::condition_variable ready_;
  std::deque<Job*> waiting_;
  std::size_t idle_ = 0;
  bool is_closed_ = false;
  std::vector<std::jthread> threads_;
};

bool Job::is_held() const {
  const std::lock_guard lock(worker_.mutex_);
  return worker_.core_->believes(claim_.lease.lease_id, worker_.now());
}

bool Job::heartbeat() {
  constexpr Duration look{20};  // at the clocks, which nobody tells of
  const LeaseId& lease_id = claim_.lease.lease_id;
  std::unique_lock lock(worker_.mutex_);
  const std::uint64_t before = worker_.core_->heartbeats_of(lease_id);
  worker_.core_->refresh(lease_id);
  worker_.changed_.notify_all();
  while (worker_.core_->believes(lease_id, worker_.now())) {
    if (worker_.core_->heartbeats_of(lease_id) != before) return true;
    worker_.changed_.wait_for(lock, look);
  }
  return false;
}

Result<std::uint64_t> Job::append_event(const NewRunEvent& event) {
  const LeaseId& lease_id = claim_.lease.lease_id;
  auto seq = worker_.repository_.append_run_event({lease_id, claim_.lease.worker_id}, event,
                                                  worker_.clock_.now());
  if (!seq && seq.error().code == ErrorCode::stale_lease) {
    const std::lock_guard lock(worker_.mutex_);
    worker_.core_->lost(lease_id);
    worker_.changed_.notify_all();
  }
  return seq;
}

Worker::Worker(AttemptRepository& repository, Clock& clock, WorkerOptions options,
               std::function<void(const Error&)> on_error)
    : repository_(repository),
      clock_(clock),
      options_(std::move(options)),
      on_error_(std::move(on_error)) {}

Worker::~Worker() = default;

Moment Worker::now() {
  return {clock_.now(), uptime()};
}

Result<void> Worker::run(std::stop_token stop, const JobHandler& handler) {
  auto core = WorkerCore::make(options_, random_pause);
  if (!core) return std::unexpected(core.error());
  core_ = *std::move(core);
  thrown_ = nullptr;
  const std::stop_callback wake(stop, [this] {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  });
  Pool pool(*this, handler);
  const std::jthread listener([this](std::stop_token ended) {
    try {
      listen(ended);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      thrown_ = std::current_exception();
      changed_.notify_all();
    }
  });
  work(stop, pool);
  return {};
}

void Worker::listen(const std::stop_token& stop) {
  // Of the wait: whoever has found work by itself meanwhile is to leave what arrives to others.
  constexpr Duration longest{10'000};
  const std::stop_callback wake(stop, [this] {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  });
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (!core_->waits_for_work(now())) {
      changed_.wait_for(lock, longest);
      continue;
    }
    lock.unlock();
    const bool has_arrived = repository_.wait_for_work(stop, longest);
    lock.lock();
    if (!has_arrived) continue;
    core_->work_arrived();
    changed_.notify_all();
  }
}

void Worker::work(const std::stop_token& stop, Pool& pool) {
  std::unique_lock lock(mutex_);
  while (true) {
    if (thrown_) std::rethrow_exception(thrown_);
    if (stop.stop_requested()) core_->drain();
    const std::vector<WorkerAction> actions = core_->next(now());
    for (const WorkerAction& action : actions) carry_out(lock, pool, action);
    if (core_->is_drained()) return;
    if (actions.empty()) wait(lock);
  }
}

void Worker::wait(std::unique_lock<std::mutex>& lock) {
  // So that a clock that was set is noticed.
  const Duration longest{jobs_.empty() ? 60'000 : 1'000};
  const Moment present = now();
  const Duration at = core_->wake_at(present).value_or(present.uptime + longest);
  if (at <= present.uptime) return;
  changed_.wait_for(lock, std::min(at - present.uptime, longest));
}

template <typename Call>
auto Worker::ask(std::unique_lock<std::mutex>& lock, Call call) {
  lock.unlock();
  auto answer = call();
  const bool has_failed = !answer && answer.error().code != ErrorCode::stale_lease;
  if (has_failed) on_error_(answer.error());
  lock.lock();
  return answer;
}

void Worker::carry_out(std::unique_lock<std::mutex>& lock, Pool& pool, const WorkerAction& action) {
  if (const auto* claim = std::get_if<ClaimRequest>(&action)) {
    const auto answer = ask(lock, [&] {
      return repository_.claim_attempts(options_.worker_id, claim->limit, options_.lease_ttl);
    });
    core_->claimed(answer, now());
    changed_.notify_all();
  } else if (const auto* beat = std::get_if<HeartbeatRequest>(&action)) {
    const auto answer = ask(lock, [&] { return repository_.heartbeat_leases(beat->heartbeats); });
    core_->heartbeaten(*beat, answer, now());
    changed_.notify_all();
  } else if (const auto* ack = std::get_if<AckRequest>(&action)) {
    const auto answer =
        ask(lock, [&] { return repository_.ack_attempts(ack->acks, clock_.now()); });
    core_->acknowledged(*ack, answer, now());
  } else if (std::holds_alternative<ReadRequest>(action)) {
    const auto answer = ask(lock, [&] { return own_leases(); });
    core_->read(answer, now());
  } else if (const auto* release = std::get_if<ReleaseRequest>(&action)) {
    static_cast<void>(
        ask(lock, [&] { return repository_.release_lease(release->holder, clock_.now()); }));
  } else if (const auto* start = std::get_if<StartJob>(&action)) {
    const auto job = jobs_.emplace(start->claim.lease.lease_id,
                                   std::unique_ptr<Job>(new Job(*this, start->claim)));
    pool.start(*job.first->second);
  } else if (const auto* stopped = std::get_if<StopJob>(&action)) {
    const auto job = jobs_.find(stopped->lease_id);
    if (job != jobs_.end()) job->second->stop_.request_stop();
  }
}

Result<std::vector<LeaseRecord>> Worker::own_leases() {
  constexpr std::uint64_t page = 100;
  std::vector<LeaseRecord> leases;
  AttemptFilter own;
  own.worker_id = options_.worker_id;
  std::optional<AttemptId> after;
  while (true) {
    const auto listed = repository_.list_attempts(own, after, page);
    if (!listed) return std::unexpected(listed.error());
    for (const AttemptRecord& record : *listed) {
      const auto lease = repository_.get_lease_for_attempt(record.attempt_id);
      if (!lease) return std::unexpected(lease.error());
      if (*lease && (*lease)->worker_id == options_.worker_id) leases.push_back(**lease);
    }
    if (listed->size() < page) return leases;
    after = listed->back().attempt_id;
  }
}

}  // namespace lease
