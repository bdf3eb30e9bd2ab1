// A service on the lease library, in three roles that run as processes of their own:
//
//   service produce QUEUE COUNT    puts COUNT attempts into the queue and ends
//   service work QUEUE LOG         works on them, and when it is to end finishes what it has
//   service reap QUEUE             takes back what crashed workers held
//
// Each ends by SIGTERM or SIGINT. QUEUE is an SQLite file. To work on an attempt is to append a
// line to LOG. Each role, followed by `--metrics FILE.prom`, writes what it does there, for
// Prometheus.

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <lease/lease_manager.hpp>
#include <lease/prometheus.hpp>
#include <lease/sqlite.hpp>
#include <lease/worker.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "fenced_file.hpp"
#include "metrics_file.hpp"

using namespace std::chrono_literals;

namespace {

/// Short, so that a demonstration does not take long. In earnest: half a minute, and a grace window
/// of what the clocks of the machines may differ by.
constexpr lease::Duration lease_ttl = 1'500ms;
constexpr lease::Duration grace = 200ms;

void report(const lease::Error& error) {
  std::fprintf(stderr, "service: %s\n", error.message.c_str());
}

/// SIGTERM and SIGINT as a stop token. To be made before any other thread, which inherits that they
/// are blocked.
class StopOnSignal {
 public:
  StopOnSignal() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    thread_ = std::thread([this] {
      int signal = 0;
      sigwait(&signals_, &signal);
      stop_.request_stop();
    });
  }
  ~StopOnSignal() {
    pthread_kill(thread_.native_handle(), SIGTERM);  // if none has come
    thread_.join();
  }
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

 private:
  sigset_t signals_{};
  std::stop_source stop_;
  std::thread thread_;
};

int produce(lease::AttemptRepository& repository, std::uint64_t count,
            const std::stop_token& stop) {
  for (std::uint64_t i = 0; i < count && !stop.stop_requested(); ++i) {
    lease::AttemptSpec spec;
    spec.attempt_id = lease::AttemptId("job-" + std::to_string(i));
    spec.run_id = lease::RunId("demonstration");
    spec.retry_policy = lease::RetryPolicy{.backoff = 100ms, .max_backoff = {}, .max_retries = 3};
    if (const auto done = repository.enqueue_attempt(spec); !done) {
      report(done.error());
      return EXIT_FAILURE;
    }
  }
  return EXIT_SUCCESS;
}

int work(lease::AttemptRepository& repository, lease::Clock& clock, const std::string& log,
         const std::stop_token& stop) {
  FencedFile results(log);
  const auto handler = [&](lease::Job& job) {
    for (int step = 0; step < 5; ++step) {
      if (job.stop_token().stop_requested()) return lease::AckOutcome::failed;
      std::this_thread::sleep_for(10ms);
    }
    // The token keeps out a worker that was stopped for so long that another one has taken over.
    const std::string worker = std::to_string(getpid());
    const bool is_written =
        results.append(job.attempt().attempt_id.str(), job.lease().version, worker);
    return is_written ? lease::AckOutcome::completed : lease::AckOutcome::failed;
  };
  // Its own id for each process that starts: a crashed one's leases are the reaper's.
  lease::RandomIds ids;
  const lease::WorkerId worker_id("worker-" + ids.next_lease_id().str());
  lease::Worker worker(
      repository, clock,
      {.worker_id = worker_id, .concurrency = 4, .lease_ttl = lease_ttl, .poll_period = 50ms},
      report);
  if (const auto ended = worker.run(stop, handler); !ended) {
    report(ended.error());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

int reap(lease::AttemptRepository& repository, lease::Clock& clock, const std::stop_token& stop) {
  lease::LeaseManager reaper(repository, clock, {.grace = grace, .period = 100ms});
  const auto ended = reaper.run(stop, [](const lease::Result<lease::TickReport>& tick) {
    if (!tick) return report(tick.error());
    if (tick->reaped + tick->timed_out == 0) return;
    std::printf("reaped %ju, timed out %ju\n", static_cast<std::uintmax_t>(tick->reaped),
                static_cast<std::uintmax_t>(tick->timed_out));
    std::fflush(stdout);
  });
  if (!ended) report(ended.error());
  return ended ? EXIT_SUCCESS : EXIT_FAILURE;
}

struct Arguments {
  std::string role;
  std::string queue;
  std::string count_or_log;  ///< none to reap
  std::string metrics;       ///< "" for none
};

std::optional<Arguments> arguments_in(std::vector<std::string> words) {
  Arguments arguments;
  if (words.size() > 2 && words[words.size() - 2] == "--metrics") {
    arguments.metrics = words.back();
    words.resize(words.size() - 2);
  }
  if (words.empty()) return std::nullopt;
  arguments.role = words[0];
  const bool is_reaper = arguments.role == "reap";
  if (!is_reaper && arguments.role != "produce" && arguments.role != "work") return std::nullopt;
  if (words.size() != (is_reaper ? 2 : 3)) return std::nullopt;
  arguments.queue = words[1];
  if (!is_reaper) arguments.count_or_log = words[2];
  return arguments;
}

/// What this process has done. How full the queue is, is told by one process of all, which is the
/// reaper.
std::string metrics_text(const lease::PrometheusMetrics& metrics, const Arguments& arguments,
                         lease::AttemptRepository& repository, lease::Clock& clock) {
  if (arguments.role != "reap") return metrics.text();
  const auto queue = metrics.text_of_queue(repository, clock.now());
  if (!queue) report(queue.error());
  return metrics.text() + queue.value_or("");
}

int run(const Arguments& arguments) {
  const StopOnSignal stop;
  lease::SystemClock clock;
  lease::RandomIds ids;
  // One collector reads the files of all processes: the label tells their series apart.
  const std::string process = std::filesystem::path(arguments.metrics).stem();
  const auto metrics = lease::PrometheusMetrics::make({{"process", process}});
  if (!metrics) {
    report(metrics.error());
    return EXIT_FAILURE;
  }
  lease::SqliteOptions options;
  options.path = arguments.queue;
  options.observer = metrics->get();
  const auto repository = lease::open_sqlite_repository(options, clock, ids);
  if (!repository) {
    report(repository.error());
    return EXIT_FAILURE;
  }
  std::optional<MetricsFile> file;
  if (!arguments.metrics.empty()) {
    file.emplace(arguments.metrics,
                 [&] { return metrics_text(**metrics, arguments, **repository, clock); });
  }
  if (arguments.role == "produce") {
    const std::uint64_t count = std::strtoull(arguments.count_or_log.c_str(), nullptr, 10);
    return produce(**repository, count, stop.token());
  }
  if (arguments.role == "work") {
    return work(**repository, clock, arguments.count_or_log, stop.token());
  }
  return reap(**repository, clock, stop.token());
}

}  // namespace

int main(int argc, char** argv) {
  const auto arguments = arguments_in({argv + 1, argv + argc});
  if (arguments) return run(*arguments);
  std::fprintf(stderr,
               "usage: service produce QUEUE COUNT | work QUEUE LOG | reap QUEUE"
               "   [--metrics FILE.prom]\n");
  return 2;
}
