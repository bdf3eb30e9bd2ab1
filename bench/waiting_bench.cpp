// What a hundred workers that wait for work in one file cost, and how soon one of them starts what
// is enqueued, by a thread of their process or by another process.
#include <benchmark/benchmark.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/in_turns.hpp"
#include "bench/support.hpp"
#include "lease/sqlite.hpp"
#include "lease/worker.hpp"

namespace leasecheck::bench {
namespace {

using namespace std::chrono_literals;

constexpr int workers = 100;

/// A file with its repository.
struct Queue {
  explicit Queue(const std::string& file) : repository(opened(file)) {}

  std::unique_ptr<lease::AttemptRepository> opened(const std::string& file) {
    lease::SqliteOptions options;
    options.path = file;
    return demand(lease::open_sqlite_repository(options, clock, ids));
  }

  lease::SystemClock clock;
  lease::RandomIds ids;
  std::unique_ptr<lease::AttemptRepository> repository;
};

/// Workers that wait; none asks again by itself while it is measured.
class Workers {
 public:
  Workers(Queue& queue, const lease::JobHandler& handler) {
    for (int i = 0; i < workers; ++i) {
      running_.emplace_back([&queue, &handler, i](const std::stop_token& stop) {
        lease::WorkerOptions options;
        options.worker_id = lease::WorkerId("worker " + std::to_string(i));
        options.poll_period = 1000s;
        demand(lease::Worker(*queue.repository, queue.clock, options).run(stop, handler));
      });
    }
    std::this_thread::sleep_for(2s);
  }

 private:
  std::vector<std::jthread> running_;
};

/// The counter `cores` is the part of a core that they take.
void idle(benchmark::State& state) {
  const Folder folder;
  Queue queue(folder.file("queue.db"));
  const lease::JobHandler none = [](lease::Job&) { return lease::AckOutcome::completed; };
  const Workers waiting(queue, none);
  for (auto _ : state) {
    const Seconds began = processor_clock();
    const Seconds began_waiting = wall_clock();
    std::this_thread::sleep_for(5s);
    const Seconds waited = wall_clock() - began_waiting;
    state.SetIterationTime(waited);
    state.counters["cores"] = (processor_clock() - began) / waited;
  }
}

/// Enqueues an attempt each time that it is asked to. Returns: when it began to.
using Enqueue = std::function<Seconds(std::int64_t number)>;

/// As a process of its own, which is asked and answers through pipes.
class Enqueuer {
 public:
  explicit Enqueuer(const std::string& file) {
    int asked[2];
    int answered[2];
    if (::pipe(asked) != 0 || ::pipe(answered) != 0) give_up("no pipe");
    child_ = ::fork();
    if (child_ < 0) give_up("no process");
    if (child_ == 0) {
      ::close(asked[1]);
      serve(file, asked[0], answered[1]);
    }
    ::close(asked[0]);
    ::close(answered[1]);
    ask_ = asked[1];
    answer_ = answered[0];
  }
  ~Enqueuer() {
    ::close(ask_);
    ::close(answer_);
    ::waitpid(child_, nullptr, 0);
  }
  Enqueuer(const Enqueuer&) = delete;
  Enqueuer& operator=(const Enqueuer&) = delete;

  Seconds enqueue(std::int64_t number) const {
    Seconds began = 0;
    if (::write(ask_, &number, sizeof number) != sizeof number ||
        ::read(answer_, &began, sizeof began) != sizeof began) {
      give_up("the other process has ended");
    }
    return began;
  }

 private:
  [[noreturn]] static void serve(const std::string& file, int asked, int answered) {
    Queue queue(file);
    std::int64_t number = 0;
    while (::read(asked, &number, sizeof number) == sizeof number) {
      const Seconds began = wall_clock();
      demand(queue.repository->enqueue_attempt(spec(number)));
      if (::write(answered, &began, sizeof began) != sizeof began) break;
    }
    ::_exit(0);
  }

  pid_t child_ = 0;
  int ask_ = 0;
  int answer_ = 0;
};

/// Milliseconds from the call that enqueues to the start of the job, one after another.
std::vector<double> latencies(Queue& queue, const Enqueue& enqueue) {
  constexpr std::int64_t attempts = 300;
  std::atomic<Seconds> started = 0;
  const lease::JobHandler note = [&](lease::Job&) {
    started = wall_clock();
    return lease::AckOutcome::completed;
  };
  std::vector<double> all;
  const Workers waiting(queue, note);
  for (std::int64_t i = 0; i < attempts; ++i) {
    started = 0;
    const Seconds began = enqueue(i);
    while (started == 0) std::this_thread::sleep_for(std::chrono::microseconds(50));
    all.push_back(1000 * (started - began));
    std::this_thread::sleep_for(7ms);  // until the job is acknowledged
  }
  return all;
}

/// The counters are the median and the 99th percentile of the milliseconds.
void pick_up(benchmark::State& state) {
  const Folder folder;
  const std::string file = folder.file("queue.db");
  // Before this process has threads, and before it opens the file.
  std::unique_ptr<Enqueuer> other;
  if (state.range(0) == 2) other = std::make_unique<Enqueuer>(file);
  Queue queue(file);
  const Enqueue here = [&](std::int64_t number) {
    const Seconds began = wall_clock();
    demand(queue.repository->enqueue_attempt(spec(number)));
    return began;
  };
  const Enqueue there = [&](std::int64_t number) { return other->enqueue(number); };
  for (auto _ : state) {
    const Seconds began = wall_clock();
    std::vector<double> all = latencies(queue, other ? there : here);
    state.SetIterationTime(wall_clock() - began);
    std::ranges::sort(all);
    state.counters["median_ms"] = all[all.size() / 2];
    state.counters["p99_ms"] = all[all.size() * 99 / 100];
  }
}

BENCHMARK(idle)->Iterations(1)->UseManualTime();
BENCHMARK(pick_up)->ArgName("processes")->Arg(1)->Arg(2)->Iterations(1)->UseManualTime();

}  // namespace
}  // namespace leasecheck::bench
