#include "tests/model/check/peterson.hpp"

#include <gtest/gtest.h>

#include "tests/model/check/digraph.hpp"

namespace leasecheck::tests {
namespace {

static_assert(Model<Peterson> && Fair<Peterson> && !Symmetric<Peterson>);

TEST(Peterson, IsExclusiveAndLetsEveryProcessEnterIfBothGoOn) {
  const auto report = run(Peterson());
  EXPECT_EQ(report.verdict, Verdict::held);
  for (const auto& outcome : report.outcomes) {
    EXPECT_EQ(outcome.verdict, Verdict::held) << outcome.property;
  }
}

TEST(Peterson, WithoutFairnessAProcessMayNeverEnter) {
  const Peterson model(Peterson::Variant::correct, Peterson::Fairness::none);
  const auto report = run(model);
  ASSERT_EQ(report.verdict, Verdict::violated);
  EXPECT_EQ(report.outcomes[0].verdict, Verdict::held);
  EXPECT_EQ(report.outcomes[2].verdict, Verdict::violated);
  EXPECT_TRUE(report.outcomes[2].counterexample->loop.has_value());
}

TEST(Peterson, ThatDoesNotGiveTheTurnLetsBothIn) {
  const Peterson model(Peterson::Variant::turn_not_given);
  const auto report = run(model);
  ASSERT_EQ(report.verdict, Verdict::violated);
  const auto& path = *report.outcomes[0].counterexample;
  EXPECT_EQ(path.steps.size(), 6u);
  EXPECT_TRUE(is_execution(model, path));
  EXPECT_EQ(model.describe(path.last()), "critical/critical turn 0");
}

TEST(Peterson, ThatDoesNotRaiseItsFlagLetsBothInWithinSixSteps) {
  const Peterson model(Peterson::Variant::flag_not_raised);
  const auto report = run(model);
  ASSERT_EQ(report.verdict, Verdict::violated);
  EXPECT_EQ(report.outcomes[0].counterexample->steps.size(), 6u);
}

}  // namespace
}  // namespace leasecheck::tests
