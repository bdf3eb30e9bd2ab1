// What the shipped repositories do in a second, beside SQLite itself on a file of its own in the
// same run: both commit durably, so both pay for a sync of the disk.
#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "bench/in_turns.hpp"
#include "lease/sqlite.hpp"

namespace leasecheck::bench {
namespace {

[[noreturn]] void give_up(const std::string& message) {
  std::fprintf(stderr, "repository_bench: %s\n", message.c_str());
  std::exit(1);
}

/// A folder that goes with the object.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::current_path() / "repository_bench.XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) give_up("no temporary folder here");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// The smallest claim and the smallest ack that SQLite can do, each one transaction.
class RawQueue {
 public:
  RawQueue(const std::string& file, std::int64_t attempts) {
    if (sqlite3_open(file.c_str(), &database_) != SQLITE_OK) give_up(sqlite3_errmsg(database_));
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "CREATE TABLE a (id INTEGER PRIMARY KEY, status INTEGER, worker TEXT, expires INTEGER);"
        "CREATE INDEX waiting ON a (id) WHERE status = 0;"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
        std::to_string(attempts) + ") INSERT INTO a (id, status) SELECT i, 0 FROM n");
    claim_ = prepare(
        "UPDATE a SET status = 1, worker = 'w', expires = 30000 "
        "WHERE id = (SELECT id FROM a WHERE status = 0 ORDER BY id LIMIT 1) RETURNING id");
    ack_ = prepare("UPDATE a SET status = 2 WHERE id = ?");
  }
  ~RawQueue() {
    sqlite3_finalize(claim_);
    sqlite3_finalize(ack_);
    sqlite3_close(database_);
  }
  RawQueue(const RawQueue&) = delete;
  RawQueue& operator=(const RawQueue&) = delete;

  void cycle() {
    if (sqlite3_step(claim_) != SQLITE_ROW) give_up("nothing to claim");
    const std::int64_t id = sqlite3_column_int64(claim_, 0);
    if (sqlite3_step(claim_) != SQLITE_DONE) give_up(sqlite3_errmsg(database_));
    sqlite3_reset(claim_);
    sqlite3_bind_int64(ack_, 1, id);
    if (sqlite3_step(ack_) != SQLITE_DONE) give_up(sqlite3_errmsg(database_));
    sqlite3_reset(ack_);
  }

 private:
  void run(const std::string& sql) {
    if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
      give_up(sqlite3_errmsg(database_));
    }
  }
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr) != SQLITE_OK) {
      give_up(sqlite3_errmsg(database_));
    }
    return statement;
  }

  sqlite3* database_ = nullptr;
  sqlite3_stmt* claim_ = nullptr;
  sqlite3_stmt* ack_ = nullptr;
};

template <typename T>
T demand(lease::Result<T> result) {
  if (!result) give_up(result.error().message);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

lease::AttemptSpec spec(std::int64_t number) {
  lease::AttemptSpec spec;
  spec.attempt_id = lease::AttemptId("attempt-" + std::to_string(number));
  spec.run_id = lease::RunId("run");
  return spec;
}

/// One claim and one ack of the attempt of this number.
void cycle(lease::AttemptRepository& repository, lease::Clock& clock, std::int64_t number) {
  const lease::Time now = clock.now();
  const lease::WorkerId worker("worker");
  const lease::LeaseRecord lease = demand(
      repository.upsert_lease(spec(number).attempt_id, worker, now + std::chrono::seconds(30)));
  demand(repository.ack_attempt({lease.lease_id, worker}, lease::AckOutcome::completed, now));
}

/// Threads that claim and ack as long as the window lasts, each attempts of its own.
/// Returns: how many cycles each has done.
std::vector<std::int64_t> cycles_of_threads(lease::AttemptRepository& repository,
                                            lease::Clock& clock, int threads, Seconds window,
                                            std::atomic<std::int64_t>& next) {
  std::vector<std::int64_t> done(static_cast<std::size_t>(threads));
  std::atomic<bool> is_over = false;
  std::vector<std::jthread> running;
  for (std::int64_t& count : done) {
    running.emplace_back([&] {
      while (!is_over) {
        cycle(repository, clock, next++);
        ++count;
      }
    });
  }
  std::this_thread::sleep_for(std::chrono::duration<Seconds>(window));
  is_over = true;
  running.clear();
  return done;
}

/// Enqueues the attempts from `first` to before `last`, from many threads, which share commits.
void enqueue(lease::AttemptRepository& repository, std::int64_t first, std::int64_t last) {
  std::atomic<std::int64_t> next = first;
  std::vector<std::jthread> running;
  for (int t = 0; t < 64; ++t) {
    running.emplace_back([&] {
      for (std::int64_t i = next++; i < last; i = next++)
        demand(repository.enqueue_attempt(spec(i)));
    });
  }
}

/// Cycles of so many threads on one repository, beside one caller of SQLite itself. `share` counts
/// the cycles of all threads; `slowest` is the share of the slowest thread in the mean.
void sqlite_cycles(benchmark::State& state) {
  constexpr Seconds window = 1.0;
  constexpr std::int64_t most_cycles = 20'000;  // in one window
  const int threads = static_cast<int>(state.range(0));
  const Folder folder;
  lease::SystemClock clock;
  lease::RandomIds ids;
  lease::SqliteOptions options;
  options.path = folder.file("ours.db");
  const auto repository = demand(lease::open_sqlite_repository(options, clock, ids));
  RawQueue raw(folder.file("raw.db"), 10 * most_cycles);
  std::atomic<std::int64_t> next = 0;
  std::int64_t enqueued = 0;
  double ours = 0;
  double baseline = 0;
  double slowest = 1;
  for (auto _ : state) {
    enqueue(*repository, enqueued, next + most_cycles);
    enqueued = next + most_cycles;
    const Seconds began = wall_clock();
    const auto done = cycles_of_threads(*repository, clock, threads, window, next);
    const Seconds took = wall_clock() - began;
    state.SetIterationTime(took);
    const auto all =
        static_cast<double>(std::accumulate(done.begin(), done.end(), std::int64_t{0}));
    ours += all / took;
    slowest = std::min(slowest, static_cast<double>(*std::ranges::min_element(done)) *
                                    static_cast<double>(threads) / all);
    std::int64_t cycles = 0;
    const Seconds raw_began = wall_clock();
    for (; wall_clock() - raw_began < window; ++cycles) raw.cycle();
    baseline += static_cast<double>(cycles) / (wall_clock() - raw_began);
  }
  state.counters["cycles_per_second"] = ours / static_cast<double>(state.iterations());
  state.counters["share"] = ours / baseline;
  state.counters["slowest"] = slowest;
}

BENCHMARK(sqlite_cycles)->RangeMultiplier(4)->Range(1, 64)->Iterations(3)->UseManualTime();

}  // namespace
}  // namespace leasecheck::bench
