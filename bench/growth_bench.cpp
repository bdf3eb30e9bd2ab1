// How long the operations of a repository in SQLite take, and how many instructions SQLite's
// virtual machine carries out for them, among more and more attempts that take no part: a crowd.
#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/in_turns.hpp"
#include "bench/lives.hpp"
#include "bench/support.hpp"
#include "lease/sqlite.hpp"

namespace leasecheck::bench {
namespace {

using lease::Duration;

const lease::WorkerId worker("worker");
constexpr std::array crowds{"queued", "leased", "in backoff", "finished"};

std::int64_t instructions = 0;

int count_statement(unsigned, void*, void* statement, void*) {
  instructions +=
      sqlite3_stmt_status(static_cast<sqlite3_stmt*>(statement), SQLITE_STMTSTATUS_VM_STEP, 1);
  return 0;
}

int watch(sqlite3* database, const char**, const sqlite3_api_routines*) {
  return sqlite3_trace_v2(database, SQLITE_TRACE_PROFILE, count_statement, nullptr);
}

/// SQLite itself, on a file that a repository has made.
class Database {
 public:
  explicit Database(const std::string& file) {
    if (sqlite3_open(file.c_str(), &database_) != SQLITE_OK) give_up(sqlite3_errmsg(database_));
  }
  ~Database() { sqlite3_close(database_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Returns: the first column of the last row, if any.
  std::string run(const std::string& sql) {
    std::string last;
    const auto keep = [](void* text, int, char** columns, char**) {
      *static_cast<std::string*>(text) = columns[0] == nullptr ? "" : columns[0];
      return 0;
    };
    if (sqlite3_exec(database_, sql.c_str(), keep, &last, nullptr) != SQLITE_OK) {
      give_up(sqlite3_errmsg(database_));
    }
    return last;
  }

 private:
  sqlite3* database_ = nullptr;
};

/// A file with a crowd that grows. Its first member is brought to its state by the repository; all
/// others are copies of its row with ids of their own, since millions by calls would take hours.
class Crowd {
 public:
  explicit Crowd(std::size_t kind) : kind_(kind) {
    const auto repository = open();
    lease::AttemptSpec first = spec(0);
    first.priority = -1;
    first.timeout = Duration{1'000'000};
    if (is("in backoff")) {
      first.retry_policy =
          lease::RetryPolicy{.backoff = Duration{500'000}, .max_backoff = {}, .max_retries = 1};
    }
    demand(repository->enqueue_attempt(first));
    if (is("queued")) return;
    const auto lease =
        demand(repository->upsert_lease(first.attempt_id, worker, clock.time + Duration{600'000}));
    if (is("leased")) return;
    demand(repository->ack_attempt(
        holder_of(lease), is("finished") ? lease::AckOutcome::completed : lease::AckOutcome::failed,
        clock.time));
  }

  [[nodiscard]] std::size_t kind() const { return kind_; }

  std::unique_ptr<lease::AttemptRepository> open() {
    lease::SqliteOptions options;
    options.path = folder_.file("crowd.db");
    return demand(lease::open_sqlite_repository(options, clock, ids_));
  }

  /// Lets it grow, and sees to it that the file is one that the repository could have written.
  void grow_to(std::int64_t size) {
    if (size == size_) return;
    Database database(folder_.file("crowd.db"));
    database.run("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000");
    const std::string columns =
        database.run("SELECT group_concat(name) FROM pragma_table_info('attempts')");
    const std::string values = database.run(
        "SELECT group_concat(CASE name WHEN 'enqueue_seq' THEN 'NULL' "
        "WHEN 'attempt_id' THEN 'printf(''a%015d'', i)' WHEN 'run_id' THEN 'printf(''r%d'', i/10)' "
        "WHEN 'lease_id' THEN 'iif(lease_id IS NULL, NULL, "
        "printf(''%012x'', 1700000000000 + i) || lower(hex(randomblob(10))))' "
        "ELSE name END) FROM pragma_table_info('attempts')");
    constexpr std::int64_t at_a_time = 500'000;
    while (size_ < size) {
      const std::int64_t end = std::min(size, size_ + at_a_time);
      database.run("WITH RECURSIVE n (i) AS (SELECT " + std::to_string(size_) +
                   " UNION ALL SELECT i + 1 FROM n WHERE i + 1 < " + std::to_string(end) +
                   ") INSERT INTO attempts (" + columns + ") SELECT " + values +
                   " FROM n, (SELECT * FROM attempts WHERE attempt_id = '" + numbered('a', 0) +
                   "')");
      database.run("PRAGMA wal_checkpoint(TRUNCATE)");
      size_ = end;
    }
    if (database.run("PRAGMA integrity_check(1)") != "ok") give_up("the file is damaged");
    std::uint64_t counted = 0;
    for (const std::uint64_t count : demand(open()->counts_by_status()).count) counted += count;
    if (counted != static_cast<std::uint64_t>(size)) give_up("the crowd is not complete");
  }

  SetClock clock;

 private:
  [[nodiscard]] bool is(std::string_view kind) const { return crowds.at(kind_) == kind; }

  Folder folder_;
  lease::RandomIds ids_;
  std::size_t kind_;
  std::int64_t size_ = 1;
};

/// The counters are the median microseconds of each operation, how many times that is what it takes
/// in turns among a thousand, and its median instructions.
void growth(benchmark::State& state) {
  constexpr int rounds = 15;
  static std::unique_ptr<Crowd> crowd;
  static std::unique_ptr<Crowd> small;
  const auto kind = static_cast<std::size_t>(state.range(0));
  if (!crowd || crowd->kind() != kind) {
    crowd.reset();
    crowd = std::make_unique<Crowd>(kind);
    small = std::make_unique<Crowd>(kind);
    small->grow_to(1000);
  }
  crowd->grow_to(state.range(1));
  state.SetLabel(crowds.at(kind));
  for (auto _ : state) {
    Costs seconds;
    Costs seconds_of_small;
    const auto repository = crowd->open();
    const auto small_repository = small->open();
    const auto timed = [](const std::function<void()>& body) {
      return seconds_of(wall_clock, body);
    };
    const Seconds began = wall_clock();
    for (int i = 0; i < rounds; ++i) {
      add_round(seconds, *repository, crowd->clock, timed);
      add_round(seconds_of_small, *small_repository, small->clock, timed);
    }
    state.SetIterationTime(wall_clock() - began);
    for (const auto& [operation, each] : seconds) {
      state.counters[operation + ", us"] = 1e6 * median(each);
      state.counters[operation + ", times"] = median(each) / median(seconds_of_small[operation]);
    }
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(watch));
    const auto watched = crowd->open();
    sqlite3_reset_auto_extension();
    Costs steps;
    add_round(steps, *watched, crowd->clock, [](const std::function<void()>& body) {
      instructions = 0;
      body();
      return static_cast<double>(instructions);
    });
    for (const auto& [operation, each] : steps) {
      state.counters[operation + ", steps"] = median(each);
    }
  }
}

/// Each crowd from small to large, since it grows.
void every_size(benchmark::internal::Benchmark* growing) {
  for (std::int64_t kind = 0; kind < std::ssize(crowds); ++kind) {
    for (std::int64_t size = 1000; size <= 10'000'000; size *= 10) growing->Args({kind, size});
  }
}

BENCHMARK(growth)->ArgNames({"crowd", "size"})->Apply(every_size)->Iterations(1)->UseManualTime();

}  // namespace
}  // namespace leasecheck::bench
