#include "sim/disk/vfs.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <functional>
#include <memory>
#include <string>

namespace leasecheck::sim {
namespace {

/// One connection of one process, as a program would have it.
class Client {
 public:
  explicit Client(Disk& disk, const std::string& set_up = "PRAGMA journal_mode=WAL") {
    process_ = std::make_unique<DiskProcess>(disk);
    EXPECT_EQ(sqlite3_open_v2("db", &database_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                              process_->vfs().c_str()),
              SQLITE_OK);
    run(set_up);
  }
  ~Client() { sqlite3_close_v2(database_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  int run(const std::string& sql) {
    return sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
  }

  std::string ask(const std::string& sql) {
    std::string answer;
    const auto add = [](void* into, int, char** values, char**) {
      *static_cast<std::string*>(into) += values[0] == nullptr ? "null" : values[0];
      return 0;
    };
    const int code = sqlite3_exec(database_, sql.c_str(), add, &answer, nullptr);
    return code == SQLITE_OK ? answer : "error " + std::to_string(code);
  }

  DiskProcess& process() { return *process_; }

 private:
  std::unique_ptr<DiskProcess> process_;
  sqlite3* database_ = nullptr;
};

/// Does something before the n-th call, counted from 1, or answers it with an error.
class AtCall final : public DiskWatcher {
 public:
  AtCall(std::uint64_t number, std::function<DiskAnswer(const DiskAccess&)> what)
      : number_(number), what_(std::move(what)) {}
  DiskAnswer before(const DiskAccess& access) override {
    return ++calls_ == number_ ? what_(access) : DiskAnswer::carry_out;
  }
  void sleep(std::chrono::microseconds) override {}
  [[nodiscard]] std::uint64_t calls() const { return calls_; }

 private:
  std::uint64_t number_;
  std::function<DiskAnswer(const DiskAccess&)> what_;
  std::uint64_t calls_ = 0;
};

std::vector<WriteOutcome> all_lost(const Disk& disk) {
  return std::vector<WriteOutcome>(disk.unsynced().size(), WriteOutcome::lost);
}

TEST(DiskProcess, TwoProcessesShareOneDatabaseThroughItsLog) {
  Disk disk({}, 1);
  Client a(disk);
  Client b(disk);
  EXPECT_EQ(a.ask("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(a.run("CREATE TABLE t(x); INSERT INTO t VALUES (1)"), SQLITE_OK);
  EXPECT_EQ(b.ask("SELECT x FROM t"), "1");
  EXPECT_EQ(a.run("BEGIN IMMEDIATE"), SQLITE_OK);
  EXPECT_EQ(b.run("BEGIN IMMEDIATE"), SQLITE_BUSY);
  EXPECT_EQ(b.ask("SELECT x FROM t"), "1") << "readers are not in a writer's way";
}

TEST(DiskProcess, TheLastOneToCloseLeavesOneFile) {
  Disk disk({}, 1);
  {
    Client a(disk);
    EXPECT_EQ(a.run("CREATE TABLE t(x)"), SQLITE_OK);
    EXPECT_TRUE(disk.has_file("db-wal"));
  }
  EXPECT_TRUE(disk.has_file("db"));
  EXPECT_FALSE(disk.has_file("db-wal"));
}

TEST(Disk, APowerLossTakesWhatWasNotSyncedAndNothingElse) {
  for (const auto& [mode, left] : {std::pair{"FULL", "12"}, std::pair{"OFF", "1"}}) {
    Disk disk({}, 1);
    {
      Client a(disk);
      ASSERT_EQ(a.run("PRAGMA synchronous=FULL; CREATE TABLE t(x); INSERT INTO t VALUES (1)"),
                SQLITE_OK);
      ASSERT_EQ(a.run(std::string("PRAGMA synchronous=") + mode), SQLITE_OK);
      ASSERT_EQ(a.run("INSERT INTO t VALUES (2)"), SQLITE_OK);
      disk.lose_power(all_lost(disk));
      EXPECT_NE(a.run("INSERT INTO t VALUES (3)"), SQLITE_OK) << "it is dead";
    }
    Client again(disk);
    EXPECT_EQ(again.ask("SELECT x FROM t ORDER BY x"), left) << mode;
  }
}

TEST(DiskProcess, WhatADeadOneDoesToMemoryNobodySees) {
  Disk disk({}, 1);
  Client survivor(disk);
  ASSERT_EQ(survivor.run("CREATE TABLE t(x); INSERT INTO t VALUES (1)"), SQLITE_OK);
  std::uint64_t calls = 0;
  {
    Client victim(disk);
    AtCall counter(0, {});
    disk.set_watcher(&counter);
    ASSERT_EQ(victim.run("INSERT INTO t VALUES (1)"), SQLITE_OK);
    disk.set_watcher(nullptr);
    calls = counter.calls();
  }
  ASSERT_GT(calls, 10U);
  std::size_t lost = 0;
  for (std::uint64_t call = 1; call <= calls; ++call) {
    const std::string before = survivor.ask("SELECT count(*) FROM t");
    {
      Client victim(disk);
      AtCall killer(call, [](const DiskAccess& access) {
        access.process.kill();
        return DiskAnswer::carry_out;
      });
      disk.set_watcher(&killer);
      victim.run("INSERT INTO t VALUES (1)");  // nobody is left to hear what it answers
      disk.set_watcher(nullptr);
    }
    const std::string after = survivor.ask("SELECT count(*) FROM t");
    lost += before == after;
    EXPECT_TRUE(before == after || std::stoi(before) + 1 == std::stoi(after)) << before << after;
    EXPECT_EQ(survivor.ask("PRAGMA integrity_check"), "ok");
    EXPECT_EQ(survivor.run("INSERT INTO t VALUES (1)"), SQLITE_OK) << "its locks are gone";
  }
  EXPECT_GT(lost, 0U);
  EXPECT_LT(lost, calls) << "one that dies after its commit has committed";
}

TEST(DiskProcess, EveryCallMayFailAndNoFailureTearsATransaction) {
  for (const DiskAnswer answer : {DiskAnswer::io_error, DiskAnswer::full}) {
    bool was_reached = true;
    for (std::uint64_t call = 1; was_reached; ++call) {
      Disk disk({}, 1);
      Client a(disk);
      ASSERT_EQ(a.run("CREATE TABLE t(x); INSERT INTO t VALUES (1)"), SQLITE_OK);
      AtCall fault(call, [answer](const DiskAccess&) { return answer; });
      disk.set_watcher(&fault);
      const int code =
          a.run("BEGIN IMMEDIATE; INSERT INTO t VALUES (2); UPDATE t SET x = 5; COMMIT");
      disk.set_watcher(nullptr);
      was_reached = fault.calls() >= call;
      if (code != SQLITE_OK) a.run("ROLLBACK");
      const std::string left = a.ask("SELECT x FROM t");
      EXPECT_TRUE(left == "55" || (code != SQLITE_OK && left == "1")) << call << ": " << left;
    }
  }
}

TEST(Disk, AnImageBringsEverythingBackUnderOpenConnections) {
  Disk disk({}, 1);
  Client a(disk);
  Client b(disk);
  ASSERT_EQ(a.run("CREATE TABLE t(x); INSERT INTO t VALUES (1)"), SQLITE_OK);
  EXPECT_EQ(b.ask("SELECT x FROM t"), "1");
  const Disk::Image image = disk.image();
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(b.run("UPDATE t SET x = 2; INSERT INTO t VALUES (3)"), SQLITE_OK);
    EXPECT_EQ(a.ask("SELECT x FROM t"), "23");
    disk.restore(image);
    EXPECT_EQ(a.ask("SELECT x FROM t"), "1");
    EXPECT_EQ(b.ask("SELECT x FROM t"), "1");
  }
}

TEST(Disk, TheSameCallsLeaveTheSameBytes) {
  const auto run = [] {
    Disk disk({}, 42);
    Client a(disk);
    a.run("CREATE TABLE t(x); INSERT INTO t VALUES (random())");
    return disk.image().files.at("db-wal").seen;
  };
  EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace leasecheck::sim
