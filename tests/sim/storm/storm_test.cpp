#include "sim/storm.hpp"

#include <gtest/gtest.h>

#include "tests/mutants/sqlite/sqlite_mutants.hpp"

namespace leasecheck::sim {
namespace {

TEST(Storm, HoldsOnSqliteWhateverFails) {
  StormTally tally;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const StormResult result = run_storm(seed, {}, lease::open_sqlite_repository);
    EXPECT_EQ(result.result, traces::Result::held)
        << "seed " << seed << ": " << result.property << ": " << result.message;
    tally.add(result.tally);
  }
  for (const char* fault : {"kill", "power_loss", "io_error", "disk_full", "slow_call"}) {
    EXPECT_GT(tally.faults[fault], 10U) << fault << " must happen for this to say anything";
  }
  for (const char* outcome :
       {"ok", "unknown", "unavailable", "stale_lease", "not_dispatchable", "not_found"}) {
    EXPECT_GT(tally.outcomes[outcome], 10U) << outcome;
  }
  EXPECT_EQ(tally.outcomes["corrupt"], 0U);
}

TEST(Storm, TheSameSeedIsTheSameRun) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const StormResult one = run_storm(seed, {}, lease::open_sqlite_repository);
    const StormResult two = run_storm(seed, {}, lease::open_sqlite_repository);
    EXPECT_EQ(one.digest, two.digest) << "seed " << seed;
    EXPECT_EQ(one.tally.points, two.tally.points) << "seed " << seed;
    EXPECT_NE(one.digest, run_storm(seed + 1, {}, lease::open_sqlite_repository).digest);
  }
}

class PlantedDefect : public testing::TestWithParam<const mutants::SqliteMutant*> {};

TEST_P(PlantedDefect, IsFoundBySomeSeed) {
  const mutants::SqliteMutant& mutant = *GetParam();
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const StormResult result = run_storm(seed, {}, mutant.open);
    if (result.result != traces::Result::violated) continue;
    EXPECT_EQ(run_storm(seed, {}, mutant.open).digest, result.digest) << "and again";
    EXPECT_EQ(run_storm(seed, {}, lease::open_sqlite_repository).result, traces::Result::held);
    return;
  }
  ADD_FAILURE() << mutant.what;
}

// Being refused although nobody is in the way is seen by `interleave` alone: here `unavailable` may
// always be the disk's fault.
std::vector<const mutants::SqliteMutant*> defects() {
  std::vector<const mutants::SqliteMutant*> all;
  for (const mutants::SqliteMutant& mutant : mutants::sqlite_mutants()) {
    if (mutant.property != "available") all.push_back(&mutant);
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Storm, PlantedDefect, testing::ValuesIn(defects()),
                         [](const auto& info) { return std::string(info.param->name); });

}  // namespace
}  // namespace leasecheck::sim
