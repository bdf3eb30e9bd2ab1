// Every recorded failure: violated on the defect in which it was found, by the property and at the
// step that it records; held on the real backends.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "properties/property.hpp"
#include "sim/replay.hpp"
#include "tests/sim/subjects.hpp"
#include "traces/reader.hpp"

namespace leasecheck::sim {
namespace {

std::vector<std::string> corpus() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(LEASECHECK_CORPUS)) {
    files.push_back(entry.path().stem().string());
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

TEST(CorpusFolder, HoldsAtLeastTenRecordedFailures) {
  EXPECT_GE(corpus().size(), 10U);
}

}  // namespace
}  // namespace leasecheck::sim
