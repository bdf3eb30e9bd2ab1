// Reachable states, transitions and depth of several worlds. A changed count is a changed model.
#include <gtest/gtest.h>

#include "model/system/explore.hpp"

namespace leasecheck::system {
namespace {

struct Pinned {
  const char* name;
  Options (*world)();
  std::uint64_t states;
  std::uint64_t transitions;
  std::uint64_t depth;
};

Options least() {
  Options world;
  world.messages = 0;
  return world;
}
Options asynchronous() {
  return {};
}
Options three_workers() {
  Options world = least();
  world.workers = 3;
  return world;
}
Options two_attempts() {
  Options world = least();
  world.attempts = 2;
  world.heartbeat_period = Duration{0};
  return world;
}
Options all_policies() {
  Options world = least();
  world.timeout = Duration{2};
  world.retries = 1;
  world.max_deliveries = 2;
  return world;
}
Options skewed_within_the_margin() {
  Options world = least();
  world.skew = Duration{2};
  world.reapers = {Duration{0}, Duration{0}};
  return world;
}
Options with_progress() {
  Options world;
  world.calm = true;
  world.faults.duplication = false;
  return world;
}
Options in_real_durations() {
  Options world = least();
  world.ttl = Duration{30'000};
  world.grace = Duration{5'000};
  world.heartbeat_period = Duration{10'000};
  world.skew = Duration{5'001};
  world.waits = Waits::next;
  return world;
}

const Pinned pinned[] = {
    {"least", least, 210, 1'636, 12},
    {"asynchronous", asynchronous, 16'953, 158'592, 26},
    {"three_workers", three_workers, 1'594, 17'256, 15},
    {"two_attempts", two_attempts, 3'598, 29'310, 16},
    {"all_policies", all_policies, 738, 6'944, 12},
    {"skewed_within_the_margin", skewed_within_the_margin, 880, 7'716, 12},
    {"with_progress", with_progress, 33'906, 237'129, 27},
    {"in_real_durations", in_real_durations, 20'600, 137'952, 130},
};

class SystemCounts : public testing::TestWithParam<Pinned> {};

TEST_P(SystemCounts, AreThoseOfTheModel) {
  const auto explored = explore(GetParam().world(), {});
  ASSERT_TRUE(explored) << explored.error();
  EXPECT_EQ(explored->states, GetParam().states);
  EXPECT_EQ(explored->transitions, GetParam().transitions);
  EXPECT_EQ(explored->depth, GetParam().depth);
}

// Rules 19 to 24 hold, and no premise goes unreached. The states that symmetry leaves out are those
// that it says it stands for, which checks both ways of counting.
TEST_P(SystemCounts, ComeWithEveryVerdictHeldAndAreThoseThatSymmetryStandsFor) {
  const auto explored = explore(GetParam().world(), {.jobs = 2, .symmetry = true},
                                {.graph = std::nullopt, .reduction = true});
  ASSERT_TRUE(explored) << explored.error();
  EXPECT_LT(explored->states, GetParam().states);
  EXPECT_EQ(explored->reduction->represented, GetParam().states);
  EXPECT_EQ(explored->verdict, check::Verdict::held);
  for (const Finding& finding : explored->findings) {
    EXPECT_EQ(finding.verdict, check::Verdict::held) << finding.property;
  }
}

INSTANTIATE_TEST_SUITE_P(All, SystemCounts, testing::ValuesIn(pinned),
                         [](const auto& pinned) { return std::string(pinned.param.name); });

}  // namespace
}  // namespace leasecheck::system
