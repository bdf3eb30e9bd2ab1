// Every planted defect is found, by the property that it names, by a shortest run; and that run
// does the same to a repository with the defect, and nothing to one without.
#include <gtest/gtest.h>

#include <set>

#include "model/system/explore.hpp"
#include "sim/defects/searched_worlds.hpp"
#include "sim/oracle/counterexample.hpp"
#include "sim/registry/subject_registry.hpp"

namespace leasecheck::system {
namespace {

struct Exhibit {
  Mutant mutant;
  std::size_t steps;  ///< of its shortest counterexample
};

// The steps, in words: a shorter run to what is wrong cannot be thought of.
const std::vector<Exhibit> exhibits{
    // Both ask; both are granted it.
    {Mutant::every_caller_wins, 4},
    // Both ask; the first is granted it, told so, and its failure arrives; then the other request.
    {Mutant::claim_ignores_retry_at, 7},
    // Claim.
    {Mutant::leased_without_row, 1},
    // Claim, wait, reap, claim.
    {Mutant::version_restarts, 4},
    // Claim, wait, heartbeat by a clock that is behind.
    {Mutant::heartbeat_shortens_lease, 3},
    // Claim, wait, reap, claim by the other, heartbeat by the first.
    {Mutant::heartbeat_matches_attempt_only, 5},
    // Claim, wait, reap, heartbeat.
    {Mutant::heartbeat_acts_as_claim, 4},
    // Claim, wait, heartbeat.
    {Mutant::heartbeat_keeps_version, 3},
    // Claim, wait, reap.
    {Mutant::reap_ignores_grace, 3},
    {Mutant::reap_takes_the_boundary, 3},
    // Claim, wait beyond the grace, drop the lease, faults stop; and nothing more happens for ever.
    {Mutant::reap_misses_unstarted, 4},
    // Claim, wait, reap.
    {Mutant::reap_never_exhausts, 3},
    {Mutant::requeue_burns_a_retry, 3},
    // Claim, wait, time out.
    {Mutant::timeout_one_too_early, 3},
    // Claim, wait, reap, claim by the other, ack by the first.
    {Mutant::ack_from_anyone, 5},
    // The same, but that the other has acked: completed by one, failed by the other.
    {Mutant::terminal_overwritten, 6},
    // Claim, failure.
    {Mutant::retry_not_counted, 2},
    {Mutant::backoff_never_ends, 2},
};

const MutantInfo& info_of(Mutant mutant) {
  for (const MutantInfo& info : all_mutants()) {
    if (info.mutant == mutant) return info;
  }
  throw std::logic_error("a mutant without information");
}

Explored explored(const Options& world) {
  return explore(world, {}).value();
}

class ModelMutant : public testing::TestWithParam<Exhibit> {};

TEST_P(ModelMutant, IsFoundByItsPropertyInAShortestRun) {
  const MutantInfo& info = info_of(GetParam().mutant);
  const Explored found = explored(mutants::searched_world(GetParam().mutant));
  const Finding* finding = found.find(info.property);
  ASSERT_NE(finding, nullptr);
  ASSERT_EQ(finding->verdict, check::Verdict::violated);
  EXPECT_EQ(finding->counterexample->actions.size(), GetParam().steps);
}

TEST_P(ModelMutant, IsMissedWithoutTheDefect) {
  Options world = mutants::searched_world(GetParam().mutant);
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
  const Explored found = explored(mutants::searched_world(GetParam().mutant));
  const auto& run = *found.find(info.property)->counterexample;
  if (info.property == "progress") {
    EXPECT_TRUE(run.loop.has_value());
    return;
  }
  const traces::Trace stimuli = sim::stimuli_trace(run.world, run.initial, run.actions, "explore");
  const auto verdict_of = [&stimuli](const std::string& backend) {
    const auto subject = sim::parse_backend(backend).value().make();
    return sim::played(stimuli, **subject).value().verdict;
  };
  const traces::Verdict with_defect = verdict_of("model:" + std::string(info.name));
  EXPECT_EQ(with_defect.result, traces::Result::violated);
  EXPECT_EQ(with_defect.property, info.property);
  for (const char* healthy : {"model", "memory", "sqlite"}) {
    const traces::Verdict without = verdict_of(healthy);
    EXPECT_EQ(without.result, traces::Result::held) << healthy << ": " << without.message;
  }
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
