#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <latch>
#include <thread>
#include <vector>

#include "tests/impl/child.hpp"
#include "tests/impl/fixture.hpp"
#include "tests/impl/raw_sqlite.hpp"

namespace leasecheck::tests {
namespace {

using lease::AckOutcome;
using lease::Duration;
using lease::ErrorCode;

using SqliteProcess = SqliteTest;

TEST_F(SqliteProcess, ThatWritesMakesOthersUnavailableUntilItEnds) {
  const auto repository = value_of(open(Duration{0}));
  value_of(repository->enqueue_attempt(attempt("before")));
  Child writer([this](int write_end) {
    RawSqlite raw(file());
    raw.run("BEGIN IMMEDIATE; DELETE FROM run_events");
    tell(write_end, 1);
    ::pause();
  });
  ASSERT_EQ(writer.next(), 1);

  const lease::Error error = error_of(repository->enqueue_attempt(attempt("during")));
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_EQ(error.effect, lease::Effect::none);
  EXPECT_NE(error.message.find("locked"), std::string::npos) << error.message;
  // Readers go on.
  EXPECT_EQ(value_of(repository->list_dispatchable_attempts(at(1000), 10)).size(), 1U);
  EXPECT_EQ(error_of(open(Duration{0})).code, ErrorCode::unavailable);

  writer.kill();
  value_of(repository->enqueue_attempt(attempt("after")));
  EXPECT_EQ(value_of(repository->queue_depth(at(1000))), 2U);
}

TEST_F(SqliteProcess, ThatWritesIsWaitedFor) {
  const auto repository = value_of(open(Duration{20000}));
  Child writer([this](int write_end) {
    RawSqlite raw(file());
    raw.run("BEGIN IMMEDIATE");
    tell(write_end, 1);
    ::usleep(100'000);
    raw.run("COMMIT");
  });
  ASSERT_EQ(writer.next(), 1);
  value_of(repository->enqueue_attempt(attempt("a")));
}

// A child acknowledges attempts, says so, and is killed at some point: all that it said is there.
TEST_F(SqliteProcess, ThatIsKilledLosesNothingItAcknowledged) {
  for (const int until : {1, 7, 20}) {
    const std::string path = file() + std::to_string(until);
    Child worker_process([this, &path](int write_end) {
      const auto repository = value_of(open_at(path));
      for (int i = 0;; ++i) {
        const std::string id = std::to_string(i);
        value_of(repository->enqueue_attempt(attempt(id)));
        const auto lease =
            value_of(repository->upsert_lease(lease::AttemptId(id), worker, at(5000)));
        value_of(repository->ack_attempt(holder_of(lease), AckOutcome::completed, at(1000)));
        tell(write_end, i);
      }
    });
    int acked = -1;
    while (acked < until) ASSERT_NE(acked = worker_process.next(), -1);
    worker_process.kill();
    for (int said = acked; said != -1; said = worker_process.next()) acked = said;

    const auto repository = value_of(open_at(path));
    const lease::Snapshot snapshot = value_of(repository->snapshot());
    EXPECT_LE(snapshot.attempts.size(), static_cast<std::size_t>(acked) + 2);
    for (int i = 0; i <= acked; ++i) {
      EXPECT_EQ(value_of(repository->get_attempt(lease::AttemptId(std::to_string(i)))).status,
                lease::Status::completed);
    }
    EXPECT_EQ(RawSqlite(path).ask("PRAGMA integrity_check"), "ok");
  }
}

// The same with threads that share commits: none is answered before the commit of its group.
TEST_F(SqliteProcess, ThatIsKilledLosesNothingThatOneOfItsThreadsWasAcknowledged) {
  constexpr int threads = 8;
  Child worker_process([this](int write_end) {
    const auto repository = value_of(open());
    std::vector<std::jthread> running;
    for (int t = 0; t < threads; ++t) {
      running.emplace_back([&repository, write_end, t] {
        for (int i = t;; i += threads) {
          const std::string id = std::to_string(i);
          value_of(repository->enqueue_attempt(attempt(id)));
          const auto lease =
              value_of(repository->upsert_lease(lease::AttemptId(id), worker, at(5000)));
          value_of(repository->ack_attempt(holder_of(lease), AckOutcome::completed, at(1000)));
          tell(write_end, i);
        }
      });
    }
  });
  std::vector<int> acked;
  while (acked.size() < 10 * threads) {
    acked.push_back(worker_process.next());
    ASSERT_NE(acked.back(), -1);
  }
  worker_process.kill();
  for (int said = worker_process.next(); said != -1; said = worker_process.next()) {
    acked.push_back(said);
  }

  const auto repository = value_of(open());
  for (const int number : acked) {
    const auto kept = value_of(repository->get_attempt(lease::AttemptId(std::to_string(number))));
    EXPECT_EQ(kept.status, lease::Status::completed);
  }
  EXPECT_LE(value_of(repository->snapshot()).attempts.size(), acked.size() + threads);
  EXPECT_EQ(RawSqlite(file()).ask("PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteProcess, ThatIsForkedCannotUseItsParentsRepositoryAndLeavesItsFileAlone) {
  auto repository = value_of(open());
  value_of(repository->enqueue_attempt(attempt("before")));
  const auto log_size = std::filesystem::file_size(file() + "-wal");
  Child child([&](int write_end) {
    const lease::Error error = error_of(repository->enqueue_attempt(attempt("in the child")));
    const bool is_told =
        error.code == ErrorCode::unavailable && error.message.find("fork") != std::string::npos;
    const lease::Error anew = error_of(open_at(directory.path() / "other.sqlite"));
    const bool is_refused =
        anew.code == ErrorCode::unavailable && anew.message.find("exec") != std::string::npos;
    repository.reset();
    tell(write_end, is_told && is_refused ? 1 : 0);
  });
  EXPECT_EQ(child.next(), 1);
  EXPECT_EQ(child.next(), -1);
  EXPECT_EQ(std::filesystem::file_size(file() + "-wal"), log_size);
  value_of(repository->enqueue_attempt(attempt("after")));
  EXPECT_EQ(value_of(repository->queue_depth(at(1000))), 2U);
  repository.reset();
  Child later([&](int write_end) { tell(write_end, open() ? 1 : 0); });
  EXPECT_EQ(later.next(), 1) << "its parent has nothing open";
}

// A thread of the parent is in the middle of a transaction when the process forks.
TEST_F(SqliteProcess, ThatIsForkedDuringATransactionIsToldSoAndDoesNotWait) {
  const auto repository = value_of(open());
  std::atomic<bool> is_over = false;
  std::jthread busy([&] {
    for (int i = 0; !is_over; ++i) {
      value_of(repository->enqueue_attempt(attempt(std::to_string(i))));
    }
  });
  for (int i = 0; i < 20; ++i) {
    Child child([&](int write_end) {
      tell(write_end, static_cast<int>(error_of(repository->queue_depth(at(1000))).code));
    });
    EXPECT_EQ(child.next(), static_cast<int>(ErrorCode::unavailable));
  }
  is_over = true;
}

TEST_F(SqliteProcess, OneOfTwoConnectionsWinsEachClaim) {
  constexpr int attempts = 40;
  std::array<std::unique_ptr<lease::AttemptRepository>, 2> repositories{value_of(open()),
                                                                        value_of(open())};
  for (int i = 0; i < attempts; ++i) {
    value_of(repositories[0]->enqueue_attempt(attempt(std::to_string(i))));
  }
  std::array<int, 2> won{};
  std::array<int, 2> refused{};
  {
    std::latch start(2);
    std::vector<std::jthread> threads;
    for (std::size_t me = 0; me < 2; ++me) {
      threads.emplace_back([&, me] {
        start.arrive_and_wait();
        for (int i = 0; i < attempts; ++i) {
          const auto lease =
              repositories[me]->upsert_lease(lease::AttemptId(std::to_string(i)), worker, at(5000));
          if (lease) ++won[me];
          if (!lease && lease.error().code == ErrorCode::not_dispatchable) ++refused[me];
        }
      });
    }
  }
  EXPECT_EQ(won[0] + won[1], attempts);
  EXPECT_EQ(refused[0] + refused[1], attempts);
  EXPECT_EQ(value_of(repositories[0]->snapshot()).leases.size(),
            static_cast<std::size_t>(attempts));
}

TEST_F(SqliteProcess, MayBeCalledFromManyThreads) {
  constexpr int threads = 4;
  constexpr int each = 10;
  const auto repository = value_of(open());
  {
    std::vector<std::jthread> running;
    for (int t = 0; t < threads; ++t) {
      running.emplace_back([&repository, t] {
        for (int i = 0; i < each; ++i) {
          const std::string id = std::to_string(t) + "-" + std::to_string(i);
          value_of(repository->enqueue_attempt(attempt(id)));
        }
      });
    }
  }
  EXPECT_EQ(value_of(repository->queue_depth(at(1000))),
            static_cast<std::uint64_t>(threads * each));
}

}  // namespace
}  // namespace leasecheck::tests
