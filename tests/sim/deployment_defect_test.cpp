// Workers and reapers that break their side of the contract are found, whatever the repository.
#include <gtest/gtest.h>

#include "tests/sim/subjects.hpp"

namespace leasecheck::sim {
namespace {

struct Planted {
  DeploymentDefect defect;
  std::string_view property;
};

class Deployment : public ::testing::TestWithParam<Planted> {};

TEST_P(Deployment, IsFoundByItsProperty) {
  constexpr std::uint64_t seeds = 300;
  std::string found;
  for (std::uint64_t seed = 1; seed <= seeds && found.empty(); ++seed) {
    Plan plan = draw_plan(seed, {});
    plan.defect = GetParam().defect;
    const auto subject = testing::make_memory();
    found = simulate(plan, *subject).verdict.property;
  }
  EXPECT_EQ(found, GetParam().property);
}

INSTANTIATE_TEST_SUITE_P(
    Defects, Deployment,
    ::testing::Values(Planted{DeploymentDefect::reaper_forgets_grace, "requeue_after_grace"},
                      Planted{DeploymentDefect::reaper_clock_jumps, "no_double_belief"},
                      Planted{DeploymentDefect::reaper_acts_on_old_sight, "no_double_belief"},
                      Planted{DeploymentDefect::worker_clock_lags, "no_double_belief"},
                      Planted{DeploymentDefect::worker_reaps_itself, "requeue_after_grace"}));

}  // namespace
}  // namespace leasecheck::sim
