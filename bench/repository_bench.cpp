// What the SQLite repository does in a second, beside SQLite itself on a file of its own in the
// same run: both commit durably, so both pay for a sync of the disk.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "bench/in_turns.hpp"
#include "bench/raw_queue.hpp"
#include "bench/support.hpp"
#include "lease/sqlite.hpp"

namespace leasecheck::bench {
namespace {

const lease::WorkerId worker("worker");
constexpr lease::Duration ttl{30'000};

/// Ours and SQLite itself, each with as many attempts that wait.
struct Pair {
  explicit Pair(std::int64_t attempts, lease::RecordOperations wish = lease::RecordOperations::no)
      : raw(folder.file("raw.db"), attempts), repository(opened(wish)) {
    enqueue(attempts);
  }

  std::unique_ptr<lease::AttemptRepository> opened(lease::RecordOperations wish) {
    lease::SqliteOptions options;
    options.path = folder.file("ours.db");
    options.record_operations = wish;
    return demand(lease::open_sqlite_repository(options, clock, ids));
  }

  /// Adds so many attempts.
  void enqueue(std::int64_t attempts) {
    constexpr std::int64_t at_a_time = 10'000;
    for (const std::int64_t end = enqueued + attempts; enqueued < end;) {
      std::vector<lease::AttemptSpec> specs;
      for (; enqueued < end && std::ssize(specs) < at_a_time; ++enqueued) {
        specs.push_back(spec(enqueued));
      }
      for (const auto& each : demand(repository->enqueue_attempts(specs))) demand(each);
    }
  }

  Folder folder;
  lease::SystemClock clock;
  lease::RandomIds ids;
  RawQueue raw;
  std::unique_ptr<lease::AttemptRepository> repository;
  std::int64_t enqueued = 0;
};

/// Seconds of ours and of SQLite itself for one operation.
struct Both {
  Seconds ours = 0;
  Seconds raw = 0;
};

template <typename Ours, typename Raw>
void add(Both& both, Ours ours, Raw raw) {
  both.ours += seconds_of(wall_clock, ours);
  both.raw += seconds_of(wall_clock, raw);
}

void report(benchmark::State& state, const std::string& operation, const Both& both) {
  state.counters[operation] = both.raw / both.ours;
}

constexpr std::int64_t waiting = 100'000;

/// One caller. The counters are ours' speed as a share of SQLite's own.
void one_caller(benchmark::State& state) {
  constexpr int at_a_time = 100;
  Pair pair(waiting);
  Both claim;
  Both claim_next;
  Both heartbeat;
  Both ack;
  std::int64_t next = 0;
  for (auto _ : state) {
    const Seconds began = wall_clock();
    for (int i = 0; i < at_a_time; ++i) {
      const lease::Time now = pair.clock.now();
      lease::LeaseRecord lease;
      std::int64_t id = 0;
      const bool by_id = i % 2 == 0;
      add(
          by_id ? claim : claim_next,
          [&] {
            lease = by_id ? demand(pair.repository->upsert_lease(spec(next).attempt_id, worker,
                                                                 now + ttl))
                          : demand(pair.repository->claim_attempts(worker, 1, ttl)).at(0).lease;
          },
          [&] { id = pair.raw.claim(); });
      ++next;
      add(
          heartbeat,
          [&] { demand(pair.repository->heartbeat_lease(lease.lease_id, now, now + 2 * ttl)); },
          [&] { pair.raw.heartbeat(id); });
      add(
          ack,
          [&] {
            demand(
                pair.repository->ack_attempt(holder_of(lease), lease::AckOutcome::completed, now));
          },
          [&] { pair.raw.ack(id); });
    }
    state.SetIterationTime(wall_clock() - began);
  }
  report(state, "claim", claim);
  report(state, "claim_next", claim_next);
  report(state, "heartbeat", heartbeat);
  report(state, "ack", ack);
}

/// Sixteen at a time.
void batches(benchmark::State& state) {
  constexpr int at_a_time = 25;
  Pair pair(waiting);
  Both claim;
  Both heartbeat;
  Both ack;
  for (auto _ : state) {
    const Seconds began = wall_clock();
    for (int i = 0; i < at_a_time; ++i) {
      const lease::Time now = pair.clock.now();
      std::vector<lease::Claim> claims;
      std::vector<std::int64_t> raw_ids;
      add(
          claim, [&] { claims = demand(pair.repository->claim_attempts(worker, 16, ttl)); },
          [&] { raw_ids = pair.raw.claim_sixteen(); });
      std::vector<lease::LeaseHeartbeat> heartbeats;
      std::vector<lease::AttemptAck> acks;
      for (const lease::Claim& each : claims) {
        heartbeats.push_back({holder_of(each.lease), {each.lease.version, now, now + 2 * ttl}});
        acks.push_back({holder_of(each.lease), lease::AckOutcome::completed});
      }
      add(
          heartbeat, [&] { demand(pair.repository->heartbeat_leases(heartbeats)); },
          [&] { pair.raw.heartbeat_all(raw_ids); });
      add(
          ack, [&] { demand(pair.repository->ack_attempts(acks, now)); },
          [&] { pair.raw.ack_all(raw_ids); });
    }
    state.SetIterationTime(wall_clock() - began);
  }
  report(state, "claim_of_16", claim);
  report(state, "heartbeat_of_16", heartbeat);
  report(state, "ack_of_16", ack);
}

/// One caller of a file that records its operations, in turns with one that does not. The counters
/// are its speed as a share of the other's.
void recording(benchmark::State& state) {
  constexpr int at_a_time = 100;
  Pair with(waiting, lease::RecordOperations::yes);
  Pair without(waiting);
  Both claim;
  Both heartbeat;
  Both ack;
  for (auto _ : state) {
    const Seconds began = wall_clock();
    for (int i = 0; i < at_a_time; ++i) {
      const lease::Time now = with.clock.now();
      lease::Holder one;
      lease::Holder other;
      const auto claimed_by = [](Pair& pair) {
        return holder_of(demand(pair.repository->claim_attempts(worker, 1, ttl)).at(0).lease);
      };
      const auto beat = [now](Pair& pair, const lease::Holder& holder) {
        demand(pair.repository->heartbeat_lease(holder.lease_id, now, now + 2 * ttl));
      };
      const auto complete = [now](Pair& pair, const lease::Holder& holder) {
        demand(pair.repository->ack_attempt(holder, lease::AckOutcome::completed, now));
      };
      add(
          claim, [&] { one = claimed_by(with); }, [&] { other = claimed_by(without); });
      add(
          heartbeat, [&] { beat(with, one); }, [&] { beat(without, other); });
      add(
          ack, [&] { complete(with, one); }, [&] { complete(without, other); });
    }
    state.SetIterationTime(wall_clock() - began);
  }
  report(state, "claim_next", claim);
  report(state, "heartbeat", heartbeat);
  report(state, "ack", ack);
}

/// One claim and one ack of the attempt of this number.
void cycle(Pair& pair, std::int64_t number) {
  const lease::Time now = pair.clock.now();
  const lease::LeaseRecord lease =
      demand(pair.repository->upsert_lease(spec(number).attempt_id, worker, now + ttl));
  demand(pair.repository->ack_attempt(holder_of(lease), lease::AckOutcome::completed, now));
}

/// Threads that claim and ack as long as the window lasts, each attempts of its own.
/// Returns: how many cycles each has done.
std::vector<std::int64_t> cycles_of_threads(Pair& pair, int threads, Seconds window,
                                            std::atomic<std::int64_t>& next) {
  std::vector<std::int64_t> done(static_cast<std::size_t>(threads));
  std::atomic<bool> is_over = false;
  std::vector<std::jthread> running;
  running.reserve(done.size());
  for (std::int64_t& count : done) {
    running.emplace_back([&] {
      while (!is_over) {
        cycle(pair, next++);
        ++count;
      }
    });
  }
  std::this_thread::sleep_for(std::chrono::duration<Seconds>(window));
  is_over = true;
  running.clear();
  return done;
}

/// Cycles of so many threads on one repository, beside one caller of SQLite itself. `share` counts
/// the cycles of all threads; `slowest` is the share of the slowest thread in the mean.
void threads(benchmark::State& state) {
  constexpr Seconds window = 1.0;
  constexpr std::int64_t most_cycles = 60'000;  // in one window
  const int number = static_cast<int>(state.range(0));
  Pair pair(waiting);
  std::atomic<std::int64_t> next = 0;
  double ours = 0;
  double baseline = 0;
  double slowest = 1;
  for (auto _ : state) {
    pair.enqueue(std::max<std::int64_t>(next + most_cycles - pair.enqueued, 0));
    const Seconds began = wall_clock();
    const auto done = cycles_of_threads(pair, number, window, next);
    const Seconds took = wall_clock() - began;
    state.SetIterationTime(took);
    const auto all =
        static_cast<double>(std::accumulate(done.begin(), done.end(), std::int64_t{0}));
    ours += all / took;
    slowest = std::min(slowest, static_cast<double>(*std::ranges::min_element(done)) *
                                    static_cast<double>(number) / all);
    std::int64_t cycles = 0;
    const Seconds raw_began = wall_clock();
    for (; wall_clock() - raw_began < window; ++cycles) pair.raw.ack(pair.raw.claim());
    baseline += static_cast<double>(cycles) / (wall_clock() - raw_began);
  }
  state.counters["cycles_per_second"] = ours / static_cast<double>(state.iterations());
  state.counters["share"] = ours / baseline;
  state.counters["slowest"] = slowest;
}

BENCHMARK(one_caller)->Iterations(5)->UseManualTime();
BENCHMARK(recording)->Iterations(5)->UseManualTime();
BENCHMARK(batches)->Iterations(5)->UseManualTime();
BENCHMARK(threads)->RangeMultiplier(4)->Range(1, 64)->Iterations(3)->UseManualTime();

}  // namespace
}  // namespace leasecheck::bench
