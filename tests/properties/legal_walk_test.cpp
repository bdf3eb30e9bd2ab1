#include "tests/properties/legal_walk.hpp"

#include <gtest/gtest.h>

#include "tests/model/spec/generators.hpp"
#include "tests/model/spec/property.hpp"

namespace leasecheck::tests {
namespace {

constexpr std::uint64_t seed = 20'240'229;

TEST(LegalWalk, NoPropertyComplainsAndEveryPremiseIsReached) {
  // Rule 20: as slow a clock as the grace window allows.
  LegalWalk walk{seed, LegalWalk::grace_ms + 1};
  for (int step = 0; step < 20'000; ++step) ASSERT_EQ(walk.step(), "held") << "step " << step;
  const auto properties = properties::all_properties();
  for (std::size_t i = 0; i < properties.size(); ++i) {
    EXPECT_GT(walk.run().premises_reached(i), 20u) << properties[i].name;
  }
}

TEST(LegalWalk, OneMillisecondMoreAndTwoWorkersBelieveAtTheSameTime) {
  LegalWalk walk{seed, LegalWalk::grace_ms + 2};
  std::string verdict = "held";
  for (int step = 0; step < 20'000 && verdict == "held"; ++step) verdict = walk.step();
  EXPECT_TRUE(verdict.contains("came to believe that it holds")) << verdict;
}

/// Whatever is asked, with extreme times and senseless ids: what the contract answers is right. The
/// reaper's clock shows the end of time and there is no grace, since any stale_before may be asked.
TEST(LegalWalk, NoPropertyComplainsOfWhatTheContractDoes) {
  check_property(
      [] {
        WatchedRun run{properties::all_properties(), {}};
        for (const model::Action& action : *any_actions()) {
          Observation seen = run.observe(action.operation, action.now.time_since_epoch().count());
          seen.actor_clock = model::end_of_time;
          RC_ASSERT(run.show(seen) == "held");
        }
      },
      300);
}

}  // namespace
}  // namespace leasecheck::tests
