#include "sim/world/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

#include "sim/values/values.hpp"
#include "tests/sim/plan_options.hpp"

namespace leasecheck::sim {
namespace {

using model::Duration;
using testing::with_odd;

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
  for (const FaultInfo& kind : fault_kinds()) {
    std::uint64_t off = 0;
    for (std::uint64_t seed = 1; seed <= plans; ++seed) {
      if (describe(draw_plan(seed, {})).at(std::string(kind.option)) == 0) ++off;
    }
    EXPECT_GT(off, plans / 10) << kind.name;
    EXPECT_LT(off, plans * 9 / 10) << kind.name;
  }
}

TEST(Faults, EachKindHasAnEntryAndAFieldOfItsOwn) {
  std::size_t entries = 0;
  std::set<std::string_view> options;
  for (const FaultInfo& kind : fault_kinds()) {
    EXPECT_EQ(static_cast<std::size_t>(kind.kind), entries++) << kind.name;
    EXPECT_EQ(&info_of(kind.kind), &kind);
    EXPECT_TRUE(options.insert(kind.option).second) << kind.option;
  }
  EXPECT_EQ(entries, static_cast<std::size_t>(FaultKind::process_stopped) + 1);
}

/// Converts to whatever a member of an aggregate is.
struct Anything {
  template <typename Member>
  operator Member() const;
};

template <typename Aggregate, typename... Members>
consteval std::size_t members_of() {
  if constexpr (requires { Aggregate{Members{}..., Anything{}}; }) {
    return members_of<Aggregate, Members..., Anything>();
  } else {
    return sizeof...(Members);
  }
}

// A field that is added to the plan and not printed makes the counts differ.
TEST(Plan, PrintsEveryOptionThatItDrew) {
  constexpr std::size_t of_a_clock = members_of<model::ClockError>();
  // The seed, the faults, what is odd and the names that follow from it, three of clocks, a
  // workload that none of these has, and three of the deployment, which heads have apart.
  constexpr std::size_t not_options_themselves = 8 + members_of<model::Deployment>();
  constexpr std::size_t of_faults = members_of<NetworkFaults>() + members_of<WorkerFaults>() +
                                    members_of<ClockFaults>() + members_of<ReaperFaults>() +
                                    members_of<ClientFaults>() + members_of<DiskFaults>();
  static_assert(members_of<Faults>() == 6);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Plan plan = draw_plan(seed, {});
    const std::size_t clocks = 1 + plan.worker_clocks.size() + plan.reaper_clocks.size();
    EXPECT_EQ(describe(plan).size(), members_of<Plan>() - not_options_themselves + of_faults +
                                         plan.odd.size() + clocks * of_a_clock);
  }
}

TEST(Plan, PrintsEachDimensionThatIsOdd) {
  const PlanOptions options = with_odd({values::Dimension::id_blanks});
  const Plan plan = draw_plan(1, options);
  EXPECT_EQ(describe(plan).at("odd_id_blanks"), 1);
  EXPECT_FALSE(describe(plan).contains("odd_epoch"));
  EXPECT_TRUE(plan.names.are_odd());
}

// Else it would show nothing.
TEST(Plan, AnOddEpochIsAtAnInstantWithinTheRun) {
  const PlanOptions options = with_odd({values::Dimension::epoch});
  std::set<model::Time> met;
  for (std::uint64_t seed = 1; seed <= plans; ++seed) {
    const Plan plan = draw_plan(seed, options);
    bool is_within = false;
    for (const model::Time instant : values::epochs()) {
      if (plan.epoch > instant || instant > plan.epoch + plan.duration) continue;
      met.insert(instant);
      is_within = true;
    }
    EXPECT_TRUE(is_within) << "seed " << seed;
  }
  EXPECT_EQ(met.size(), values::epochs().size());
}

TEST(Plan, WhatIsOddLeavesTheOtherDrawsAlone) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    auto odd = describe(draw_plan(seed, {}));
    std::erase_if(odd, [](const auto& option) { return option.first.starts_with("odd_"); });
    EXPECT_EQ(odd, describe(draw_plan(seed, with_odd({}))));
  }
}

TEST(Plan, PrintsEachClockUnderItsOwner) {
  Plan plan;
  plan.worker_clocks = {{.offset = Duration{1}, .drift_ppm = 2},
                        {.offset = Duration{3}, .drift_ppm = 4}};
  plan.reaper_clocks = {{.offset = Duration{5}, .drift_ppm = 6}};
  const auto options = describe(plan);
  EXPECT_EQ(options.at("worker_1_offset"), 1);
  EXPECT_EQ(options.at("worker_2_offset"), 3);
  EXPECT_EQ(options.at("worker_2_drift_ppm"), 4);
  EXPECT_EQ(options.at("reaper_1_offset"), 5);
  EXPECT_EQ(options.at("reaper_1_drift_ppm"), 6);
}

// Rule 20, worked out by hand for each grace window and each least backoff that a plan can have: a
// worker may be behind the reaper by the grace window and a millisecond, and behind the
// repository by the backoff, which is 1 ms at least; both must hold.
constexpr auto margins = std::to_array<std::array<std::int64_t, 3>>({
    // grace, least backoff, margin
    {0, 0, 1},          {0, 1, 1},        {0, 500, 1},  {0, 5000, 1},     {1, 0, 1},
    {1, 1, 1},          {1, 500, 2},      {1, 5000, 2}, {100, 0, 1},      {100, 1, 1},
    {100, 500, 101},    {100, 5000, 101}, {1000, 0, 1}, {1000, 1, 1},     {1000, 500, 500},
    {1000, 5000, 1001}, {5000, 0, 1},     {5000, 1, 1}, {5000, 500, 500}, {5000, 5000, 5000},
});

Duration margin_of(const Plan& plan) {
  for (const auto& [grace, backoff, margin] : margins) {
    if (plan.grace.count() == grace && plan.least_backoff.count() == backoff) {
      return Duration{margin};
    }
  }
  ADD_FAILURE() << "no margin for grace " << plan.grace.count() << " and backoff "
                << plan.least_backoff.count();
  return Duration{0};
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
    const Duration margin = margin_of(plan);
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
