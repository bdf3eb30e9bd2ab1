#include "model/lease_core/lease_core.hpp"

#include <gtest/gtest.h>

#include "tests/model/check/digraph.hpp"
#include "tests/model/lease_core/lease_core_table.hpp"

namespace leasecheck::tests {
namespace {

TEST(LeaseCore, HasTheCountsOfEverySmallConfiguration) {
  for (const LeaseCoreRow& row : small_lease_cores) {
    const auto model = LeaseCore::make(row.bounds);
    ASSERT_TRUE(model.has_value());
    for (const unsigned jobs : {1u, 2u}) {
      const auto report = run(*model, {.jobs = jobs});
      EXPECT_EQ(report.verdict, Verdict::held) << model->name();
      EXPECT_EQ(report.states, row.states) << model->name();
      EXPECT_EQ(report.transitions, row.transitions) << model->name();
      EXPECT_EQ(report.depth, row.depth) << model->name();
    }
  }
}

// What symmetry stands for is what a search without it finds.
TEST(LeaseCore, UpToRenamingStandsForEveryStateOfEverySmallConfiguration) {
  for (const LeaseCoreRow& row : small_lease_cores) {
    const auto model = LeaseCore::make(row.bounds);
    const auto checked = Checker(*model, {.symmetry = true}).run();
    ASSERT_TRUE(checked.has_value());
    EXPECT_EQ(checked->represented_states(), row.states) << model->name();
  }
}

TEST(LeaseCore, UpToRenamingHas270137StatesInTheLargestConfiguration) {
  const auto model = LeaseCore::make(large_lease_cores.back().bounds);
  ASSERT_TRUE(model.has_value());
  const auto report = run(*model, {.symmetry = true});
  EXPECT_EQ(report.verdict, Verdict::held);
  EXPECT_EQ(report.states, 270'137u);
  EXPECT_EQ(report.transitions, 2'218'873u);
  EXPECT_EQ(report.depth, 39u);
  EXPECT_EQ(model->renamings(), 36u);
}

TEST(LeaseCore, AClaimThatDoesNotRaiseTheEpochLetsTwoWorkersBelieve) {
  const auto model =
      LeaseCore::make({.workers = 2, .attempts = 1, .ttl = 2, .grace = 1, .epochs = 3},
                      LeaseCore::Fault::epoch_not_raised);
  ASSERT_TRUE(model.has_value());
  const auto report = run(*model);
  ASSERT_EQ(report.verdict, Verdict::violated);
  EXPECT_EQ(report.outcomes[0].verdict, Verdict::violated);
  // Claim, ttl + grace + 1 ticks, expire, claim: it cannot be had for less.
  EXPECT_EQ(describe(*model, *report.outcomes[0].counterexample),
            "0. a1=queued epoch 0 remaining 0; w1 up; w2 up\n"
            "1. claim(w2, a1) -> a1=leased(w2) epoch 1 remaining 4; w1 up; w2 up believes a1@1\n"
            "2. tick -> a1=leased(w2) epoch 1 remaining 3; w1 up; w2 up believes a1@1\n"
            "3. tick -> a1=leased(w2) epoch 1 remaining 2; w1 up; w2 up believes a1@1\n"
            "4. tick -> a1=leased(w2) epoch 1 remaining 1; w1 up; w2 up believes a1@1\n"
            "5. tick -> a1=leased(w2) epoch 1 remaining 0; w1 up; w2 up believes a1@1\n"
            "6. expire(a1) -> a1=queued epoch 1 remaining 0; w1 up; w2 up believes a1@1\n"
            "7. claim(w1, a1) -> a1=leased(w1) epoch 1 remaining 4; w1 up believes a1@1; "
            "w2 up believes a1@1\n");
}

TEST(LeaseCore, BoundsThatItCannotHoldAreAnError) {
  const auto error = [](LeaseCore::Bounds bounds) {
    const auto model = LeaseCore::make(bounds);
    return model ? "" : model.error();
  };
  EXPECT_EQ(error({.workers = 4}), "lease-core: workers is 4, must be 1 to 3");
  EXPECT_EQ(error({.workers = 0}), "lease-core: workers is 0, must be 1 to 3");
  EXPECT_EQ(error({.attempts = 4}), "lease-core: attempts is 4, must be 1 to 3");
  EXPECT_EQ(error({.ttl = 10, .grace = 5}), "lease-core: ttl + grace + 1 is 16, must be 1 to 15");
  EXPECT_EQ(error({.ttl = ~0u}), "lease-core: ttl is 4294967295, must be 0 to 14");
  EXPECT_EQ(error({.epochs = 4}), "lease-core: epochs is 4, must be 1 to 3");
  EXPECT_EQ(error({}), "");
}

}  // namespace
}  // namespace leasecheck::tests
