// Every planted defect is found by the simulator within the budget, by the property that the defect
// names, and the trace of it is a regression: violated on the mutant at the same step, held on the
// real backend.
#include "sim/defects/repository/mutants.hpp"

#include <gtest/gtest.h>

#include <set>

#include "properties/property.hpp"
#include "sim/oracle/replay.hpp"
#include "tests/sim/plan_options.hpp"
#include "tests/sim/subjects.hpp"

namespace leasecheck::mutants {
namespace {

using sim::testing::backend_of;
using sim::testing::make_memory;
using sim::testing::make_subject;
using sim::testing::record;
using sim::testing::RecordedRun;

constexpr std::uint64_t budget_in_seeds = 200;

class EveryMutant : public ::testing::TestWithParam<const Mutant*> {};

/// The first run that is violated, of plain values: in a crowd many rules are broken at once. Where
/// no rule names what is wrong with an operation, one on several shows it as not being what its
/// items are: that is passed over unless the defect names it.
RecordedRun find(const Mutant& mutant) {
  const sim::PlanOptions plain = sim::testing::with_odd({});
  for (std::uint64_t seed = 1; seed <= budget_in_seeds; ++seed) {
    RecordedRun run = record(sim::draw_plan(seed, plain), backend_of(mutant));
    const traces::Verdict& verdict = run.result.verdict;
    const bool is_of_the_whole = verdict.property == "several_as_single";
    if (is_of_the_whole && verdict.property != mutant.property) continue;
    if (verdict.result != traces::Result::held) return run;
  }
  return {};
}

TEST_P(EveryMutant, IsFoundByThePropertyItNames) {
  const Mutant& mutant = *GetParam();
  const RecordedRun run = find(mutant);
  const traces::Verdict& verdict = run.result.verdict;
  ASSERT_EQ(verdict.result, traces::Result::violated)
      << "not found in " << budget_in_seeds << " seeds; " << verdict.message;
  EXPECT_EQ(verdict.property, mutant.property) << verdict.message;

  const auto again = make_subject(backend_of(mutant));
  const auto replayed = sim::replay(run.trace, *again);
  ASSERT_TRUE(replayed.has_value()) << replayed.error();
  EXPECT_EQ(replayed->verdict.property, verdict.property);
  EXPECT_EQ(replayed->verdict.first_bad, verdict.first_bad);

  const auto memory = make_memory();
  const auto real = sim::replay(run.trace, *memory);
  ASSERT_TRUE(real.has_value()) << real.error();
  EXPECT_EQ(real->verdict.result, traces::Result::held) << real->verdict.message;
}

std::vector<const Mutant*> every_mutant() {
  std::vector<const Mutant*> mutants;
  for (const Mutant& mutant : all_mutants()) mutants.push_back(&mutant);
  return mutants;
}

INSTANTIATE_TEST_SUITE_P(Simulator, EveryMutant, ::testing::ValuesIn(every_mutant()),
                         [](const auto& info) { return std::string(info.param->name); });

TEST(Mutants, NameAPropertyThatExistsAndASource) {
  std::set<std::string_view> names;
  for (const Mutant& mutant : all_mutants()) {
    EXPECT_TRUE(names.insert(mutant.name).second) << mutant.name << " stands twice";
    EXPECT_NE(properties::find_property(mutant.property), nullptr)
        << mutant.name << ": " << mutant.property;
    EXPECT_FALSE(mutant.source.empty()) << mutant.name;
    EXPECT_FALSE(mutant.what.empty()) << mutant.name;
  }
  EXPECT_GE(names.size(), 16U);
}

}  // namespace
}  // namespace leasecheck::mutants
