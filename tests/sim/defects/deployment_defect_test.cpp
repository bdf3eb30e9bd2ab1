// Workers and reapers that break their side of the contract are found, around a correct repository.
#include <gtest/gtest.h>

#include "sim/defects/deployment/deployment_mutants.hpp"
#include "tests/sim/plan_options.hpp"
#include "tests/sim/subjects.hpp"

namespace leasecheck::mutants {
namespace {

class Deployment : public ::testing::TestWithParam<DeploymentMutant> {};

// Of plain values: what workers and reapers do wrong does not depend on them, and crowds take long.
TEST_P(Deployment, IsFoundByThePropertyItNames) {
  constexpr std::uint64_t seeds = 600;
  const sim::PlanOptions plain = sim::testing::with_odd({});
  std::string found;
  for (std::uint64_t seed = 1; seed <= seeds && found.empty(); ++seed) {
    sim::Plan plan = sim::draw_plan(seed, plain);
    sim::Actors actors;
    GetParam().plant(plan, actors);
    const auto subject = sim::testing::make_memory();
    found = sim::simulate(plan, *subject, {}, actors).verdict.property;
  }
  EXPECT_EQ(found, GetParam().property);
}

INSTANTIATE_TEST_SUITE_P(Simulator, Deployment, ::testing::ValuesIn(deployment_mutants()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace leasecheck::mutants
