// What the repository in memory does in a second of the processor, beside the same look-ups and
// orders written by hand for one caller, and what room an attempt takes. Clock and ids cost nothing
// to speak of.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "bench/in_turns.hpp"
#include "bench/support.hpp"
#include "lease/memory.hpp"

namespace leasecheck::bench {
namespace {

constexpr lease::Duration ttl{30'000};

/// A hash map for each kind of id and an ordered set for each order, and nothing else: nothing is
/// checked, locked or copied but ids, and one caller can use it.
class HandMade {
 public:
  void enqueue(const std::string& id) {
    Row& row = rows_[id];
    row.id = id;
    row.seq = ++enqueued_;
    row.ready_at = now;
    waiting_.insert({0, row.ready_at, row.seq, &row});
  }
  [[nodiscard]] std::string first() const { return std::get<3>(*waiting_.begin())->id; }

  std::string claim(const std::string& id, const std::string& worker) {
    Row& row = rows_.at(id);
    waiting_.erase({0, row.ready_at, row.seq, &row});
    row.worker = worker;
    row.expires_at = now + ttl.count();
    row.version += 1;
    row.lease_id = ids_.next_lease_id().str();
    leases_.emplace(row.lease_id, &row);
    by_expiry_.insert({row.expires_at, row.seq, &row});
    return row.lease_id;
  }
  void heartbeat(const std::string& lease_id) {
    Row& row = *leases_.at(lease_id);
    by_expiry_.erase({row.expires_at, row.seq, &row});
    row.expires_at += 1;
    row.version += 1;
    by_expiry_.insert({row.expires_at, row.seq, &row});
  }
  void ack(const std::string& lease_id, const std::string& worker) {
    Row& row = *leases_.at(lease_id);
    if (row.worker != worker) give_up("another's lease");
    by_expiry_.erase({row.expires_at, row.seq, &row});
    row.finished_at = now;
    finished_.insert({now, row.seq, &row});
  }

  std::int64_t now = 1'000'000;

 private:
  struct Row {
    std::string id;
    std::string worker;
    std::string lease_id;
    std::int64_t seq = 0;
    std::int64_t ready_at = 0;
    std::int64_t expires_at = 0;
    std::int64_t finished_at = 0;
    std::uint64_t version = 0;
  };
  std::unordered_map<std::string, Row> rows_;
  std::unordered_map<std::string, Row*> leases_;
  std::set<std::tuple<int, std::int64_t, std::int64_t, Row*>> waiting_;
  std::set<std::tuple<std::int64_t, std::int64_t, Row*>> by_expiry_;
  std::set<std::tuple<std::int64_t, std::int64_t, Row*>> finished_;
  CountingIds ids_;
  std::int64_t enqueued_ = 0;
};

struct Ours {
  SetClock clock;
  CountingIds ids;
  std::unique_ptr<lease::AttemptRepository> repository = lease::make_memory_repository(clock, ids);
};

void cycle(Ours& ours, const lease::AttemptId& id, const lease::WorkerId& worker) {
  const lease::Time now = ours.clock.time;
  const auto lease = demand(ours.repository->upsert_lease(id, worker, now + ttl));
  demand(ours.repository->heartbeat_lease(lease.lease_id, now, now + ttl + lease::Duration{1}));
  demand(ours.repository->ack_attempt(holder_of(lease), lease::AckOutcome::completed, now));
}

/// Seconds of claim, heartbeat and ack of every attempt of a queue, each found by a list of one or
/// known.
Seconds cycles_of_ours(std::int64_t attempts, bool lists) {
  const lease::WorkerId worker(numbered('w', 1));
  Ours ours;
  for (std::int64_t i = 0; i < attempts; ++i) demand(ours.repository->enqueue_attempt(spec(i)));
  return seconds_of(processor_clock, [&] {
    for (std::int64_t i = 0; i < attempts; ++i) {
      if (i % 1000 == 0) ours.clock.time += lease::Duration{1};
      if (lists) {
        const auto listed = demand(ours.repository->list_dispatchable_attempts(ours.clock.time, 1));
        cycle(ours, listed.at(0).attempt_id, worker);
      } else {
        cycle(ours, lease::AttemptId(numbered('a', i)), worker);
      }
    }
  });
}

Seconds cycles_by_hand(std::int64_t attempts, bool lists) {
  const std::string worker = numbered('w', 1);
  HandMade queue;
  for (std::int64_t i = 0; i < attempts; ++i) queue.enqueue(numbered('a', i));
  return seconds_of(processor_clock, [&] {
    for (std::int64_t i = 0; i < attempts; ++i) {
      if (i % 1000 == 0) queue.now += 1;
      const std::string lease = queue.claim(lists ? queue.first() : numbered('a', i), worker);
      queue.heartbeat(lease);
      queue.ack(lease, worker);
    }
  });
}

/// As many queues one after another as make the time long enough to be measured.
void cycles(benchmark::State& state) {
  const std::int64_t attempts = state.range(0);
  const bool lists = state.range(1) != 0;
  const std::int64_t queues = std::max<std::int64_t>(1, 300'000 / attempts);
  const auto of_all = [&](Seconds (*of_one)(std::int64_t, bool)) {
    Seconds total = 0;
    for (std::int64_t i = 0; i < queues; ++i) total += of_one(attempts, lists);
    return total;
  };
  in_turns(
      state, [&] { return of_all(cycles_of_ours); }, [&] { return of_all(cycles_by_hand); });
  state.SetItemsProcessed(state.iterations() * queues * attempts);
}

double heap_bytes() {
  const auto heap = ::mallinfo2();
  return static_cast<double>(heap.uordblks + heap.hblkhd);
}

/// Bytes of the heap for an attempt that is queued, leased, finished; with a run for each.
void bytes(benchmark::State& state) {
  const std::int64_t attempts = state.range(0);
  const lease::WorkerId worker(numbered('w', 1));
  for (auto _ : state) {
    const double before = heap_bytes();
    Ours ours;
    const auto of_each = [&] { return (heap_bytes() - before) / static_cast<double>(attempts); };
    for (std::int64_t i = 0; i < attempts; ++i) {
      lease::AttemptSpec own_run = spec(i);
      own_run.run_id = lease::RunId(numbered('r', i));
      demand(ours.repository->enqueue_attempt(own_run));
    }
    state.counters["queued"] = of_each();
    for (std::int64_t i = 0; i < attempts; ++i) {
      demand(ours.repository->upsert_lease(spec(i).attempt_id, worker, ours.clock.time + ttl));
    }
    state.counters["leased"] = of_each();
    for (std::int64_t i = 0; i < attempts; ++i) {
      const auto lease = demand(ours.repository->get_lease_for_attempt(spec(i).attempt_id));
      demand(ours.repository->ack_attempt(holder_of(lease.value()), lease::AckOutcome::completed,
                                          ours.clock.time));
    }
    state.counters["finished"] = of_each();
  }
}

BENCHMARK(cycles)
    ->ArgNames({"attempts", "list"})
    ->ArgsProduct({{1000, 100'000, 1'000'000}, {1, 0}})
    ->Iterations(1)
    ->UseManualTime();
BENCHMARK(bytes)->Arg(100'000)->Arg(1'000'000)->Iterations(1);

}  // namespace
}  // namespace leasecheck::bench
