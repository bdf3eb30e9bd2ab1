// That searching only some instants finds what searching every millisecond finds.
#include "model/system/instants.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "model/system/explore.hpp"
#include "tests/model/spec/property.hpp"

namespace leasecheck::system {
namespace {

Options world_of(Duration unit) {
  const auto units = [unit](int least, int beyond) {
    return unit * *rc::gen::inRange(least, beyond);
  };
  Options world;
  world.messages = 0;
  world.ttl = units(1, 3);
  world.grace = units(0, 3);
  world.heartbeat_period = units(0, 2);
  world.timeout = units(0, 3);
  world.backoff = units(1, 3);
  world.retries = *rc::gen::inRange(0U, 2U);
  world.effects = false;
  world.skew = units(0, 4) + Duration{*rc::gen::inRange(0, 4)};
  world.waits = Waits::next;
  return world;
}

// A search that shows a violation ends with its level, and how many steps of waiting that is
// depends on the instants: which premises it has reached by then says nothing.
std::vector<check::Verdict> verdicts(const Options& world) {
  const auto explored = explore(world, {.symmetry = true});
  std::vector<check::Verdict> verdicts;
  for (const Finding& finding : explored->findings) {
    const bool is_claim = finding.kind != check::Kind::sometimes;
    const bool is_whole = explored->verdict == check::Verdict::held;
    if (is_claim || is_whole) verdicts.push_back(finding.verdict);
  }
  return verdicts;
}

// With a unit of 7 ms the instants are a part of all milliseconds; every property, premises
// included, has the same verdict on both.
TEST(Instants, LoseNothingAgainstEveryMillisecond) {
  tests::check_property(
      [] {
        Options world = world_of(Duration{7});
        const auto some = verdicts(world);
        world.every_millisecond = true;
        RC_ASSERT(some == verdicts(world));
      },
      100);
}

TEST(Instants, GainNothingByMoreSlack) {
  tests::check_property(
      [] {
        Options world = world_of(Duration{100});
        const auto some = verdicts(world);
        world.slack = 3;
        RC_ASSERT(some == verdicts(world));
      },
      100);
}

TEST(Instants, OfRoundDurationsAreFew) {
  Options world;
  world.ttl = Duration{30'000};
  world.grace = Duration{5'000};
  world.heartbeat_period = Duration{10'000};
  EXPECT_EQ(Instants(world).phases(), 3U);  // one before, on it, one after
  world.skew = Duration{5'001};
  EXPECT_EQ(Instants(world).phases(), 5U);
  world.every_millisecond = true;
  EXPECT_EQ(Instants(world).phases(), 1U);
}

TEST(Instants, ComeBackToTheirPhaseAfterOnePeriod) {
  Options world;
  world.ttl = Duration{30};
  world.grace = Duration{20};
  world.heartbeat_period = Duration{10};
  world.skew = Duration{3};
  const Instants instants(world);
  unsigned phase = 0;
  std::int32_t passed = 0;
  do {
    const std::int32_t wait = instants.wait_after(phase);
    EXPECT_GT(wait, 0);
    EXPECT_EQ(instants.after(phase, wait), instants.next(phase));
    passed += wait;
    phase = instants.next(phase);
  } while (phase != 0);
  EXPECT_EQ(passed, 10);
}

}  // namespace
}  // namespace leasecheck::system
