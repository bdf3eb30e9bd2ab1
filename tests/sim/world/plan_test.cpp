#include "sim/world/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace leasecheck::sim {
namespace {

using model::Duration;

constexpr std::uint64_t plans = 500;

TEST(Plan, IsTheSameForTheSameSeed) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    EXPECT_EQ(describe(draw_plan(seed, {})), describe(draw_plan(seed, {})));
  }
}

TEST(Plan, KeepsWhatTheCallerFixed) {
  const PlanOptions options{
      .workers = 3, .attempts = 7, .duration = Duration{12'345}, .faults = std::nullopt};
  const Plan plan = draw_plan(9, options);
  EXPECT_EQ(plan.workers, 3U);
  EXPECT_EQ(plan.worker_clocks.size(), 3U);
  EXPECT_EQ(plan.attempts, 7U);
  EXPECT_EQ(plan.duration, Duration{12'345});
}

// Fixing one option must not reshuffle what else the seed draws.
TEST(Plan, FixingTheAttemptsLeavesTheOtherDrawsAlone) {
  auto with = describe(draw_plan(5, {.workers = {}, .attempts = 9, .duration = {}, .faults = {}}));
  auto without = describe(draw_plan(5, {}));
  with.erase("attempts");
  without.erase("attempts");
  EXPECT_EQ(with, without);
}

TEST(Plan, SwitchesEachKindOfFaultOffInSomeRunsAndOnInOthers) {
  for (const char* fault : {"fault_lose_request",
                            "fault_lose_reply",
                            "fault_duplicate_request",
                            "fault_delay_spike",
                            "fault_crash",
                            "fault_pause",
                            "fault_cut_requests",
                            "fault_cut_replies",
                            "fault_cut_both",
                            "fault_new_identity",
                            "fault_pause_beyond_ttl",
                            "fault_worker_clock_forwards",
                            "fault_worker_clock_backwards",
                            "fault_reaper_clock_forwards",
                            "fault_reaper_clock_backwards",
                            "fault_repository_clock_forwards",
                            "fault_repository_clock_backwards",
                            "fault_miss_heartbeat",
                            "fault_keep_expired",
                            "fault_miss_tick",
                            "fault_repeat_enqueue",
                            "fault_conflicting_enqueue",
                            "fault_cancel",
                            "fault_replay",
                            "fault_strange_call"}) {
    std::uint64_t off = 0;
    for (std::uint64_t seed = 1; seed <= plans; ++seed) {
      if (describe(draw_plan(seed, {})).at(fault) == 0) ++off;
    }
    EXPECT_GT(off, plans / 10) << fault;
    EXPECT_LT(off, plans * 9 / 10) << fault;
  }
}

// What rule 20 promises depends on the distance between any two clocks at any time of the run.
TEST(Plan, SkewIsWithinTheMarginWhereItSaysSo) {
  std::uint64_t beyond = 0;
  std::uint64_t on_the_margin = 0;
  for (std::uint64_t seed = 1; seed <= plans; ++seed) {
    const Plan plan = draw_plan(seed, {});
    if (!plan.skew_within_margin) {
      ++beyond;
      continue;
    }
    const Duration margin =
        std::min(plan.grace + Duration{1}, std::max(plan.least_backoff, Duration{1}));
    std::vector<model::ClockError> clocks = plan.worker_clocks;
    clocks.insert(clocks.end(), plan.reaper_clocks.begin(), plan.reaper_clocks.end());
    clocks.push_back(plan.repository_clock);
    for (const model::Time now : {plan.epoch, plan.epoch + plan.duration}) {
      const auto shows = [&](const model::ClockError& clock) {
        return model::shown_by(clock, now, plan.epoch);
      };
      const auto [least, most] = std::ranges::minmax_element(clocks, {}, shows);
      ASSERT_LE(shows(*most) - shows(*least), margin) << "seed " << seed;
      if (margin > Duration{1} && shows(*most) - shows(*least) >= margin - Duration{1}) {
        ++on_the_margin;
      }
    }
  }
  EXPECT_GT(beyond, 20U);
  EXPECT_GT(on_the_margin, 20U);
}

}  // namespace
}  // namespace leasecheck::sim
