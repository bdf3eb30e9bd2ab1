// The processes of a load test, which load.py starts, stops, kills, and counts what came of:
//
//   load produce QUEUE LOG FEWEST MOST   keeps so many attempts waiting; logs each acknowledged id
//   load work QUEUE EFFECTS WORKER       works on them; an effect of each goes to EFFECTS
//   load reap QUEUE LOG                  takes back what lost workers held; logs each tick
//
// QUEUE is the path of an SQLite file, or postgres:CONNINFO.
// Each works until SIGTERM, whatever the storage answers.

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <lease/lease_manager.hpp>
#include <lease/postgres.hpp>
#include <lease/sqlite.hpp>
#include <lease/worker.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/load/effects.hpp"

namespace {

using namespace std::chrono_literals;
using leasecheck::load::Effects;

constexpr lease::Duration lease_ttl = 1'500ms;
constexpr lease::Duration grace = 200ms;
constexpr lease::Duration pause_after_failure = 200ms;

/// "TIME TEXT", the time in milliseconds since the epoch.
std::string line_of(lease::Clock& clock, const std::string& text) {
  return std::to_string(clock.now().time_since_epoch().count()) + " " + text + "\n";
}

/// Lines that a process which is killed leaves whole.
class Lines {
 public:
  Lines(const std::string& path, lease::Clock& clock)
      : file_(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)), clock_(clock) {
    if (file_ < 0) throw std::runtime_error("cannot open " + path);
  }
  ~Lines() { close(file_); }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  void append(const std::string& text) {
    const std::string line = line_of(clock_, text);
    if (write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
      throw std::runtime_error("cannot write a line");
    }
  }

 private:
  int file_;
  lease::Clock& clock_;
};

/// Requested by SIGTERM. To be called before any other thread is made, which inherits that the
/// signal is blocked.
std::stop_token stop_by_signal() {
  sigset_t signals{};
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::stop_source stop;
  std::thread([signals, stop]() mutable {
    int signal = 0;
    sigwait(&signals, &signal);
    stop.request_stop();
  }).detach();
  return stop.get_token();
}

/// What every role has.
struct Process {
  lease::SystemClock clock;
  lease::RandomIds ids;
  std::stop_token stop = stop_by_signal();

  void report(const lease::Error& error) {
    const bool is_unknown = error.effect == lease::Effect::unknown;
    const std::string text = std::string(to_string(error.code)) + ": " +
                             (is_unknown ? "effect unknown: " : "") + error.message;
    std::fputs(line_of(clock, text).c_str(), stderr);
  }

  /// Tries until it succeeds. Returns: null if it is to stop before.
  std::unique_ptr<lease::AttemptRepository> open(const std::string& queue) {
    while (!stop.stop_requested()) {
      auto repository = open_once(queue);
      if (repository) return std::move(*repository);
      report(repository.error());
      std::this_thread::sleep_for(pause_after_failure);
    }
    return nullptr;
  }

 private:
  lease::Result<std::unique_ptr<lease::AttemptRepository>> open_once(const std::string& queue) {
    constexpr std::string_view server = "postgres:";
    if (queue.starts_with(server)) {
      lease::PostgresOptions options;
      options.conninfo = queue.substr(server.size());
      return lease::open_postgres_repository(options, clock, ids);
    }
    lease::SqliteOptions options;
    options.path = queue;
    return lease::open_sqlite_repository(options, clock, ids);
  }
};

class Producer {
 public:
  Producer(Process& process, lease::AttemptRepository& repository, const std::string& log)
      : process_(process), repository_(repository), acknowledged_(log, process.clock) {}

  void run(std::uint64_t fewest, std::uint64_t most) {
    for (; !process_.stop.stop_requested(); std::this_thread::sleep_for(20ms)) {
      const auto depth = repository_.queue_depth(process_.clock.now());
      if (!depth) {
        process_.report(depth.error());
      } else if (*depth < fewest) {
        for (std::uint64_t added = *depth; added < most; added += batch) add_some();
      }
    }
  }

 private:
  static constexpr std::uint64_t batch = 20;

  /// Goes on until each is acknowledged: the effect of a call that failed may be unknown.
  void add_some() {
    std::vector<lease::AttemptSpec> specs(batch);
    for (lease::AttemptSpec& spec : specs) {
      spec.attempt_id = lease::AttemptId("job-" + std::to_string(next_++));
      spec.run_id = lease::RunId("load");
      spec.retry_policy = lease::RetryPolicy{
          .backoff = 100ms, .max_backoff = std::nullopt, .max_retries = 1'000'000};
    }
    while (!specs.empty() && !process_.stop.stop_requested()) {
      const auto answers = repository_.enqueue_attempts(specs);
      std::vector<lease::AttemptSpec> refused;
      for (std::size_t i = 0; i < specs.size(); ++i) {
        const auto answer = answers ? (*answers)[i] : std::unexpected(answers.error());
        if (answer) {
          acknowledged_.append(specs[i].attempt_id.str());
        } else {
          if (refused.empty()) process_.report(answer.error());
          refused.push_back(specs[i]);
        }
      }
      specs = std::move(refused);
      if (!specs.empty()) std::this_thread::sleep_for(pause_after_failure);
    }
  }

  Process& process_;
  lease::AttemptRepository& repository_;
  Lines acknowledged_;
  std::uint64_t next_ = 0;
};

/// 5 to 50 ms.
lease::Duration length_of(const lease::AttemptId& job) {
  return lease::Duration(5 + std::hash<lease::AttemptId>{}(job) % 46);
}

void work(Process& process, lease::AttemptRepository& repository, const std::string& path,
          const std::string& name) {
  Effects effects(path);
  // It does not look at its stop token: an effect that comes too late is for the resource to
  // refuse.
  const auto handler = [&](lease::Job& job) {
    const lease::AttemptId& id = job.attempt().attempt_id;
    std::this_thread::sleep_for(length_of(id));
    const bool is_accepted = effects.add({id.str(), job.lease().version, name});
    return is_accepted ? lease::AckOutcome::completed : lease::AckOutcome::failed;
  };
  lease::Worker worker(repository, process.clock,
                       {.worker_id = lease::WorkerId(name),
                        .concurrency = 2,
                        .lease_ttl = lease_ttl,
                        .poll_period = 50ms},
                       [&](const lease::Error& error) { process.report(error); });
  if (const auto ended = worker.run(process.stop, handler); !ended) {
    throw std::runtime_error(ended.error().message);
  }
}

void reap(Process& process, lease::AttemptRepository& repository, const std::string& log) {
  Lines ticks(log, process.clock);
  lease::LeaseManager reaper(repository, process.clock, {.grace = grace, .period = 100ms});
  const auto ended = reaper.run(process.stop, [&](const lease::Result<lease::TickReport>& tick) {
    if (!tick) return process.report(tick.error());
    ticks.append(std::to_string(tick->reaped + tick->timed_out));
  });
  if (!ended) throw std::runtime_error(ended.error().message);
}

int run(const std::vector<std::string>& words) {
  const std::string role = words.empty() ? "" : words[0];
  const bool is_complete = (role == "produce" && words.size() == 5) ||
                           (role == "work" && words.size() == 4) ||
                           (role == "reap" && words.size() == 3);
  if (!is_complete) {
    std::fputs(
        "usage: load produce QUEUE LOG FEWEST MOST | work QUEUE EFFECTS WORKER | reap QUEUE LOG\n",
        stderr);
    return 2;
  }
  Process process;
  const auto repository = process.open(words[1]);
  if (!repository) return EXIT_SUCCESS;
  if (role == "produce") {
    Producer(process, *repository, words[2]).run(std::stoull(words[3]), std::stoull(words[4]));
  } else if (role == "work") {
    work(process, *repository, words[2], words[3]);
  } else {
    reap(process, *repository, words[2]);
  }
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& thrown) {
    std::fprintf(stderr, "load: %s\n", thrown.what());
    return EXIT_FAILURE;
  }
}
