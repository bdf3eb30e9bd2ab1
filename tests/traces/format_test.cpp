#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/golden.hpp"
#include "tests/traces/samples.hpp"
#include "traces/printable.hpp"
#include "traces/reader.hpp"
#include "traces/writer.hpp"

namespace leasecheck::tests {
namespace {

TEST(Format, IsTheSameBytesForTheSameTrace) {
  expect_golden("trace.jsonl", traces::to_text(full_trace()));
}

TEST(Format, BringsBackAWholeTrace) {
  for (const auto& trace : {full_trace(), short_trace(), traces::Trace{}}) {
    const auto read = traces::read_text(traces::to_text(trace), "text");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, trace);
  }
}

// A message is for people alone.
TEST(Format, BringsBackHostileTextAnywhereAndShowsItInMessages) {
  traces::Trace trace = short_trace();
  trace.head.origin = trace.head.backend = not_utf8;
  std::get<traces::Call>(trace.steps[1].what).actor = not_utf8;
  trace.steps.push_back({4, {}, model::RequestLost{not_utf8, not_utf8}});
  trace.verdict = {traces::Result::broken, "", not_utf8, 0};
  const auto read = traces::read_text(traces::to_text(trace), "text");
  ASSERT_TRUE(read) << read.error().message;
  trace.verdict.message = traces::printable(not_utf8);
  EXPECT_EQ(*read, trace);
}

TEST(Format, WritesTheDeploymentAmongTheOptionsAndReadsItApart) {
  traces::Trace trace = short_trace();
  trace.head.config = {{"duration", 9}, {"ttl", 7}};
  trace.head.deployment = model::Deployment{
      .epoch = model::at_ms(3), .grace = model::Duration{5}, .skew_within_margin = false};
  const std::string text = traces::to_text(trace);
  EXPECT_NE(
      text.find(R"("config":{"duration":9,"epoch":3,"grace":5,"skew_within_margin":0,"ttl":7})"),
      std::string::npos)
      << text;
  const auto read = traces::read_text(text, "text");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, trace);
}

TEST(Format, IsAsTheReadmeShows) {
  std::ifstream in(LEASECHECK_ROOT "/traces/README.md");
  const std::string readme{std::istreambuf_iterator<char>(in), {}};
  const auto begin = readme.find("```json\n") + 8;
  const std::string example = readme.substr(begin, readme.find("```", begin) - begin);
  const auto trace = traces::read_text(example, "README.md");
  ASSERT_TRUE(trace) << trace.error().message;
  EXPECT_EQ(traces::to_text(*trace), example);
}

TEST(Format, HasAWordForEveryResult) {
  EXPECT_EQ(word(traces::Result::held), "held");
  EXPECT_EQ(word(traces::Result::inconclusive), "inconclusive");
  EXPECT_EQ(word(traces::Result::violated), "violated");
  EXPECT_EQ(word(traces::Result::broken), "broken");
}

}  // namespace
}  // namespace leasecheck::tests
