// Reductions leave the verdict as it is.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>

#include "leasecheck/check/symmetry.hpp"
#include "model/lease_core/lease_core.hpp"
#include "tests/model/check/digraph.hpp"
#include "tests/model/check/programs.hpp"
#include "tests/model/spec/property.hpp"

namespace leasecheck::tests {
namespace {

// Of full size from the first case on: a range does not begin small.
unsigned below(unsigned end) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0u, end));
}

// Half of the instructions wait for nothing, half change no variable.
Programs::Instruction any_instruction(unsigned places) {
  const auto variable = [] { return std::min(below(2 * Programs::variables), Programs::none); };
  return {.guard = variable(),
          .guard_value = below(3),
          .target = variable(),
          .value = below(3),
          .next = below(places)};
}

Programs any_programs() {
  Programs model;
  model.program.resize(2 + below(3));
  for (auto& process : model.program) {
    process.resize(1 + below(4));
    for (auto& place : process) {
      place.resize(below(4) == 0 ? 0 : 1 + below(2));
      for (auto& instruction : place) {
        instruction = any_instruction(static_cast<unsigned>(process.size()));
      }
    }
  }
  for (auto& value : model.bad) value = below(4);
  model.place_of = below(8);
  model.kind = below(2) == 0 ? Kind::always : Kind::sometimes;
  return model;
}

TEST(PartialOrder, AgreesWithTheWholeGraphOnAnySmallPrograms) {
  std::uint64_t whole_states = 0;
  std::uint64_t reduced_states = 0;
  std::map<std::pair<Verdict, Verdict>, int> verdicts;
  check_property(
      [&] {
        const Programs model = any_programs();
        for (const Deadlock deadlock : {Deadlock::allowed, Deadlock::reported}) {
          const auto whole = run(model, {.deadlock = deadlock});
          const auto reduced = run(model, {.partial_order = true, .deadlock = deadlock});
          RC_ASSERT(reduced.verdict == whole.verdict);
          if (deadlock == Deadlock::allowed) {
            RC_ASSERT(reduced.outcomes[0].verdict == whole.outcomes[0].verdict);
            ++verdicts[{whole.outcomes[0].verdict, whole.verdict}];
          }
          if (const auto& path = reduced.outcomes[0].counterexample) {
            RC_ASSERT(is_execution(model, *path));
          }
          if (whole.verdict == Verdict::held) {
            RC_ASSERT(reduced.states <= whole.states);
            whole_states += whole.states;
            reduced_states += reduced.states;
          }
        }
      },
      3000);
  // The agreement is worth something: both verdicts occurred often, and states were left out.
  EXPECT_GT((verdicts[{Verdict::held, Verdict::held}]), 500);
  EXPECT_GT((verdicts[{Verdict::violated, Verdict::violated}]), 500);
  EXPECT_LT(reduced_states, whole_states * 19 / 20);
}

// Four processes that only count for themselves: 4^4 interleavings of places, one is enough.
TEST(PartialOrder, LeavesOneInterleavingOfIndependentProcesses) {
  const Programs::Process counts = {{{.next = 1}}, {{.next = 2}}, {{.next = 3}}, {}};
  const Programs model{.program = {counts, counts, counts, counts}, .kind = Kind::sometimes};
  EXPECT_EQ(run(model, {.deadlock = Deadlock::allowed}).states, 256u);
  EXPECT_EQ(run(model, {.partial_order = true, .deadlock = Deadlock::allowed}).states, 13u);
}

// One process goes round for ever without touching anything; another's step must not be put off.
TEST(PartialOrder, DoesNotPutOffAProcessForEver) {
  Programs model{.program = {{{{.next = 1}}, {{.next = 0}}}, {{{.target = 0, .value = 1}}}}};
  model.bad[0] = 1;
  EXPECT_EQ(run(model, {.partial_order = true}).verdict, Verdict::violated);
}

// If process 0 went first, process 1 would find its guard false.
TEST(PartialOrder, DoesNotLetAProcessOvertakeOneThatReadsWhatItWrites) {
  Programs model{.program = {{{{.target = 0, .value = 1, .next = 1}}, {}},
                             {{{.guard = 0, .guard_value = 0, .target = 1, .value = 1}}}}};
  model.bad[1] = 1;
  EXPECT_EQ(run(model, {.partial_order = true, .deadlock = Deadlock::allowed}).verdict,
            Verdict::violated);
}

// Process 0 first would hide the state in which only process 1 has written.
TEST(PartialOrder, KeepsTheOrdersOfStepsThatThePropertySees) {
  Programs model{.program = {{{{.target = 0, .value = 1, .next = 1}}, {}},
                             {{{.target = 1, .value = 1, .next = 1}}, {}}},
                 .kind = Kind::sometimes};
  model.bad = {0, 1, Programs::none};
  EXPECT_EQ(run(model, {.partial_order = true, .deadlock = Deadlock::allowed}).verdict,
            Verdict::held);
}

LeaseCore lease_core(LeaseCore::Bounds bounds, LeaseCore::Fault fault = LeaseCore::Fault::none) {
  auto model = LeaseCore::make(bounds, fault);
  require(model.has_value(), "bounds of lease-core");
  return *model;
}

// The state in which worker w is called workers[w] and attempt a attempts[a].
LeaseCore::State renamed(const LeaseCore::State& state, const std::vector<unsigned>& workers,
                         const std::vector<unsigned>& attempts) {
  LeaseCore::State image;
  for (unsigned a = 0; a < attempts.size(); ++a) {
    image.set_status(attempts[a], state.status(a));
    image.set_remaining(attempts[a], state.remaining(a));
    image.set_epoch(attempts[a], state.epoch(a));
  }
  for (unsigned w = 0; w < workers.size(); ++w) {
    if (state.up(w)) image.set_up(workers[w]);
    for (unsigned a = 0; a < attempts.size(); ++a) {
      image.set_belief(workers[w], attempts[a], state.belief(w, a));
      if (state.owns(w, a)) image.set_owner(workers[w], attempts[a]);
    }
  }
  return image;
}

TEST(Symmetry, OfLeaseCoreGivesEveryRenamingOfAStateOneCanonicalState) {
  const auto model = lease_core({.workers = 2, .attempts = 2, .ttl = 1, .grace = 1, .epochs = 2});
  const auto checked = Checker(model).run();
  ASSERT_TRUE(checked.has_value());
  std::uint64_t states = 0;
  checked->each_state([&](const LeaseCore::State& state, std::uint64_t) {
    ++states;
    const auto canonical = model.canonical(state);
    ASSERT_EQ(model.canonical(canonical), canonical);
    bool is_a_renaming = false;
    for (const auto& workers : permutations(2)) {
      for (const auto& attempts : permutations(2)) {
        const auto image = renamed(state, workers, attempts);
        ASSERT_EQ(model.canonical(image), canonical) << model.describe(state);
        is_a_renaming = is_a_renaming || image == canonical;
      }
    }
    ASSERT_TRUE(is_a_renaming) << model.describe(state);
  });
  EXPECT_GT(states, 1000u);
}

// The plain way, over all renamings, makes as many classes as the model's own.
TEST(Symmetry, OfLeaseCoreIsNoFinerThanTheLeastImage) {
  const LeaseCore::Bounds bounds{.workers = 3, .attempts = 1, .ttl = 2, .grace = 1, .epochs = 2};
  const auto model = lease_core(bounds);
  const auto whole = Checker(model).run();
  ASSERT_TRUE(whole.has_value());
  std::vector<Encoded<1>> least;
  whole->each_state([&](const LeaseCore::State& state, std::uint64_t) {
    const auto image = least_image(model, state, permutations(3),
                                   [](const auto& s, const auto& w) { return renamed(s, w, {0}); });
    least.push_back(model.encode(image));
  });
  std::ranges::sort(least);
  least.erase(std::ranges::unique(least).begin(), least.end());
  const auto reduced = run(model, {.symmetry = true});
  EXPECT_EQ(reduced.states, least.size());
  EXPECT_EQ(reduced.verdict, Verdict::held);
}

TEST(Symmetry, FindsThePlantedFaultAtTheSameDepthByARealExecution) {
  for (const unsigned attempts : {1u, 2u}) {
    const auto model =
        lease_core({.workers = 3, .attempts = attempts, .ttl = 1, .grace = 1, .epochs = 2},
                   LeaseCore::Fault::epoch_not_raised);
    const auto whole = run(model);
    const auto reduced = run(model, {.symmetry = true});
    ASSERT_EQ(whole.verdict, Verdict::violated);
    ASSERT_EQ(reduced.verdict, Verdict::violated);
    EXPECT_LT(reduced.states, whole.states);
    const auto& path = *reduced.outcomes[0].counterexample;
    EXPECT_EQ(path.steps.size(), whole.outcomes[0].counterexample->steps.size());
    EXPECT_TRUE(is_execution(model, path));
    EXPECT_FALSE(model.properties()[0].holds(model, path.last()));
  }
}

}  // namespace
}  // namespace leasecheck::tests
