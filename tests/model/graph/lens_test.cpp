#include "model/graph/lens.hpp"

#include <gtest/gtest.h>

#include "tests/model/graph/edges.hpp"

namespace leasecheck::tests {
namespace {

using graph::Effect;
using Names = std::set<std::string>;

model::State with_status(model::Status status) {
  model::State state;
  state.attempts["a1"].status = status;
  return state;
}

/// Two states of one class and one of another, and a transition of each kind between them.
graph::Walk tiny_walk() {
  graph::Walk walk;
  walk.states = {with_status(model::Status::queued), with_status(model::Status::queued),
                 with_status(model::Status::cancelled)};
  walk.names = {"zero", "one", "two"};
  walk.transitions = {{{"within", "", 0, Effect::changed}, 0, 1},
                      {{"across", "first", 0, Effect::changed}, 0, 2},
                      {{"across", "first", 0, Effect::changed}, 1, 2},
                      {{"across", "second", 0, Effect::changed}, 1, 2},
                      {{"refused", "stale_lease", 0, Effect::refused}, 1, 1},
                      {{"repeated", "", 0, Effect::unchanged}, 1, 1},
                      {{"by another", "", 1, Effect::changed}, 0, 1},
                      {{graph::time_passes, "", std::nullopt, Effect::unchanged}, 0, 1}};
  return walk;
}

TEST(Lens, MergesStatesOfAClassAndTransitionsOfACase) {
  const auto seen = graph::through(graph::attempt_lens, tiny_walk());
  EXPECT_EQ(vertices_of(seen), (Names{"queued", "cancelled"}));
  EXPECT_EQ(seen[0].states, 2U);
  EXPECT_EQ(seen[1].states, 1U);
  EXPECT_EQ(seen[1].role, graph::Role::terminal);
  EXPECT_EQ(edges_of(seen),
            (Names{"queued --within--> queued", "queued --across [first]--> cancelled",
                   "queued --across [second]--> cancelled"}));
  const auto [edge, found] = boost::edge(0, 1, seen);
  ASSERT_TRUE(found);
  EXPECT_EQ(seen[edge].guard, "first");
  EXPECT_EQ(seen[edge].count, 2U);
}

TEST(Lens, LeavesNothingOutOfTheConcreteGraph) {
  const auto all = graph::concrete(tiny_walk());
  EXPECT_EQ(vertices_of(all), (Names{"zero", "one", "two"}));
  EXPECT_EQ(boost::num_edges(all), tiny_walk().transitions.size());
}

TEST(Lens, IsFoundByName) {
  EXPECT_EQ(graph::all_lenses().size(), 3U);
  for (const graph::Lens* lens : graph::all_lenses()) {
    EXPECT_EQ(graph::find_lens(lens->name), lens);
  }
  EXPECT_EQ(graph::find_lens("fisheye"), nullptr);
}

// The picture of a lens does not depend on the bounds of the walk, once they reach every case.
class Bounds : public testing::TestWithParam<graph::WalkOptions> {};

TEST_P(Bounds, DoNotChangeWhatALensShows) {
  graph::WalkOptions smallest = GetParam();
  smallest.attempts = 1;
  smallest.workers = 2;
  smallest.ttl = model::Duration{2};
  smallest.grace = model::Duration{1};
  const auto small = graph::walk(smallest);
  const auto large = graph::walk(GetParam());
  ASSERT_TRUE(small && large);
  for (const graph::Lens* lens : {&graph::attempt_lens, &graph::lease_lens}) {
    for (int attempt = 0; attempt < GetParam().attempts; ++attempt) {
      EXPECT_EQ(edges_of(graph::through(*lens, *large, attempt)),
                edges_of(graph::through(*lens, *small)))
          << lens->name;
    }
  }
}

graph::WalkOptions options(int attempts, int workers, int ttl, int grace, std::size_t spec) {
  graph::WalkOptions options{.attempts = attempts, .workers = workers};
  options.ttl = model::Duration{ttl};
  options.grace = model::Duration{grace};
  if (spec > 0) options.specs = {graph::life_cycle_specs()[spec - 1]};
  return options;
}

INSTANTIATE_TEST_SUITE_P(Lens, Bounds,
                         testing::Values(options(1, 4, 2, 1, 0), options(1, 1, 2, 1, 0),
                                         options(1, 2, 9, 4, 1), options(2, 2, 2, 1, 1),
                                         options(2, 1, 2, 1, 3), options(3, 1, 1, 1, 1)));

}  // namespace
}  // namespace leasecheck::tests
