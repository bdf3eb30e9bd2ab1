#include "model/graph/tour.hpp"

#include <gtest/gtest.h>

#include <set>

#include "leasecheck/spec/step.hpp"
#include "model/graph/bounded.hpp"

namespace leasecheck::graph {
namespace {

using Arcs = std::vector<TourArc>;

/// Whether the tour begins and ends at vertex 0, hangs together, and leaves nothing out.
void expect_covers(const Tour& tour, const Arcs& arcs) {
  std::uint32_t at = 0;
  for (const std::uint32_t arc : tour.arcs) {
    ASSERT_EQ(arcs[arc].from, at);
    at = arcs[arc].to;
  }
  EXPECT_EQ(at, 0U);
  EXPECT_EQ(std::set(tour.arcs.begin(), tour.arcs.end()).size(), arcs.size());
}

TEST(CoveringTour, OfABalancedGraphTakesEachArcOnce) {
  const Arcs arcs{{0, 1}, {1, 0}, {0, 0}, {1, 1}};
  const auto tour = covering_tour(2, arcs);
  ASSERT_TRUE(tour.has_value());
  expect_covers(*tour, arcs);
  EXPECT_EQ(tour->cost, 4U);
}

TEST(CoveringTour, RepeatsTheCheapestWayBack) {
  // Two ways from 0 to 1; back by one arc of cost 1, or by two that cost nothing.
  const Arcs arcs{{0, 1, 1}, {0, 1, 1}, {1, 0, 1}, {1, 2, 0}, {2, 0, 0}, {0, 1, 1}};
  const auto tour = covering_tour(3, arcs);
  ASSERT_TRUE(tour.has_value());
  expect_covers(*tour, arcs);
  // Four arcs of cost 1, and the free way back a second time.
  EXPECT_EQ(tour->cost, 4U);
  EXPECT_EQ(tour->arcs.size(), 8U);
}

TEST(CoveringTour, IsAsCheapAsCanBeOnAKnownGraph) {
  // A fan: from 0 to each of 1, 2, 3, and a line 3, 2, 1, 0 back. Each way out needs its way home:
  // 1 + 2 + 3 arcs of the line and 3 of the fan.
  const Arcs arcs{{0, 1}, {0, 2}, {0, 3}, {3, 2}, {2, 1}, {1, 0}};
  const auto tour = covering_tour(4, arcs);
  ASSERT_TRUE(tour.has_value());
  expect_covers(*tour, arcs);
  EXPECT_EQ(tour->cost, 9U);
}

TEST(CoveringTour, NeedsAWayBackFromEverywhere) {
  EXPECT_EQ(covering_tour(2, Arcs{{0, 1}}).error(),
            "no tour covers all: there are 2 parts with no way back between them");
}

TEST(ShortestPath, IsTheCheapestAndNotTheShortest) {
  const Arcs arcs{{0, 2, 5}, {0, 1, 1}, {1, 2, 1}};
  EXPECT_EQ(shortest_path(3, arcs, 0, 2), (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(shortest_path(3, arcs, 1, 1), std::vector<std::uint32_t>{});
  EXPECT_EQ(shortest_path(3, arcs, 2, 0).error(), "there is no way from 2 to 0");
}

TEST(BoundedWorld, HasEveryMoveInEveryState) {
  model::AttemptSpec spec;
  spec.timeout = model::Duration{1};
  const auto world = bounded_world({.workers = 1, .specs = {spec}, .offers = {}});
  ASSERT_TRUE(world.has_value()) << world.error();
  EXPECT_EQ(world->arcs.size(), world->moves.size() * world->names.size());
  EXPECT_EQ(world->names.front(), "");
}

TEST(BoundedWorld, LeavesOutOperationsThatAreNotOffered) {
  const auto world =
      bounded_world({.workers = 1, .specs = {{}}, .offers = [](const model::Operation& operation) {
                       return model::name_of(operation) != "cancel_attempt";
                     }});
  ASSERT_TRUE(world.has_value()) << world.error();
  for (const Move& move : world->moves) EXPECT_FALSE(move.name.starts_with("cancel_attempt"));
}

/// The name of the state to which these lead, so many milliseconds after the last of them.
std::string name_after(const std::vector<model::Action>& actions, model::Duration later = {}) {
  model::State state;
  model::Time now{};
  for (const model::Action& action : actions) {
    state = model::step(std::move(state), action).state;
    now = action.now;
  }
  return name_of_state(state, now + later);
}

std::vector<model::Action> enqueued_and_claimed(const model::AttemptSpec& spec,
                                                model::Duration begin, model::Duration lease) {
  const model::Time time = model::at_ms(0) + begin;
  return {{time, model::EnqueueAttempt{spec}},
          {time, model::UpsertLease{spec.attempt_id, "w1", time + lease}}};
}

TEST(BoundedWorld, NamesStatesByWhatDecidesTheirFuture) {
  using model::Duration;
  model::AttemptSpec spec;
  spec.attempt_id = "a1";
  spec.run_id = "r1";
  const auto claimed = [&spec](int begin, int lease) {
    return enqueued_and_claimed(spec, Duration{begin}, Duration{lease});
  };
  EXPECT_EQ(name_after(claimed(0, 1)), name_after(claimed(7, 1))) << "when it happened";
  EXPECT_NE(name_after(claimed(0, 1)), name_after(claimed(0, 2))) << "when the lease expires";
  EXPECT_EQ(name_after(claimed(0, 1), Duration{3}), name_after(claimed(0, 1), Duration{5}))
      << "for how long it has been over";
  EXPECT_NE(name_after(claimed(0, 1), Duration{1}), name_after(claimed(0, 1), Duration{2}))
      << "whether it is over";
  const auto claimed_again = [&] {
    std::vector<model::Action> actions = claimed(0, 1);
    actions.push_back({model::at_ms(2), model::ExpireLeasesAndRequeue{model::at_ms(2)}});
    actions.push_back({model::at_ms(2), model::UpsertLease{"a1", "w1", model::at_ms(3)}});
    return actions;
  };
  EXPECT_EQ(name_after(claimed(0, 1)), name_after(claimed_again()))
      << "the lease's id, the version, and deliveries that nobody limits";
  spec.max_deliveries = 3;
  EXPECT_NE(name_after(claimed(0, 1)), name_after(claimed_again()))
      << "deliveries that are limited";
}

TEST(BoundedWorld, SaysWhenItIsTooLarge) {
  EXPECT_EQ(bounded_world({.workers = 1, .specs = {{}}, .offers = {}, .most_states = 3}).error(),
            "more than 3 states; take fewer attempts or workers");
  EXPECT_EQ(bounded_world({.workers = 1, .specs = {}, .offers = {}}).error(),
            "a bounded world has 1 to 3 attempts, not 0");
}

}  // namespace
}  // namespace leasecheck::graph
