// Every recorded failure: violated on the defect in which it was found, by the property and at the
// step that it records; held on the real backends.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "properties/property.hpp"
#include "sim/defects/storage/sqlite_mutants.hpp"
#include "sim/oracle/replay.hpp"
#include "sim/storage/disk_trace.hpp"
#include "tests/sim/subjects.hpp"
#include "traces/disk_trace.hpp"
#include "traces/reader.hpp"

namespace leasecheck::sim {
namespace {

std::vector<std::string> corpus() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(LEASECHECK_CORPUS)) {
    if (entry.is_regular_file()) files.push_back(entry.path().stem().string());
  }
  std::ranges::sort(files);
  return files;
}

class Corpus : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    auto read = traces::read_file(LEASECHECK_CORPUS "/" + GetParam() + ".jsonl");
    ASSERT_TRUE(read.has_value()) << read.error().message;
    trace_ = *std::move(read);
    ASSERT_TRUE(trace_.head.exhibit.has_value()) << "the head says nothing of what it shows";
  }

  traces::Trace trace_;
};

TEST_P(Corpus, IsViolatedOnTheDefectInWhichItWasFound) {
  const std::string& backend = trace_.head.backend;
  ASSERT_TRUE(backend.starts_with("mutant:")) << backend;
  const mutants::Mutant* mutant = mutants::find_mutant(backend.substr(7));
  ASSERT_NE(mutant, nullptr) << backend;
  EXPECT_EQ(trace_.head.exhibit->defect, mutant->defect);
  const auto subject = testing::make_subject(backend);
  const auto replayed = replay(trace_, *subject);
  ASSERT_TRUE(replayed.has_value()) << replayed.error();
  EXPECT_EQ(replayed->verdict.result, traces::Result::violated);
  EXPECT_EQ(replayed->verdict.property, trace_.head.exhibit->property);
  EXPECT_EQ(replayed->verdict.property, trace_.verdict.property);
  EXPECT_EQ(replayed->verdict.first_bad, trace_.verdict.first_bad);
  EXPECT_EQ(replayed->first_difference, 0U);
}

TEST_P(Corpus, HoldsOnMemory) {
  const auto subject = testing::make_memory();
  const auto replayed = replay(trace_, *subject);
  ASSERT_TRUE(replayed.has_value()) << replayed.error();
  EXPECT_EQ(replayed->verdict.result, traces::Result::held) << replayed->verdict.message;
}

TEST_P(Corpus, HoldsOnSqlite) {
  const auto subject = testing::make_subject("sqlite");
  const auto replayed = replay(trace_, *subject);
  ASSERT_TRUE(replayed.has_value()) << replayed.error();
  EXPECT_EQ(replayed->verdict.result, traces::Result::held) << replayed->verdict.message;
}

INSTANTIATE_TEST_SUITE_P(Recorded, Corpus, ::testing::ValuesIn(corpus()),
                         [](const auto& info) { return info.param; });

/// Failures that only several processes or a crash can show, one for each planted defect of
/// storage.
class StorageCorpus : public ::testing::TestWithParam<const mutants::SqliteMutant*> {
 protected:
  void SetUp() override {
    const std::string name(GetParam()->name);
    auto read = traces::read_file(LEASECHECK_CORPUS "/storage/" + name + ".jsonl");
    ASSERT_TRUE(read.has_value()) << read.error().message;
    trace_ = *std::move(read);
    ASSERT_TRUE(traces::is_disk_trace(trace_));
    ASSERT_TRUE(trace_.head.exhibit.has_value()) << "the head says nothing of what it shows";
    EXPECT_EQ(trace_.head.backend, "mutant:" + name);
    EXPECT_EQ(trace_.head.exhibit->defect, GetParam()->defect);
  }

  traces::Trace trace_;
};

TEST_P(StorageCorpus, IsViolatedOnTheDefectAsRecorded) {
  const auto verdict = replay_on_disk(trace_, GetParam()->open);
  ASSERT_TRUE(verdict.has_value()) << verdict.error();
  EXPECT_EQ(*verdict, trace_.verdict);
  EXPECT_EQ(verdict->property, GetParam()->property);
}

TEST_P(StorageCorpus, HoldsOnTheBackendThatShips) {
  const auto verdict = replay_on_disk(trace_, lease::open_sqlite_repository);
  ASSERT_TRUE(verdict.has_value()) << verdict.error();
  EXPECT_EQ(verdict->result, traces::Result::held) << verdict->message;
}

TEST_P(StorageCorpus, WithoutItsDiskEventIsNoTraceOfADisk) {
  std::erase_if(trace_.steps, [](const traces::Step& step) {
    return std::holds_alternative<traces::DiskEvent>(step.what);
  });
  EXPECT_FALSE(traces::is_disk_trace(trace_));
  EXPECT_FALSE(replay_on_disk(trace_, lease::open_sqlite_repository).has_value());
}

std::vector<const mutants::SqliteMutant*> storage_mutants() {
  std::vector<const mutants::SqliteMutant*> all;
  for (const mutants::SqliteMutant& mutant : mutants::sqlite_mutants()) {
    // What a stress test finds is done again by its seed.
    if (mutant.search != mutants::Search::stress) all.push_back(&mutant);
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Recorded, StorageCorpus, ::testing::ValuesIn(storage_mutants()),
                         [](const auto& info) { return std::string(info.param->name); });

TEST(CorpusFolder, HoldsAtLeastTenRecordedFailures) {
  EXPECT_GE(corpus().size(), 10U);
}

}  // namespace
}  // namespace leasecheck::sim
