// The write-ahead log: how long it gets, who keeps it, and who holds its lock.

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <thread>
#include <vector>

#include "tests/impl/fixture.hpp"
#include "tests/impl/raw_sqlite.hpp"
#include "tests/impl/recorder.hpp"

namespace leasecheck::tests {
namespace {

using lease::ErrorCode;

constexpr std::uint64_t kib = 1024;

class SqliteLog : public SqliteTest {
 protected:
  [[nodiscard]] std::unique_ptr<lease::AttemptRepository> open_with(std::uint32_t pages) {
    lease::SqliteOptions options;
    options.path = file();
    options.checkpoint_pages = pages;
    options.observer = &recorder;
    return value_of(lease::open_sqlite_repository(options, clock, ids));
  }
  /// Whether an observer was told something that begins so, since this was asked last.
  [[nodiscard]] bool was_told(const std::string& beginning) {
    const auto told = recorder.take_told();
    return std::ranges::any_of(
        told, [&](const std::string& line) { return line.starts_with(beginning); });
  }
  [[nodiscard]] std::uint64_t log_size() const {
    return std::filesystem::file_size(file() + "-wal");
  }
  void enqueue_more(lease::AttemptRepository& repository, int count) {
    for (int i = 0; i < count; ++i) {
      value_of(repository.enqueue_attempt(attempt("a" + std::to_string(++enqueued_))));
    }
  }

  Recorder recorder;

 private:
  int enqueued_ = 0;
};

TEST_F(SqliteLog, IsWrittenBackWheneverItHasGrown) {
  const auto repository = open_with(20);
  enqueue_more(*repository, 400);
  EXPECT_LT(log_size(), 200 * kib) << "400 commits of at least three pages are 4,800 KiB";
  EXPECT_EQ(RawSqlite(file()).ask("PRAGMA integrity_check"), "ok");
  const auto told = recorder.take_told();
  EXPECT_FALSE(told.empty());
  for (const std::string& line : told) EXPECT_TRUE(line.starts_with("written back ")) << line;
}

TEST_F(SqliteLog, IsWrittenBackByManyAtOnce) {
  const auto one = open_with(20);
  const auto other = open_with(20);
  for (int i = 0; i < 100; ++i) {
    enqueue_more(*one, 1);
    enqueue_more(*other, 1);
  }
  EXPECT_LT(log_size(), 400 * kib);
}

TEST_F(SqliteLog, GrowsWhileSomebodyReadsAndShrinksAgain) {
  constexpr std::uint64_t most_kept = 8192 * kib;
  const auto repository = open_with(20);
  enqueue_more(*repository, 1);
  {
    RawSqlite reader(file());
    reader.run("BEGIN; SELECT count(*) FROM attempts");
    enqueue_more(*repository, 1000);
    ASSERT_GT(log_size(), most_kept) << "it must have grown for this to say anything";
    EXPECT_TRUE(was_told("pinned "));
  }
  enqueue_more(*repository, 50);
  EXPECT_LE(log_size(), most_kept);
  EXPECT_TRUE(was_told("written back "));
}

/// No file of this process grows beyond this size, as on a full disk, until it is destroyed.
class FullDisk {
 public:
  explicit FullDisk(std::uint64_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);  // the write fails instead
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit full = before_;
    full.rlim_cur = bytes;
    if (::setrlimit(RLIMIT_FSIZE, &full) != 0) throw std::runtime_error("no limit");
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

TEST_F(SqliteLog, WithoutRoomIsUnavailableUntilThereIsSome) {
  const auto repository = open_with(1000);
  enqueue_more(*repository, 3);
  {
    RawSqlite reader(file());  // so that the log cannot take the place of what it has
    reader.run("BEGIN; SELECT count(*) FROM attempts");
    const FullDisk full(log_size());
    for (const char* id : {"b", "c"}) {
      const lease::Error error = error_of(repository->enqueue_attempt(attempt(id)));
      EXPECT_EQ(error.code, ErrorCode::unavailable) << error.message;
    }
    EXPECT_EQ(value_of(repository->queue_depth(at(1000))), 3U) << "who reads goes on";
  }
  value_of(repository->enqueue_attempt(attempt("b")));
  EXPECT_EQ(value_of(repository->queue_depth(at(1000))), 4U);
  EXPECT_EQ(RawSqlite(file()).ask("PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteLog, IsWrittenBackOnceItsReaderEndsThoughItHasTakenAllRoom) {
  const auto repository = open_with(20);
  const auto other = open_with(20);
  enqueue_more(*repository, 1);
  const FullDisk full(1024 * kib);
  {
    RawSqlite reader(file());
    reader.run("BEGIN; SELECT count(*) FROM attempts");
    lease::Result<void> answer;
    for (int i = 0; answer && i < 1000; ++i) {
      answer = repository->enqueue_attempt(attempt("b" + std::to_string(i)));
    }
    ASSERT_FALSE(answer) << "it must have been kept for this to say anything";
    EXPECT_EQ(error_of(repository->enqueue_attempt(attempt("c"))).code, ErrorCode::unavailable);
    EXPECT_EQ(error_of(other->enqueue_attempt(attempt("c"))).code, ErrorCode::unavailable);
  }
  // Whoever was refused writes it back.
  value_of(other->enqueue_attempt(attempt("c")));
  value_of(repository->enqueue_attempt(attempt("d")));
  EXPECT_EQ(RawSqlite(file()).ask("PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteLog, IsOpenedByManyAtOnceAfterACrash) {
  constexpr int attempts = 2000;
  const pid_t process = ::fork();
  if (process == 0) {
    const auto repository = open_with(1'000'000);
    enqueue_more(*repository, attempts);
    ::raise(SIGKILL);
  }
  ::waitpid(process, nullptr, 0);
  ASSERT_GT(log_size(), 8192 * kib) << "it must have been long for this to say anything";
  std::atomic<int> opened = 0;
  {
    std::vector<std::jthread> processes;
    for (int i = 0; i < 8; ++i) {
      processes.emplace_back([&] {
        const auto repository = open(lease::Duration{20'000});
        if (!repository) return;
        EXPECT_EQ(value_of((*repository)->queue_depth(at(1000))), std::uint64_t{attempts});
        ++opened;
      });
    }
  }
  EXPECT_EQ(opened, 8);
}

/// A process that is stopped while it has the right to write.
class StoppedWriter {
 public:
  explicit StoppedWriter(const std::string& file) : process_(::fork()) {
    if (process_ == 0) {
      RawSqlite writer(file);
      writer.run("BEGIN IMMEDIATE");
      ::raise(SIGSTOP);
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(process_, &status, WUNTRACED);
    if (!WIFSTOPPED(status)) throw std::runtime_error("it did not stop");
  }
  ~StoppedWriter() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  StoppedWriter(const StoppedWriter&) = delete;
  StoppedWriter& operator=(const StoppedWriter&) = delete;

  [[nodiscard]] pid_t id() const { return process_; }

 private:
  pid_t process_;
};

TEST_F(SqliteLog, NamesWhoHoldsItsLock) {
  const auto repository = value_of(open(lease::Duration{10}));
  enqueue_more(*repository, 1);
  {
    const StoppedWriter writer(file());
    const lease::Error error = error_of(repository->enqueue_attempt(attempt("b")));
    EXPECT_EQ(error.code, ErrorCode::unavailable);
    EXPECT_EQ(error.effect, lease::Effect::none);
    const std::string name = "process " + std::to_string(writer.id()) + " (";
    EXPECT_NE(error.message.find(name), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("), which is stopped, is writing"), std::string::npos)
        << error.message;
    // Whoever opens the file must know its log to be safe, and waits for the same lock.
    const auto late = open(lease::Duration{10});
    EXPECT_NE(error_of(late).message.find(name), std::string::npos) << error_of(late).message;
    EXPECT_TRUE(repository->get_attempt(lease::AttemptId("a1"))) << "who reads waits for nobody";
  }
  value_of(repository->enqueue_attempt(attempt("b")));
}

TEST_F(SqliteLog, NamesNobodyWhoOnlyHasItOpen) {
  const auto idle = value_of(open());
  const auto repository = value_of(open(lease::Duration{10}));
  RawSqlite writer(file());
  writer.run("BEGIN IMMEDIATE");
  const lease::Error error = error_of(repository->enqueue_attempt(attempt("a")));
  EXPECT_NE(error.message.find("process " + std::to_string(::getpid()) + " ("), std::string::npos)
      << error.message;
  EXPECT_EQ(error.message.find("stopped"), std::string::npos) << error.message;
}

}  // namespace
}  // namespace leasecheck::tests
