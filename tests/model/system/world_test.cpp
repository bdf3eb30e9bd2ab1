// That a state's encoding, its normal form and its renamings lose nothing.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "leasecheck/check/model.hpp"
#include "model/system/explore.hpp"
#include "model/system/system.hpp"
#include "tests/model/spec/property.hpp"

namespace leasecheck::system {
namespace {

static_assert(check::Model<System<4>>);
static_assert(check::Symmetric<System<4>>);
static_assert(check::Terminating<System<4>>);
static_assert(check::Fair<System<4>>);

unsigned below(unsigned limit) {
  return *rc::gen::inRange(0U, limit);
}
Duration up_to(unsigned most) {
  return Duration{below(most + 1)};
}

Options any_world() {
  Options options;
  options.workers = 1 + below(3);
  options.attempts = 1 + below(2);
  options.messages = below(4);
  options.ttl = Duration{1} + up_to(4);
  options.grace = up_to(3);
  options.heartbeat_period = up_to(2);
  options.timeout = up_to(4);
  options.backoff = Duration{1} + up_to(3);
  options.retries = below(3);
  options.max_deliveries = below(3);
  options.skew = up_to(4);
  options.reapers = {up_to(2), up_to(2)};
  options.calm = below(2) == 1;
  return options;
}

/// Walks through the world and calls `visit(state, action)` on the way, with times, leases and
/// versions as they really are.
template <typename Visit>
void walk(const World& world, Visit&& visit) {
  const std::vector<State> initial = world.initial_states();
  State state = initial[below(static_cast<unsigned>(initial.size()))];
  for (int step = 0; step < 60; ++step) {
    State normal = world.normalise(state);
    state.phase = normal.phase;
    const std::vector<Action> actions = world.enabled(normal);
    if (actions.empty()) return;
    const Action action = actions[below(static_cast<unsigned>(actions.size()))];
    visit(state, normal, actions);
    state = world.apply(state, action);
  }
}

TEST(World, NormalStateHasTheFuturesOfTheWholeOne) {
  tests::check_property([] {
    const World world(any_world());
    walk(world,
         [&world](const State& whole, const State& normal, const std::vector<Action>& actions) {
           RC_ASSERT(world.enabled(whole) == actions);
           for (const Action& action : actions) {
             RC_ASSERT(world.normalise(world.apply(whole, action)) ==
                       world.normalise(world.apply(normal, action)));
           }
         });
  });
}

TEST(World, ClaimsHoldOfTheNormalStateAsOfTheWholeOne) {
  tests::check_property([] {
    const World world(any_world());
    walk(world, [&world](const State& whole, const State& normal, const std::vector<Action>&) {
      for (const Claim& claim : all_claims()) {
        if (claim.kind != check::Kind::sometimes) {
          RC_ASSERT(claim.holds(world, whole) == claim.holds(world, normal));
        }
      }
    });
  });
}

TEST(World, NormalFormIsItsOwn) {
  tests::check_property([] {
    const World world(any_world());
    walk(world, [&world](const State&, const State& normal, const std::vector<Action>&) {
      RC_ASSERT(world.normalise(normal) == normal);
    });
  });
}

TEST(Codec, GivesBackWhatItPacked) {
  tests::check_property([] {
    const Options options = any_world();
    const World world(options);
    const Codec codec(options);
    walk(world, [&codec](const State&, const State& normal, const std::vector<Action>&) {
      std::vector<std::uint64_t> words(codec.words());
      codec.pack(normal, words);
      RC_ASSERT(words[0] >> 62 == 0U);
      RC_ASSERT(codec.unpack(words) == normal);
    });
  });
}

TEST(Symmetry, RenamedStatesHaveOneCanonicalState) {
  tests::check_property([] {
    const Options options = any_world();
    const System<16> system(options);
    const auto workers = check::permutations(options.workers);
    const auto attempts = check::permutations(options.attempts);
    walk(
        system.world(), [&](const State&, const State& normal, const std::vector<Action>& actions) {
          const State image = renamed(normal, workers[below(static_cast<unsigned>(workers.size()))],
                                      attempts[below(static_cast<unsigned>(attempts.size()))]);
          RC_ASSERT(system.canonical(image) == system.canonical(normal));
          RC_ASSERT(system.world().enabled(image).size() == actions.size());
        });
  });
}

// Both ways to let time pass reach the same states.
TEST(Waits, ReachTheSameStatesInOneStepOrInMany) {
  Options world;
  world.skew = Duration{1};
  const auto any = explore(world, {});
  world.waits = Waits::next;
  const auto next = explore(world, {});
  ASSERT_TRUE(any && next);
  EXPECT_EQ(any->states, next->states);
  EXPECT_GT(any->transitions, next->transitions);
  EXPECT_LT(any->depth, next->depth);
}

TEST(Symmetry, LeavesTheVerdictsAndSavesNoMoreThanThereAreNames) {
  Options world;
  world.messages = 0;
  world.workers = 3;
  world.attempts = 2;
  world.heartbeat_period = Duration{0};
  const auto whole = explore(world, {.deadlock = check::Deadlock::reported});
  const auto reduced = explore(world, {.symmetry = true});
  ASSERT_TRUE(whole && reduced);
  EXPECT_EQ(whole->verdict, check::Verdict::held);
  EXPECT_EQ(reduced->verdict, check::Verdict::held);
  EXPECT_LT(reduced->states, whole->states);
  EXPECT_GE(reduced->states * 12, whole->states);
}

TEST(Claims, ThatApplyToAWorldAreAllJudgedThere) {
  Options world;
  world.messages = 0;
  const auto explored = explore(world, {.deadlock = check::Deadlock::allowed});
  ASSERT_TRUE(explored.has_value());
  std::size_t applying = 0;
  for (const Claim& claim : all_claims()) {
    if (!claim.applies(world)) continue;
    ++applying;
    EXPECT_NE(explored->find(claim.name), nullptr) << claim.name;
  }
  EXPECT_EQ(explored->findings.size(), applying);
}

// The checker's state is packed: a rule without a code of its own would be taken for another.
TEST(Claims, EveryBrokenRuleSurvivesThePacking) {
  const Options world;
  const Codec codec(world);
  for (std::uint8_t rule = 0; rule < std::to_underlying(Broken::count); ++rule) {
    State state = World(world).initial_states().front();
    state.broken = static_cast<Broken>(rule);
    std::vector<std::uint64_t> code(codec.words());
    codec.pack(state, code);
    EXPECT_EQ(codec.unpack(code), state) << int{rule};
  }
}

TEST(Options, AreRefusedByTheNameOfTheirFlag) {
  Options world;
  world.workers = 5;
  EXPECT_EQ(explore(world, {}).error(), "--workers 5: expected 1 to 4");
  world.workers = 2;
  world.ttl = Duration{0};
  EXPECT_EQ(explore(world, {}).error(), "--ttl 0ms: expected 1ms to 24h");
}

}  // namespace
}  // namespace leasecheck::system
