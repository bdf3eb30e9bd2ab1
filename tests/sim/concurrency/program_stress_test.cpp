// Processes of a program that do everything at once.
#include "sim/concurrency/program_stress.hpp"

#include <gtest/gtest.h>

#include "tests/sim/concurrency/shared_subject.hpp"

namespace leasecheck::sim {
namespace {

using testing::shared_subject;

ProgramStressResult stress(const std::string& arguments, std::uint64_t seed) {
  const auto started = shared_subject(arguments, 4);
  return run_program_stress(seed, {}, *started.programs);
}

std::size_t first_seed_that_fails(const std::string& arguments, std::uint64_t most) {
  for (std::uint64_t seed = 1; seed <= most; ++seed) {
    const ProgramStressResult result = stress(arguments, seed);
    if (result.verdict.result == traces::Result::held) continue;
    EXPECT_EQ(result.verdict.property, "linearizable") << result.verdict.message;
    return seed;
  }
  return 0;
}

TEST(ProgramStress, HoldsOnWhatTakesItsLock) {
  for (const char* arguments : {"", "--without-yields"}) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const ProgramStressResult result = stress(arguments, seed);
      EXPECT_EQ(result.verdict.result, traces::Result::held) << result.verdict.message;
      EXPECT_EQ(result.tally.operations, 40U * 4 * 3);
      EXPECT_GT(result.tally.at_once.at("ok"), 100U);
    }
  }
}

TEST(ProgramStress, FindsDefectsAtYieldPoints) {
  for (const char* defect : {"lost_update", "two_claims", "late_check"}) {
    EXPECT_NE(first_seed_that_fails(std::string("--defect ") + defect, 20), 0U) << defect;
  }
}

// However the machine runs the processes: one of these seeds shows it, with near certainty.
TEST(ProgramStress, FindsALostUpdateWithoutYieldPoints) {
  EXPECT_NE(first_seed_that_fails("--without-yields --defect lost_update", 30), 0U);
}

TEST(ProgramStress, OfAProgramThatYieldsIsTheSameEachTime) {
  const ProgramStressResult one = stress("--defect two_claims", 3);
  const ProgramStressResult two = stress("--defect two_claims", 3);
  EXPECT_EQ(one.verdict, two.verdict);
  EXPECT_EQ(one.tally.operations, two.tally.operations);
  EXPECT_EQ(one.tally.at_once, two.tally.at_once);
  EXPECT_EQ(one.digests, two.digests);
}

TEST(ProgramStress, ShowsWhereAProgramThatYieldsWentAnotherWay) {
  const ProgramStressResult held = stress("", 1);
  ASSERT_EQ(held.digests.size(), 40U) << held.verdict.message;
  EXPECT_NE(held.digests, stress("--misbehave yields_by_chance", 1).digests);
  EXPECT_NE(held.digests, stress("", 2).digests);
}

}  // namespace
}  // namespace leasecheck::sim
