// What an SQLite file records of calls that RapidCheck draws explains what it holds, and recording
// changes nothing that the contract promises.

#include <gtest/gtest.h>

#include "lease/sqlite.hpp"
#include "sim/kit/rapidcheck/run.hpp"
#include "sim/subject/subject.hpp"
#include "tests/support/replayed_operations.hpp"

namespace leasecheck::rapidcheck {
namespace {

TEST(RecordedOperations, OfDrawnCallsExplainWhatTheFileHolds) {
  std::set<std::string> recorded;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const tests::TemporaryDirectory directory;
    lease::SqliteOptions options;
    options.path = directory.path() / "queue.db";
    options.record_operations = lease::RecordOperations::yes;
    lease::AttemptRepository* repository = nullptr;
    const auto subject = sim::make_repository_subject("sqlite", [&](auto& clock, auto& ids) {
      auto opened = lease::open_sqlite_repository(options, clock, ids);
      if (opened) repository = opened->get();
      return opened;
    });
    ASSERT_TRUE(subject.has_value()) << subject.error().message;
    const sim::RunResult run = rapidcheck_run(seed, **subject);
    EXPECT_EQ(run.verdict.result, traces::Result::held) << run.verdict.message;
    const auto lines = tests::recorded_in(options);
    ASSERT_TRUE(lines.has_value()) << lines.error().message;
    tests::ReplayedOperations replayed(*lines);
    EXPECT_EQ(replayed.differences(), "") << "seed " << seed;
    EXPECT_EQ(replayed.snapshot(), repository->snapshot().value()) << "seed " << seed;
    for (const auto& line : tests::lines_in(*lines)) recorded.insert(line["op"]);
  }
  EXPECT_EQ(recorded.size(), 18U) << "every operation that can change something";
}

}  // namespace
}  // namespace leasecheck::rapidcheck
