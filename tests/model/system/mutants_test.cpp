// Every planted defect is found, by the property that it names, by a shortest run; and that run
// does the same to a repository with the defect, and nothing to one without.
#include <gtest/gtest.h>

#include <set>

#include "model/system/explore.hpp"
#include "sim/counterexample.hpp"

namespace leasecheck::system {
namespace {

/// The least of what it takes to see a defect.
struct Exhibit {
  Mutant mutant;
  std::size_t steps;  ///< of its shortest counterexample
  Options (*world)();
};

Options synchronous() {
  Options world;
  world.messages = 0;
  world.ttl = Duration{2};
  return world;
}
Options with_two_messages() {
  Options world = synchronous();
  world.messages = 2;
  return world;
}
Options with_retries() {
  Options world = with_two_messages();
  world.retries = 1;
  world.backoff = Duration{2};
  return world;
}
Options with_clocks() {
  Options world = synchronous();
  world.skew = Duration{2};
  return world;
}
Options with_deliveries() {
  Options world = synchronous();
  world.max_deliveries = 1;
  return world;
}
Options with_timeouts() {
  Options world = synchronous();
  world.timeout = Duration{2};
  return world;
}
Options with_progress() {
  Options world = synchronous();
  world.calm = true;
  return world;
}

const std::vector<Exhibit> exhibits{
    {Mutant::every_caller_wins, 4, with_two_messages},
    {Mutant::claim_ignores_retry_at, 0, with_retries},
    {Mutant::leased_without_row, 1, synchronous},
    {Mutant::version_restarts, 0, synchronous},
    {Mutant::heartbeat_shortens_lease, 0, with_clocks},
    {Mutant::heartbeat_matches_attempt_only, 0, synchronous},
    {Mutant::heartbeat_acts_as_claim, 0, synchronous},
    {Mutant::heartbeat_keeps_version, 0, synchronous},
    {Mutant::reap_ignores_grace, 0, synchronous},
    {Mutant::reap_takes_the_boundary, 0, synchronous},
    {Mutant::reap_misses_unstarted, 0, with_progress},
    {Mutant::reap_never_exhausts, 0, with_deliveries},
    {Mutant::requeue_burns_a_retry, 0, synchronous},
    {Mutant::timeout_one_too_early, 0, with_timeouts},
    {Mutant::ack_from_anyone, 0, synchronous},
    {Mutant::terminal_overwritten, 0, with_retries},
    {Mutant::retry_not_counted, 0, with_retries},
};

const MutantInfo& info_of(Mutant mutant) {
  for (const MutantInfo& info : all_mutants()) {
    if (info.mutant == mutant) return info;
  }
  throw std::logic_error("a mutant without information");
}

Explored explored(const Options& world) { return explore(world, {}).value(); }

Options mutated(const Exhibit& exhibit) {
  Options world = exhibit.world();
  world.mutant = exhibit.mutant;
  return world;
}

class ModelMutant : public testing::TestWithParam<Exhibit> {};

TEST_P(ModelMutant, IsFoundByItsPropertyInAShortestRun) {
  const MutantInfo& info = info_of(GetParam().mutant);
  const Explored found = explored(mutated(GetParam()));
  const Finding* finding = found.find(info.property);
  ASSERT_NE(finding, nullptr);
  ASSERT_EQ(finding->verdict, check::Verdict::violated);
  EXPECT_EQ(finding->counterexample->actions.size(), GetParam().steps);
}

TEST_P(ModelMutant, IsMissedWithoutTheDefect) {
  Options world = GetParam().world();
  world.mutant = Mutant::none;
  const Explored found = explored(world);
  for (const Finding& finding : found.findings) {
    if (finding.kind == check::Kind::sometimes) continue;
    EXPECT_EQ(finding.verdict, check::Verdict::held) << finding.property;
  }
}

// What never happens, progress, leaves no trace that a repository could be judged by.
TEST_P(ModelMutant, LeavesATraceThatReplays) {
  const MutantInfo& info = info_of(GetParam().mutant);
  if (info.property == "progress") return;
  const Explored found = explored(mutated(GetParam()));
  const auto& run = *found.find(info.property)->counterexample;
  const traces::Trace stimuli = sim::stimuli_trace(run.world, run.initial, run.actions, "explore");
  const auto with_defect = sim::make_mutated_model_subject(GetParam().mutant);
  const auto seen = sim::played(stimuli, *with_defect);
  ASSERT_TRUE(seen) << seen.error();
  EXPECT_EQ(seen->verdict.result, traces::Result::violated);
  EXPECT_EQ(seen->verdict.property, info.property);
  const auto correct = sim::make_model_subject();
  const auto healthy = sim::played(stimuli, *correct);
  ASSERT_TRUE(healthy) << healthy.error();
  EXPECT_EQ(healthy->verdict.result, traces::Result::held) << healthy->verdict.message;
}

INSTANTIATE_TEST_SUITE_P(All, ModelMutant, testing::ValuesIn(exhibits), [](const auto& exhibit) {
  return std::string(name_of(exhibit.param.mutant));
});

TEST(ModelMutants, AreAllExhibited) {
  std::set<Mutant> shown;
  for (const Exhibit& exhibit : exhibits) shown.insert(exhibit.mutant);
  EXPECT_EQ(shown.size(), all_mutants().size());
}

}  // namespace
}  // namespace leasecheck::system
