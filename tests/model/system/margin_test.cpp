// The margin that a search finds, against what rule 20 says it is. The search knows no formula.
#include "model/system/margin.hpp"

#include <gtest/gtest.h>

#include "sim/oracle/counterexample.hpp"
#include "sim/registry/subject_registry.hpp"

namespace leasecheck::system {
namespace {

MarginOptions deployment(int ttl, int grace, int heartbeat) {
  MarginOptions options;
  options.ttl = Duration{ttl};
  options.grace = Duration{grace};
  options.heartbeat_period = Duration{heartbeat};
  options.timeout = Duration{ttl};
  options.messages = 0;
  return options;
}

TEST(Margin, OfReapingIsTheGraceAndOneMillisecond) {
  for (int ttl = 1; ttl <= 4; ++ttl) {
    for (int grace = 0; grace <= 4; ++grace) {
      for (int heartbeat = 1; heartbeat <= ttl; ++heartbeat) {
        const auto found = find_margin(deployment(ttl, grace, heartbeat), Way::reap);
        ASSERT_TRUE(found) << found.error().message;
        EXPECT_EQ(found->margin, Duration{grace + 1}) << ttl << " " << grace << " " << heartbeat;
        ASSERT_TRUE(found->beyond);
        EXPECT_EQ(found->beyond->world.skew, Duration{grace + 2});
      }
    }
  }
}

TEST(Margin, OfTimeoutsIsTheBackoff) {
  for (int ttl = 1; ttl <= 3; ++ttl) {
    for (int timeout = 1; timeout <= 3; ++timeout) {
      for (int backoff = 1; backoff <= 4; ++backoff) {
        MarginOptions options = deployment(ttl, 2, 1);
        options.timeout = Duration{timeout};
        options.backoff = Duration{backoff};
        const auto found = find_margin(options, Way::time_out);
        ASSERT_TRUE(found) << found.error().message;
        // A worker whose lease has ended before its deadline is protected by that as well.
        EXPECT_GE(found->margin, Duration{backoff}) << ttl << " " << timeout << " " << backoff;
        if (timeout <= ttl) {
          EXPECT_EQ(found->margin, Duration{backoff}) << ttl << " " << timeout << " " << backoff;
        }
      }
    }
  }
}

TEST(Margin, OfBothIsTheSmallerOne) {
  for (int grace = 0; grace <= 3; ++grace) {
    for (int backoff = 1; backoff <= 4; ++backoff) {
      MarginOptions options = deployment(3, grace, 1);
      options.backoff = Duration{backoff};
      const auto found = find_margin(options, Way::both);
      ASSERT_TRUE(found) << found.error().message;
      EXPECT_EQ(found->margin, Duration{std::min(grace + 1, backoff)}) << grace << " " << backoff;
    }
  }
}

TEST(Margin, HoldsWithMessagesInFlight) {
  MarginOptions options = deployment(3, 1, 1);
  options.messages = 1;
  const auto found = find_margin(options, Way::reap);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->margin, Duration{2});
  EXPECT_GT(found->proof.states, 1000U);
}

TEST(Margin, IsUndecidedWhenMemoryEnds) {
  MarginOptions options = deployment(30'000, 5'000, 10'000);
  options.messages = 2;
  options.memory_limit_bytes = std::size_t{1} << 20;
  const auto found = find_margin(options, Way::reap);
  ASSERT_FALSE(found);
  EXPECT_FALSE(found.error().is_usage);
  EXPECT_NE(found.error().message.find("a limit ended the search"), std::string::npos);
}

// Beyond the margin a real repository has two workers that both believe.
TEST(Margin, HasATraceBeyondItThatReplays) {
  MarginOptions options = deployment(30'000, 5'000, 10'000);
  options.backoff = Duration{10'000};
  for (const Way way : {Way::reap, Way::time_out}) {
    const auto found = find_margin(options, way);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->margin, Duration{way == Way::reap ? 5'001 : 10'000});
    ASSERT_TRUE(found->beyond);
    const auto subject = sim::parse_backend("sqlite").value().make();
    ASSERT_TRUE(subject);
    const auto trace = sim::played(sim::stimuli_trace(found->beyond->world, found->beyond->initial,
                                                      found->beyond->actions, "margin"),
                                   **subject);
    ASSERT_TRUE(trace) << trace.error();
    EXPECT_EQ(trace->verdict.result, traces::Result::violated);
    EXPECT_EQ(trace->verdict.property, "no_double_belief");
  }
}

}  // namespace
}  // namespace leasecheck::system
