#include "model/graph/walk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace leasecheck::tests {
namespace {

using graph::Effect;
using graph::WalkOptions;
using model::Duration;

TEST(Walk, HasThisManyStates) {
  // A changed count is a changed spec.
  const auto walk = graph::walk({});
  ASSERT_TRUE(walk) << walk.error();
  EXPECT_EQ(walk->states.size(), 272U);
  EXPECT_EQ(walk->transitions.size(), 7'072U);
  EXPECT_EQ(walk->depth, 10U);
}

TEST(Walk, OfIndependentAttemptsHasTheSquareOfTheStates) {
  WalkOptions options;
  options.specs.resize(1);
  const auto one = graph::walk(options);
  options.attempts = 2;
  const auto two = graph::walk(options);
  ASSERT_TRUE(one && two);
  EXPECT_EQ(two->states.size(), one->states.size() * one->states.size());
}

TEST(Walk, IsTheSameEveryTime) {
  const auto left = graph::walk({});
  const auto right = graph::walk({});
  ASSERT_TRUE(left && right);
  EXPECT_EQ(left->states, right->states);
  EXPECT_EQ(left->names, right->names);
}

TEST(Walk, NamesEveryStateOnce) {
  const auto walk = graph::walk({});
  ASSERT_TRUE(walk);
  EXPECT_EQ(std::set(walk->names.begin(), walk->names.end()).size(), walk->states.size());
  EXPECT_EQ(walk->names[0], "empty");
  EXPECT_EQ(
      std::ranges::count(walk->names, "a1 leased spec 2 no 1 deliveries 0 started 0 w1 until 2"),
      1);
}

TEST(Walk, TakesEveryActionInEveryState) {
  // 4 enqueues, a heartbeat, 7 by each of two workers, cancel, replay, reap, timeout tick, two
  // prunes, time.
  const auto walk = graph::walk({});
  ASSERT_TRUE(walk);
  std::vector<std::size_t> actions(walk->states.size());
  for (const auto& step : walk->transitions) ++actions[step.from];
  EXPECT_EQ(std::set(actions.begin(), actions.end()), std::set<std::size_t>{26});
}

TEST(Walk, StaysWhereAnActionIsRefusedOrDoesNothing) {
  const auto walk = graph::walk({});
  ASSERT_TRUE(walk);
  std::set<std::string_view> refusals;
  for (const auto& step : walk->transitions) {
    if (step.effect == Effect::refused) refusals.insert(step.guard);
    if (step.effect != Effect::changed && step.op != graph::time_passes) {
      ASSERT_EQ(step.from, step.to) << step.op;
    }
  }
  EXPECT_EQ(refusals, (std::set<std::string_view>{"already_exists", "not_dispatchable", "not_found",
                                                  "stale_lease"}));
}

TEST(Walk, TellsApartWhatOneReapDoesToSeveralAttempts) {
  WalkOptions options;
  options.attempts = 2;
  options.workers = 1;
  options.specs = {graph::life_cycle_specs()[2]};
  const auto walk = graph::walk(options);
  ASSERT_TRUE(walk) << walk.error();
  const auto exhausts = [](const graph::Transition& step) {
    return step.guard == "deliveries exhausted" && step.attempt == 0;
  };
  const bool found = std::ranges::any_of(walk->transitions, [&](const graph::Transition& step) {
    return step.guard == "deliveries left" && step.attempt == 1 &&
           std::ranges::any_of(walk->transitions, [&](const graph::Transition& other) {
             return exhausts(other) && other.from == step.from && other.to == step.to;
           });
  });
  EXPECT_TRUE(found);
}

TEST(Walk, RefusesWhatItCannotWalk) {
  const auto complaint = [](const WalkOptions& options) { return graph::walk(options).error(); };
  EXPECT_EQ(complaint({.attempts = 0}), "a walk has 1 to 9 attempts, not 0");
  EXPECT_EQ(complaint({.attempts = 10}), "a walk has 1 to 9 attempts, not 10");
  EXPECT_EQ(complaint({.workers = 0}), "a walk has 1 to 9 workers, not 0");
  const std::string times = "a walk needs a ttl of at least 1 ms and a grace window of at least 0";
  EXPECT_EQ(complaint({.ttl = Duration{0}}), times);
  EXPECT_EQ(complaint({.grace = Duration{-1}}), times);
  WalkOptions delayed;
  delayed.specs[0].not_before = model::at_ms(1);
  EXPECT_EQ(complaint(delayed), "a walk cannot have attempts with not_before");
  WalkOptions invalid;
  invalid.specs[0].timeout = Duration{0};
  EXPECT_EQ(complaint(invalid), "a walk cannot have attempts with an invalid spec");
}

TEST(Walk, EndsAtItsBound) {
  EXPECT_EQ(graph::walk({.most_states = 271}).error(),
            "more than 271 states; walk fewer attempts, workers or specs");
  EXPECT_TRUE(graph::walk({.most_states = 272}));
  EXPECT_FALSE(graph::walk({.ttl = Duration::max(), .most_states = 1'000}));
}

}  // namespace
}  // namespace leasecheck::tests
