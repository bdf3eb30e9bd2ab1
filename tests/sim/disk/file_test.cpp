#include "sim/disk/file.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

namespace leasecheck::sim {
namespace {

void write(DiskFile& file, std::uint64_t offset, std::string_view text) {
  file.write(offset, std::as_bytes(std::span(text)));
}

std::string text_of(const DiskFile& file) {
  std::string text(file.size(), '?');
  file.read(0, std::as_writable_bytes(std::span(text)));
  return text;
}

std::vector<Fragment> unsynced(const DiskFile& file, const Device& device) {
  std::vector<Fragment> fragments;
  file.add_unsynced(device, fragments);
  return fragments;
}

// Every content that a power loss can leave behind; rubbish is shown as '#'.
std::set<std::string> after_power_loss(const Device& device, const std::string& durable,
                                       const std::function<void(DiskFile&)>& change) {
  std::set<std::string> left;
  for (std::size_t number = 0;; ++number) {
    DiskFile file("f");
    write(file, 0, durable);
    file.sync();
    file.sync_entry();
    change(file);
    std::vector<WriteOutcome> write_outcomes;
    std::size_t rest = number;
    for (std::size_t i = 0; i < unsynced(file, device).size(); ++i, rest /= 3) {
      write_outcomes.push_back(static_cast<WriteOutcome>(rest % 3));
    }
    if (rest > 0) return left;
    EXPECT_TRUE(file.lose_power(device, write_outcomes));
    std::string text = text_of(file);
    for (char& byte : text) {
      if (byte == '\xA5') byte = '#';
      if (byte == '\0') byte = '0';
    }
    left.insert(text);
  }
}

const auto overwrite = [](DiskFile& file) { write(file, 0, "ABCDEFGH"); };
const auto append = [](DiskFile& file) { write(file, 8, "IJKLMNOP"); };

TEST(DiskFile, WhatWasWrittenIsSeenAtOnceAndReadsBeyondTheEndAreShort) {
  DiskFile file("f");
  write(file, 2, "abc");
  std::string into(8, '?');
  EXPECT_EQ(file.read(0, std::as_writable_bytes(std::span(into))), 5U);
  EXPECT_EQ(into, std::string("\0\0abc\0\0\0", 8));
  file.resize(3);
  EXPECT_EQ(text_of(file), std::string("\0\0a", 3));
}

TEST(DiskFile, WhatWasSyncedSurvivesAnything) {
  const auto changed_and_synced = [](DiskFile& file) {
    overwrite(file);
    file.sync();
  };
  EXPECT_EQ(after_power_loss({.sector_size = 4}, "abcdefgh", changed_and_synced),
            (std::set<std::string>{"ABCDEFGH"}));
}

TEST(DiskFile, SectorsAreKeptLostAndTornEachOnItsOwn) {
  EXPECT_EQ(after_power_loss({.sector_size = 4}, "abcdefgh", overwrite),
            (std::set<std::string>{"abcdefgh", "ABCDefgh", "abcdEFGH", "ABCDEFGH", "AB##efgh",
                                   "AB##EFGH", "abcdEF##", "ABCDEF##", "AB##EF##"}));
}

TEST(DiskFile, AtomicWritesAreKeptOrLostAsAWhole) {
  EXPECT_EQ(after_power_loss({.sector_size = 4, .atomic_writes = true}, "abcdefgh", overwrite),
            (std::set<std::string>{"abcdefgh", "ABCDEFGH"}));
}

TEST(DiskFile, ASequentialDeviceLosesASuffix) {
  const auto thrice = [](DiskFile& file) {
    for (const char* text : {"x", "y", "z"}) write(file, 0, text);
  };
  EXPECT_EQ(
      after_power_loss({.sector_size = 4, .atomic_writes = true, .sequential = true}, "a", thrice),
      (std::set<std::string>{"a", "x", "y", "z"}));
}

TEST(DiskFile, AnUnsafeAppendLeavesHolesAndASafeOneNone) {
  const auto unsafe = after_power_loss({.sector_size = 4}, "abcdefgh", append);
  EXPECT_TRUE(unsafe.contains("abcdefgh0000MNOP"));
  EXPECT_TRUE(unsafe.contains("abcdefghIJ##"));
  EXPECT_EQ(after_power_loss({.sector_size = 4, .safe_append = true}, "abcdefgh", append),
            (std::set<std::string>{"abcdefgh", "abcdefghIJKL", "abcdefghIJKLMNOP"}));
}

TEST(DiskFile, WithoutPowersafeOverwriteATornWriteSpoilsItsSector) {
  const auto one_byte = [](DiskFile& file) { write(file, 5, "X"); };
  EXPECT_EQ(after_power_loss({.sector_size = 4}, "abcdefgh", one_byte),
            (std::set<std::string>{"abcdefgh", "abcdeXgh", "abcde#gh"}));
  EXPECT_EQ(
      after_power_loss({.sector_size = 4, .powersafe_overwrite = false}, "abcdefgh", one_byte),
      (std::set<std::string>{"abcdefgh", "abcdeXgh", "abcd####"}));
}

TEST(DiskFile, AFileWhoseNameWasNeverSyncedMayBeGone) {
  DiskFile file("f");
  EXPECT_EQ(unsynced(file, {}).size(), 1U);
  EXPECT_FALSE(file.lose_power({}, std::vector{WriteOutcome::lost}));
}

struct Locks : testing::Test {
  DiskFile file{"f"};
  Opening a, b, c;
  void SetUp() override {
    for (Opening* opening : {&a, &b, &c}) file.add(*opening);
  }
};

TEST_F(Locks, ReadersShareAndOneWriterMayPrepare) {
  EXPECT_TRUE(file.try_lock(a, LockLevel::shared));
  EXPECT_TRUE(file.try_lock(b, LockLevel::shared));
  EXPECT_TRUE(file.try_lock(a, LockLevel::reserved));
  EXPECT_TRUE(file.is_reserved());
  EXPECT_FALSE(file.try_lock(b, LockLevel::reserved));
  EXPECT_TRUE(file.try_lock(c, LockLevel::shared)) << "a reserved lock lets readers in";
}

TEST_F(Locks, AWriterThatWaitsKeepsNewReadersOut) {
  ASSERT_TRUE(file.try_lock(a, LockLevel::shared));
  ASSERT_TRUE(file.try_lock(b, LockLevel::shared));
  EXPECT_FALSE(file.try_lock(a, LockLevel::exclusive));
  EXPECT_EQ(a.level, LockLevel::pending);
  EXPECT_FALSE(file.try_lock(c, LockLevel::shared));
  file.unlock(b, LockLevel::none);
  EXPECT_TRUE(file.try_lock(a, LockLevel::exclusive));
  file.unlock(a, LockLevel::none);
  EXPECT_TRUE(file.try_lock(c, LockLevel::shared));
}

TEST_F(Locks, WhoUndoesAJournalIsNotTakenForAWriter) {
  ASSERT_TRUE(file.try_lock(a, LockLevel::shared));
  ASSERT_TRUE(file.try_lock(b, LockLevel::shared));
  EXPECT_FALSE(file.try_lock(a, LockLevel::exclusive));
  EXPECT_FALSE(file.is_reserved());
  file.unlock(a, LockLevel::none);
  file.unlock(b, LockLevel::none);
  ASSERT_TRUE(file.try_lock(a, LockLevel::exclusive));
  EXPECT_FALSE(file.is_reserved());
  file.unlock(a, LockLevel::shared);
  ASSERT_TRUE(file.try_lock(a, LockLevel::reserved));
  ASSERT_TRUE(file.try_lock(a, LockLevel::exclusive));
  EXPECT_TRUE(file.is_reserved());
  file.unlock(a, LockLevel::shared);
  EXPECT_FALSE(file.is_reserved());
}

TEST_F(Locks, SlotsAreSharedOrExclusiveAndAllOrNone) {
  EXPECT_TRUE(file.try_lock_slots(a, 0b0011, DiskFile::SlotMode::shared));
  EXPECT_TRUE(file.try_lock_slots(b, 0b0001, DiskFile::SlotMode::shared));
  EXPECT_FALSE(file.try_lock_slots(c, 0b0110, DiskFile::SlotMode::exclusive));
  EXPECT_TRUE(file.try_lock_slots(c, 0b0100, DiskFile::SlotMode::exclusive));
  EXPECT_FALSE(file.try_lock_slots(b, 0b0100, DiskFile::SlotMode::shared));
  file.unlock_slots(a, 0b0010);
  EXPECT_TRUE(file.try_lock_slots(c, 0b0010, DiskFile::SlotMode::exclusive));
}

TEST_F(Locks, WhoGoesGivesUpItsLocksAndTheLastTakesTheMemoryWithIt) {
  ASSERT_TRUE(file.try_lock(a, LockLevel::exclusive));
  ASSERT_TRUE(file.try_lock_slots(a, 1, DiskFile::SlotMode::exclusive));
  file.map(a).region(0, 8)[0] = std::byte{7};
  file.map(b);
  a.memory.reset();
  file.remove(a);
  EXPECT_TRUE(file.try_lock(b, LockLevel::shared));
  EXPECT_TRUE(file.try_lock_slots(b, 1, DiskFile::SlotMode::exclusive));
  EXPECT_EQ(file.map(b).region(0, 8)[0], std::byte{7}) << "another one still has it mapped";
  b.memory.reset();
  file.remove(b);
  EXPECT_EQ(file.map(c).region(0, 8)[0], std::byte{0});
}

}  // namespace
}  // namespace leasecheck::sim
