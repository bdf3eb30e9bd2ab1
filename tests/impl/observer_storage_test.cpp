// What an observer is told of transactions that do not happen or happen twice, of groups that share
// one, and of locks of other processes.

#include <algorithm>
#include <functional>
#include <latch>
#include <thread>

#include "lease/observer.hpp"
#include "memory/memory_store.hpp"
#include "stored_repository.hpp"
#include "tests/impl/backends.hpp"
#include "tests/impl/raw_sqlite.hpp"
#include "tests/impl/recorder.hpp"

namespace leasecheck::tests {
namespace {

using lease::AttemptId;
using lease::Duration;
using lease::ErrorCode;
using lease::OperationReport;
using lease::Result;
using Told = Recorder::Told;

/// A store whose commits fail when it is told to, and that has something to tell.
class ScriptedStore final : public lease::MemoryStore {
 public:
  Result<void> end(lease::Ending ending) override {
    if (!fails || ending == lease::Ending::roll_back) return {};
    return std::unexpected(lease::Error(ErrorCode::unavailable, "no commit", *fails));
  }
  lease::StorageEvents take_events() override { return std::exchange(events, {}); }

  std::optional<lease::Effect> fails;
  lease::StorageEvents events;
};

class ObserverOfAStore : public testing::Test {
 protected:
  ManualClock clock;
  lease::RandomIds ids;
  Recorder recorder;
  ScriptedStore* store = new ScriptedStore;  // the repository's
  lease::StoredRepository repository{std::unique_ptr<lease::Store>(store), clock, ids, &recorder};
};

TEST_F(ObserverOfAStore, IsToldOfNoAttemptsWhereTheCommitFailed) {
  for (const lease::Effect effect : {lease::Effect::none, lease::Effect::unknown}) {
    value_of(repository.enqueue_attempt(attempt("a")));
    value_of(repository.upsert_lease(AttemptId("a"), worker, at(2000)));
    static_cast<void>(recorder.take_reports());
    store->fails = effect;
    EXPECT_FALSE(repository.expire_leases_and_requeue(at(3000)));
    EXPECT_EQ(recorder.take_told(), Told{});
    const auto reports = recorder.take_reports();
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(words_of(reports.front()), "expire_leases_and_requeue unavailable");
    EXPECT_EQ(reports.front().group_size, 1U);
    store->fails.reset();
  }
}

TEST_F(ObserverOfAStore, IsToldWhatTheStorageMet) {
  store->events = {.retries = 3, .pinned_log_pages = 0, .written_back_log_pages = 20};
  value_of(repository.enqueue_attempt(attempt("a")));
  value_of(repository.enqueue_attempt(attempt("b")));
  EXPECT_EQ(recorder.take_told(), (Told{"retried 3", "written back 20", "pinned 0"}));
}

/// A clock that stops whoever asks first until it is let go.
class Gate final : public lease::Clock {
 public:
  [[nodiscard]] lease::Time now() override {
    if (++reads == 1) {
      is_reached.count_down();
      is_open.wait();
    }
    return at(1500);
  }
  std::atomic<int> reads = 0;
  std::latch is_reached{1};
  std::latch is_open{1};
};

/// One call holds the repository up while others come, one after another, most of the time.
class ObserverOfAGroup : public SqliteTest {
 protected:
  ObserverOfAGroup() {
    const auto prepared = value_of(open());
    value_of(prepared->enqueue_attempts(std::vector{attempt("a"), attempt("b")}));
  }

  /// Makes the calls on a new repository at the file.
  void hold_up(const std::vector<std::function<void(lease::AttemptRepository&)>>& calls) {
    ++pause_ms_;
    const auto repository = value_of(lease::open_sqlite_repository(
        {.path = file(), .vfs = {}, .allow_shared_file_system = false, .observer = &recorder},
        *gate, broken));
    const std::jthread first([&] { value_of(repository->enqueue_attempt(attempt("first"))); });
    gate->is_reached.wait();
    std::vector<std::jthread> others;
    for (const auto& call : calls) {
      others.emplace_back([&] { call(*repository); });
      std::this_thread::sleep_for(Duration{pause_ms_});
    }
    gate->is_open.count_down();
  }
  [[nodiscard]] std::multiset<std::uint64_t> take_group_sizes() {
    std::multiset<std::uint64_t> sizes;
    for (const OperationReport& report : recorder.take_reports()) sizes.insert(report.group_size);
    return sizes;
  }

  BrokenIds broken;
  Recorder recorder;
  std::unique_ptr<Gate> gate = std::make_unique<Gate>();

 private:
  int pause_ms_ = 0;  ///< longer each time
};

TEST_F(ObserverOfAGroup, IsToldHowManySharedTheTransaction) {
  const auto look = [](lease::AttemptRepository& on) { value_of(on.reset()); };
  const std::multiset<std::uint64_t> expected{1, 3, 3, 3};
  std::multiset<std::uint64_t> sizes;
  for (int tries = 0; tries < 100 && sizes != expected; ++tries) {
    gate = std::make_unique<Gate>();
    hold_up({look, look, look});
    sizes = take_group_sizes();
    EXPECT_EQ(sizes.size(), 4U);
  }
  EXPECT_EQ(sizes, expected);
}

// The claim throws. So the transaction that it shares with the reap is rolled back, and each is
// done again.
TEST_F(ObserverOfAGroup, IsToldOnceOfWhatWasDoneTwice) {
  const auto reap = [](lease::AttemptRepository& on) {
    EXPECT_EQ(value_of(on.expire_leases_and_requeue(at(1500))), 1U);
  };
  const auto claim = [](lease::AttemptRepository& on) {
    EXPECT_THROW(value_of(on.upsert_lease(AttemptId("b"), worker, at(5000))), std::runtime_error);
  };
  // One for each of the three, and for two of them again.
  constexpr int reads_of_a_repetition = 5;
  for (int tries = 0; tries < 100 && gate->reads != reads_of_a_repetition; ++tries) {
    value_of(value_of(open())->upsert_lease(AttemptId("a"), worker, at(1400)));
    gate = std::make_unique<Gate>();
    hold_up({reap, claim});
    EXPECT_EQ(recorder.take_told(), Told{"reaped a of worker: queued"});
    EXPECT_EQ(take_group_sizes(), (std::multiset<std::uint64_t>{1, 1, 1}));
  }
  EXPECT_EQ(gate->reads, reads_of_a_repetition);
}

// ---- Locks of other processes -----------------------------------------------------------------

TEST_F(SqliteTest, AnObserverIsToldHowOftenALockWasAskedForAgain) {
  Recorder recorder;
  const auto repository = value_of(lease::open_sqlite_repository({.path = file(),
                                                                  .busy_timeout = Duration{20},
                                                                  .vfs = {},
                                                                  .allow_shared_file_system = false,
                                                                  .observer = &recorder},
                                                                 clock, ids));
  value_of(repository->enqueue_attempt(attempt("a")));
  EXPECT_EQ(recorder.take_told(), Told{});
  RawSqlite other(file());
  other.run("BEGIN IMMEDIATE");
  EXPECT_EQ(error_of(repository->enqueue_attempt(attempt("b"))).code, ErrorCode::unavailable);
  // After 1, 2, 5, 10 and 2 ms.
  EXPECT_EQ(recorder.take_told(), Told{"retried 5"});
  other.run("ROLLBACK");
  value_of(repository->enqueue_attempt(attempt("b")));
  EXPECT_EQ(recorder.take_told(), Told{});
}

}  // namespace
}  // namespace leasecheck::tests
