// When the log is written back and synced, and that nothing is lost by it, call by call of the
// disk.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "sim/storage/database_process.hpp"

namespace leasecheck::sim {
namespace {

Reply enqueue(DatabaseProcess& on, const std::string& id) {
  model::AttemptSpec spec;
  spec.attempt_id = id;
  spec.run_id = "r1";
  return on.call({model::at_ms(1), model::EnqueueAttempt{spec}});
}

/// Counts what only checkpoints do: writing the file itself, after it was made.
class CountsCheckpoints final : public DiskWatcher {
 public:
  [[nodiscard]] DiskAnswer before(const DiskAccess& access) override {
    pages += access.call == DiskCall::write && access.file == "repository" ? 1 : 0;
    return DiskAnswer::carry_out;
  }
  void sleep(std::chrono::microseconds) override {}

  std::uint64_t pages = 0;
};

TEST(Checkpoints, AreTakenWhereLogsAreShort) {
  for (const std::uint32_t pages : {1U, 5U, 1000U}) {
    Disk disk({}, 1);
    SharedLeaseIds ids;
    const auto database =
        DatabaseProcess::open(disk, ids, with_checkpoints(lease::open_sqlite_repository, pages));
    ASSERT_TRUE(database.has_value());
    CountsCheckpoints watcher;
    disk.set_watcher(&watcher);
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(enqueue(**database, "a" + std::to_string(i)).outcome);
    }
    disk.set_watcher(nullptr);
    EXPECT_EQ(watcher.pages > 0, pages < 1000) << pages;
  }
}

// Whoever commits while the log is written back may begin it anew, which SQLite before 3.51.3 does
// not survive.
class CommitsMeanwhile final : public DiskWatcher {
 public:
  explicit CommitsMeanwhile(DatabaseProcess& other) : other_(other) {}
  [[nodiscard]] DiskAnswer before(const DiskAccess& access) override {
    const bool writes_back = access.call == DiskCall::write && access.file == "repository";
    if (!writes_back || is_asking_) return DiskAnswer::carry_out;
    is_asking_ = true;
    const Reply reply = enqueue(other_, "other");
    EXPECT_EQ(reply.outcome, std::unexpected(model::ErrorCode::unavailable));
    EXPECT_NE(reply.message.find("locked"), std::string::npos) << reply.message;
    is_asking_ = false;
    ++asked;
    return DiskAnswer::carry_out;
  }
  void sleep(std::chrono::microseconds) override {}

  std::uint64_t asked = 0;

 private:
  DatabaseProcess& other_;
  bool is_asking_ = false;
};

TEST(Checkpoints, KeepEverybodyFromCommitting) {
  Disk disk({}, 1);
  SharedLeaseIds ids;
  const OpenRepository open = with_checkpoints(lease::open_sqlite_repository, 1);
  const auto database = DatabaseProcess::open(disk, ids, open);
  const auto other = DatabaseProcess::open(disk, ids, open);
  ASSERT_TRUE(database && other);
  CommitsMeanwhile watcher(**other);
  disk.set_watcher(&watcher);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(enqueue(**database, "a" + std::to_string(i)).outcome);
  }
  disk.set_watcher(nullptr);
  EXPECT_GT(watcher.asked, 0U);
}

/// While one process reads, lets another write until it has written a part of the log back; later
/// forgets one sync of the file.
class Surroundings final : public DiskWatcher {
 public:
  explicit Surroundings(DatabaseProcess& writer) : writer_(writer) {}
  [[nodiscard]] DiskAnswer before(const DiskAccess& access) override {
    if (is_reading && access.call == DiskCall::read) {
      is_reading = false;
      for (int i = 0; i < 100 && pages == 0; ++i) {
        EXPECT_TRUE(enqueue(writer_, "b" + std::to_string(i)).outcome);
      }
      return DiskAnswer::carry_out;
    }
    if (access.file != "repository") return DiskAnswer::carry_out;
    if (access.call == DiskCall::write) ++pages;
    if (access.call != DiskCall::sync) return DiskAnswer::carry_out;
    ++syncs;
    return syncs == forgotten ? DiskAnswer::forget : DiskAnswer::carry_out;
  }
  void sleep(std::chrono::microseconds) override {}

  bool is_reading = false;
  std::uint64_t pages = 0;
  std::uint64_t syncs = 0;
  std::uint64_t forgotten = 0;

 private:
  DatabaseProcess& writer_;
};

// A checkpoint that a reader keeps from taking the whole log writes pages back and does not sync
// them. If a later sync of the file fails, the system takes those for written, too.
TEST(Checkpoints, OfAPartOfTheLogSurviveASyncThatFailsLater) {
  for (const std::uint64_t forgotten : {1U, 2U, 3U}) {
    Disk disk({}, 1);
    SharedLeaseIds ids;
    // So that the pages of the new tables, most of which no enqueue changes, are still in the log.
    const OpenRepository open = with_checkpoints(lease::open_sqlite_repository, 25);
    auto writer = DatabaseProcess::open(disk, ids, open);
    auto reader = DatabaseProcess::open(disk, ids, open);
    ASSERT_TRUE(writer && reader);
    ASSERT_TRUE(enqueue(**writer, "a1").outcome);
    Surroundings surroundings(**writer);
    disk.set_watcher(&surroundings);
    surroundings.is_reading = true;
    ASSERT_TRUE((*reader)->snapshot());
    ASSERT_GT(surroundings.pages, 0U) << "a part is back, or this shows nothing";
    ASSERT_EQ(surroundings.syncs, 0U) << "and not synced";
    surroundings.forgotten = forgotten;
    for (int i = 0; i < 40; ++i) static_cast<void>(enqueue(**writer, "c" + std::to_string(i)));
    disk.set_watcher(nullptr);
    EXPECT_GE(surroundings.syncs, forgotten);
    const auto seen = (*writer)->snapshot();
    ASSERT_TRUE(seen);
    disk.lose_power(std::vector<WriteOutcome>(disk.unsynced().size(), WriteOutcome::lost));
    writer->reset();
    reader->reset();
    const auto after = DatabaseProcess::open(disk, ids, lease::open_sqlite_repository);
    ASSERT_TRUE(after) << forgotten << ": " << after.error().message;
    const auto kept = (*after)->snapshot();
    ASSERT_TRUE(kept) << forgotten << ": " << kept.error().message;
    EXPECT_EQ(*kept, *seen) << forgotten;
  }
}

/// Ends a process where it is about to make its commit safe: all of it is written, none of it
/// synced.
class DiesBeforeSync final : public DiskWatcher {
 public:
  [[nodiscard]] DiskAnswer before(const DiskAccess& access) override {
    if (access.call == DiskCall::sync) access.process.kill();
    return DiskAnswer::carry_out;
  }
  void sleep(std::chrono::microseconds) override {}
};

// Recovery shows what a dead process has written. A version or a sequence that somebody has seen is
// never given again, so a loss of power must not take it back.
TEST(Recovery, WhatItShowsIsSafeFromALossOfPower) {
  Disk disk({}, 1);
  SharedLeaseIds ids;
  auto first = DatabaseProcess::open(disk, ids, lease::open_sqlite_repository);
  ASSERT_TRUE(first.has_value());
  ASSERT_TRUE(enqueue(**first, "a1").outcome.has_value())
      << "which begins the log, and syncs its beginning";
  DiesBeforeSync watcher;
  disk.set_watcher(&watcher);
  static_cast<void>(enqueue(**first, "a2"));
  disk.set_watcher(nullptr);
  ASSERT_TRUE((*first)->process().is_dead());
  first->reset();

  auto second = DatabaseProcess::open(disk, ids, lease::open_sqlite_repository);
  ASSERT_TRUE(second.has_value());
  const auto seen = (*second)->snapshot();
  ASSERT_TRUE(seen.has_value());
  ASSERT_EQ(seen->attempts.size(), 2U) << "recovery takes the commit, or this shows nothing";
  disk.lose_power(std::vector<WriteOutcome>(disk.unsynced().size(), WriteOutcome::lost));
  second->reset();

  auto third = DatabaseProcess::open(disk, ids, lease::open_sqlite_repository);
  ASSERT_TRUE(third.has_value());
  const auto kept = (*third)->snapshot();
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(*kept, *seen);
}

/// Refuses to write the log, and counts what is written to the file itself.
class RefusesTheLog final : public DiskWatcher {
 public:
  [[nodiscard]] DiskAnswer before(const DiskAccess& access) override {
    if (access.call != DiskCall::write) return DiskAnswer::carry_out;
    if (access.file == "repository-wal") return DiskAnswer::io_error;
    ++pages;
    return DiskAnswer::carry_out;
  }
  void sleep(std::chrono::microseconds) override {}

  std::uint64_t pages = 0;
};

// Whoever could not make the log safe must not write it back when it closes the file: a loss of
// power in the middle of that would leave half a commit, and no log to complete it.
TEST(Recovery, ALogThatIsNotSafeIsNotWrittenBackOnClosing) {
  Disk disk({}, 1);
  SharedLeaseIds ids;
  auto first = DatabaseProcess::open(disk, ids, lease::open_sqlite_repository);
  ASSERT_TRUE(first);
  ASSERT_TRUE(enqueue(**first, "a1").outcome);
  (*first)->process().kill();
  first->reset();
  RefusesTheLog watcher;
  disk.set_watcher(&watcher);
  EXPECT_FALSE(DatabaseProcess::open(disk, ids, lease::open_sqlite_repository));
  disk.set_watcher(nullptr);
  EXPECT_EQ(watcher.pages, 0U);
}

}  // namespace
}  // namespace leasecheck::sim
