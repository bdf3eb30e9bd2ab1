// What the PostgreSQL repository does in a second, and how that changes as a queue grows, on the
// server that the environment names (PGHOST, PGUSER, …). The script `postgres` starts one and
// measures PostgreSQL itself in turns with this.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/in_turns.hpp"
#include "bench/lives.hpp"
#include "bench/postgres_queue.hpp"
#include "bench/support.hpp"

namespace leasecheck::bench {
namespace {

const lease::WorkerId worker("worker");
constexpr lease::Duration ttl{30'000};
constexpr std::int64_t waiting = 200'000;

/// What one client's operations took, together.
struct Client {
  std::int64_t attempts = 0;  ///< that went through all three
  std::int64_t calls = 0;     ///< of each
  Seconds claim = 0;
  Seconds heartbeat = 0;
  Seconds ack = 0;
};

/// The attempts of a claim go through a heartbeat and an ack.
void cycle(lease::AttemptRepository& repository, lease::Clock& clock, std::uint64_t several,
           Client& client) {
  const lease::Time now = clock.now();
  std::vector<lease::Claim> claims;
  client.claim += seconds_of(
      wall_clock, [&] { claims = demand(repository.claim_attempts(worker, several, ttl)); });
  if (claims.size() != several) give_up("nothing is left to claim");
  std::vector<lease::LeaseHeartbeat> heartbeats;
  std::vector<lease::AttemptAck> acks;
  for (const lease::Claim& each : claims) {
    heartbeats.push_back({holder_of(each.lease), {each.lease.version, now, now + 2 * ttl}});
    acks.push_back({holder_of(each.lease), lease::AckOutcome::completed});
  }
  client.heartbeat += seconds_of(wall_clock, [&] {
    if (several == 1) {
      demand(repository.heartbeat_lease(acks[0].holder.lease_id, now, now + 2 * ttl));
    } else {
      demand(repository.heartbeat_leases(heartbeats));
    }
  });
  client.ack += seconds_of(wall_clock, [&] {
    if (several == 1) {
      demand(repository.ack_attempt(acks[0].holder, lease::AckOutcome::completed, now));
    } else {
      demand(repository.ack_attempts(acks, now));
    }
  });
  client.attempts += static_cast<std::int64_t>(several);
  ++client.calls;
}

/// A queue of as many attempts that wait as there are to be.
PostgresQueue filled_queue(lease::Clock& clock, lease::IdSource& ids) {
  PostgresQueue queue("ours");
  const auto repository = queue.open(clock, ids);
  lease::AttemptSpec first = spec(0);
  first.priority = -1;  // behind its copies
  demand(repository->enqueue_attempt(first));
  queue.copy(first.attempt_id, waiting - queue.count("status = 0"));
  return queue;
}

/// So many clients, who share so many repositories, claim so many attempts at a time. The counters
/// are the mean microseconds of a call, and attempts a second of all.
void cycles(benchmark::State& state) {
  constexpr std::chrono::milliseconds window{2000};
  const auto several = static_cast<std::uint64_t>(state.range(0));
  std::vector<Client> clients(static_cast<std::size_t>(state.range(1)));
  std::vector<std::unique_ptr<lease::AttemptRepository>> repositories(
      static_cast<std::size_t>(state.range(2)));
  lease::SystemClock clock;
  lease::RandomIds ids;
  const PostgresQueue queue = filled_queue(clock, ids);
  for (auto& repository : repositories) {
    repository = queue.open(clock, ids);
    Client unmeasured;  // its statements are prepared
    cycle(*repository, clock, several, unmeasured);
  }
  Client all;
  for (auto _ : state) {
    std::atomic<bool> is_over = false;
    std::vector<std::jthread> running;
    running.reserve(clients.size());
    const Seconds began = wall_clock();
    for (std::size_t i = 0; i < clients.size(); ++i) {
      running.emplace_back([&, i] {
        lease::AttemptRepository& repository = *repositories[i % repositories.size()];
        while (!is_over) cycle(repository, clock, several, clients[i]);
      });
    }
    std::this_thread::sleep_for(window);
    is_over = true;
    running.clear();
    const Seconds took = wall_clock() - began;
    state.SetIterationTime(took);
    for (const Client& each : clients) {
      all.attempts += each.attempts;
      all.calls += each.calls;
      all.claim += each.claim;
      all.heartbeat += each.heartbeat;
      all.ack += each.ack;
    }
    state.counters["attempts_per_second"] = static_cast<double>(all.attempts) / took;
  }
  constexpr double microseconds = 1e6;
  const double per_call = microseconds / static_cast<double>(all.calls);
  state.counters["claim"] = all.claim * per_call;
  state.counters["heartbeat"] = all.heartbeat * per_call;
  state.counters["ack"] = all.ack * per_call;
  const auto slowest = std::ranges::min_element(clients, {}, &Client::calls);
  state.counters["slowest"] =
      static_cast<double>(slowest->calls * std::ssize(clients)) / static_cast<double>(all.calls);
}

/// Claims and acks so many at a time, each client with a repository of its own, until a quarter of
/// the queue is done: what the other queues' own tests do.
void drain(benchmark::State& state) {
  constexpr std::int64_t drained = 50'000;
  const std::int64_t several = state.range(0);
  std::vector<std::unique_ptr<lease::AttemptRepository>> repositories(
      static_cast<std::size_t>(state.range(1)));
  lease::SystemClock clock;
  lease::RandomIds ids;
  const PostgresQueue queue = filled_queue(clock, ids);
  for (auto& repository : repositories) repository = queue.open(clock, ids);
  std::atomic<std::int64_t> done = 0;
  const auto work = [&](lease::AttemptRepository& repository) {
    while ((done += several) <= drained) {
      std::vector<lease::AttemptAck> acks;
      for (const lease::Claim& each :
           demand(repository.claim_attempts(worker, static_cast<std::uint64_t>(several), ttl))) {
        acks.push_back({holder_of(each.lease), lease::AckOutcome::completed});
      }
      if (std::ssize(acks) != several) give_up("nothing is left to claim");
      demand(repository.ack_attempts(acks, clock.now()));
    }
  };
  for (auto _ : state) {
    const Seconds took = seconds_of(wall_clock, [&] {
      std::vector<std::jthread> running;
      for (auto& repository : repositories) running.emplace_back(work, std::ref(*repository));
    });
    state.SetIterationTime(took);
    state.counters["attempts_per_second"] = static_cast<double>(drained) / took;
  }
}

/// So many attempts in one transaction, of which none is known.
void enqueue(benchmark::State& state) {
  const std::int64_t several = state.range(0);
  static std::int64_t last = 1'000'000'000;
  lease::SystemClock clock;
  lease::RandomIds ids;
  const PostgresQueue queue("enqueued");
  const auto repository = queue.open(clock, ids);
  Seconds all = 0;
  for (auto _ : state) {
    std::vector<lease::AttemptSpec> specs;
    for (std::int64_t i = 0; i < several; ++i) specs.push_back(spec(++last));
    const Seconds took = seconds_of(wall_clock, [&] {
      for (const auto& each : demand(repository->enqueue_attempts(specs))) demand(each);
    });
    state.SetIterationTime(took);
    all += took;
  }
  queue.drop();
  state.counters["attempts_per_second"] =
      static_cast<double>(several * static_cast<std::int64_t>(state.iterations())) / all;
}

constexpr std::array crowds{"queued", "leased", "in backoff", "finished"};

/// A schema of attempts that take no part. The first is brought to its state by the repository.
class Crowd {
 public:
  Crowd(std::size_t kind, std::int64_t size)
      : queue_("crowd_" + std::to_string(kind) + "_" + std::to_string(size)), kind_(kind) {
    const auto repository = open();
    lease::AttemptSpec first = spec(0);
    first.priority = -1;
    first.timeout = lease::Duration{1'000'000};
    first.retry_policy = lease::RetryPolicy{
        .backoff = lease::Duration{500'000}, .max_backoff = {}, .max_retries = 1};
    demand(repository->enqueue_attempt(first));
    bring(*repository, first.attempt_id);
    queue_.copy(first.attempt_id, size - 1);
  }
  ~Crowd() { queue_.drop(); }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  std::unique_ptr<lease::AttemptRepository> open() { return queue_.open(clock, ids_); }

  SetClock clock;

 private:
  [[nodiscard]] bool is(std::string_view kind) const { return crowds.at(kind_) == kind; }

  void bring(lease::AttemptRepository& repository, const lease::AttemptId& attempt_id) {
    if (is("queued")) return;
    const auto lease =
        demand(repository.upsert_lease(attempt_id, worker, clock.time + lease::Duration{600'000}));
    if (is("leased")) return;
    const bool is_finished = is("finished");
    demand(repository.ack_attempt(
        holder_of(lease), is_finished ? lease::AckOutcome::completed : lease::AckOutcome::failed,
        clock.time));
  }

  lease::RandomIds ids_;
  PostgresQueue queue_;
  std::size_t kind_;
};

/// The counters are the median microseconds of each operation, and how many times that is what it
/// takes in turns among a thousand.
void growth(benchmark::State& state) {
  constexpr int rounds = 15;
  const auto kind = static_cast<std::size_t>(state.range(0));
  state.SetLabel(crowds.at(kind));
  Crowd small(kind, 1000);
  Crowd crowd(kind, state.range(1));
  for (auto _ : state) {
    Costs seconds;
    Costs seconds_of_small;
    const auto repository = crowd.open();
    const auto small_repository = small.open();
    const auto timed = [](const std::function<void()>& body) {
      return seconds_of(wall_clock, body);
    };
    const Seconds began = wall_clock();
    for (int i = 0; i < rounds; ++i) {
      add_round(seconds, *repository, crowd.clock, timed);
      add_round(seconds_of_small, *small_repository, small.clock, timed);
    }
    state.SetIterationTime(wall_clock() - began);
    for (const auto& [operation, each] : seconds) {
      state.counters[operation + ", us"] = 1e6 * median(each);
      state.counters[operation + ", times"] = median(each) / median(seconds_of_small[operation]);
    }
  }
}

BENCHMARK(cycles)
    ->ArgNames({"several", "clients", "repositories"})
    ->Args({1, 1, 1})
    ->Args({1, 8, 8})
    ->Args({1, 64, 1})
    ->Args({16, 1, 1})
    ->Args({16, 8, 8})
    ->Iterations(1)
    ->UseManualTime();
BENCHMARK(drain)
    ->ArgNames({"several", "clients"})
    ->Args({500, 1})
    ->Args({500, 4})
    ->Args({5000, 1})
    ->Iterations(1)
    ->UseManualTime();
BENCHMARK(enqueue)->ArgName("several")->Arg(1)->Arg(100)->Arg(1000)->Iterations(5)->UseManualTime();
BENCHMARK(growth)
    ->ArgNames({"crowd", "size"})
    ->ArgsProduct({{0, 1, 2, 3}, {100'000, 1'000'000, 10'000'000}})
    ->Iterations(1)
    ->UseManualTime();

}  // namespace
}  // namespace leasecheck::bench
