#include "traces/writer.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/traces/samples.hpp"
#include "traces/reader.hpp"

namespace leasecheck::tests {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A fresh directory for each test, named after it.
class Writer : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "writer_test_" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(directory_);
    fs::create_directory(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  [[nodiscard]] fs::path file() const { return directory_ / "trace.jsonl"; }
  [[nodiscard]] fs::path part() const { return directory_ / "trace.jsonl.part"; }

  fs::path directory_;
};

TEST_F(Writer, WritesWhatToTextSays) {
  const traces::Trace trace = full_trace();
  auto writer = traces::Writer::open(file(), trace.head);
  ASSERT_TRUE(writer) << writer.error();
  for (const auto& step : trace.steps) ASSERT_TRUE(writer->write(step));
  EXPECT_FALSE(fs::exists(file()));
  ASSERT_TRUE(writer->finish(trace.verdict));
  EXPECT_EQ(contents(file()), traces::to_text(trace));
  EXPECT_FALSE(fs::exists(part()));
}

TEST_F(Writer, HasWrittenACallBeforeItReturns) {
  const traces::Trace trace = short_trace();
  auto writer = traces::Writer::open(file(), trace.head);
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->write(trace.steps[0]));
  ASSERT_TRUE(writer->write(trace.steps[1]));
  EXPECT_TRUE(contents(part()).ends_with(
      R"("op":"cancel_attempt","now":2,"args":{"attempt_id":"a1"},"phase":"call"})"
      "\n"));
}

TEST_F(Writer, LeavesItsPartWhenTheRunIsCutShort) {
  { ASSERT_TRUE(traces::Writer::open(file(), short_trace().head)); }
  EXPECT_FALSE(fs::exists(file()));
  const auto cut_short = traces::read_file(part());
  ASSERT_TRUE(cut_short);
  EXPECT_EQ(cut_short->verdict.result, traces::Result::broken);
  EXPECT_TRUE(traces::Writer::open(file(), short_trace().head)) << "over a part that is left";
}

TEST_F(Writer, SaysWhyItCannotCreateAFile) {
  const auto missing = traces::Writer::open(directory_ / "none" / "t.jsonl", {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error(), "cannot create " + (directory_ / "none/t.jsonl.part").string() +
                                 ": No such file or directory");
  std::ofstream(directory_ / "plain") << "text";
  const auto inside_a_file = traces::Writer::open(directory_ / "plain" / "t.jsonl", {});
  ASSERT_FALSE(inside_a_file);
  EXPECT_TRUE(inside_a_file.error().ends_with(": Not a directory")) << inside_a_file.error();
}

TEST_F(Writer, LeavesNothingOnAFullDisk) {
  fs::create_symlink("/dev/full", part());
  const auto writer = traces::Writer::open(file(), short_trace().head);
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error(), "cannot write " + part().string() + ": No space left on device");
  EXPECT_TRUE(fs::is_empty(directory_));
}

TEST_F(Writer, LeavesNothingWhenTheNameIsTaken) {
  fs::create_directory(file());
  auto writer = traces::Writer::open(file(), short_trace().head);
  ASSERT_TRUE(writer);
  const auto finished = writer->finish({});
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error(), "cannot rename " + part().string() + ": Is a directory");
  EXPECT_FALSE(fs::exists(part()));
}

TEST_F(Writer, AbortsOnAStepOutOfStep) {
  auto writer = traces::Writer::open(file(), short_trace().head);
  ASSERT_TRUE(writer);
  EXPECT_DEATH(static_cast<void>(writer->write(short_trace().steps[1])),
               "trace writer: expected step 1, was given step 2");
}

TEST_F(Writer, AbortsWhenWrittenToAfterItsEnd) {
  auto writer = traces::Writer::open(file(), short_trace().head);
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->finish({}));
  EXPECT_DEATH(static_cast<void>(writer->finish({})), "trace writer: written to after its end");
}

}  // namespace
}  // namespace leasecheck::tests
