#include "lease/lease_manager.hpp"

#include "tests/impl/scripted_repository.hpp"

namespace leasecheck::tests {
namespace {

using Calls = std::vector<std::string>;

class LeaseManagerTest : public testing::Test {
 protected:
  lease::LeaseManager manager(std::int64_t grace_ms) {
    return {repository, clock, {.grace = lease::Duration{grace_ms}}};
  }
  ScriptedRepository repository;
  ManualClock clock;
};

TEST_F(LeaseManagerTest, TimesOutFirstThenReapsWhatIsOlderThanTheGraceWindow) {
  repository.timed_out = 2;
  repository.reaped = 3;
  const lease::TickReport report = value_of(manager(250).tick());
  EXPECT_EQ(repository.calls, (Calls{"time out 1000", "reap 750"}));
  EXPECT_EQ(report.timed_out, 2U);
  EXPECT_EQ(report.reaped, 3U);
}

TEST_F(LeaseManagerTest, ReadsTheClockOnce) {
  static_cast<void>(manager(250).tick());
  EXPECT_EQ(clock.reads, 1);
}

TEST_F(LeaseManagerTest, HoldsAtTheBeginningOfTime) {
  clock.ms = std::numeric_limits<std::int64_t>::min() + 10;
  static_cast<void>(manager(250).tick());
  EXPECT_EQ(repository.calls.back(), "reap " + std::to_string(INT64_MIN));
}

TEST_F(LeaseManagerTest, DoesNotReapWhenTheTimeoutsFailed) {
  repository.timed_out = failure(lease::ErrorCode::unavailable, "busy");
  EXPECT_EQ(error_of(manager(250).tick()).message, "busy");
  EXPECT_EQ(repository.calls, Calls{"time out 1000"});
}

TEST_F(LeaseManagerTest, AnswersTheReapsFailure) {
  repository.reaped = failure(lease::ErrorCode::corrupt, "damaged");
  EXPECT_EQ(error_of(manager(250).tick()).code, lease::ErrorCode::corrupt);
}

TEST_F(LeaseManagerTest, AnswersANegativeGraceWindowAndDoesNothing) {
  EXPECT_EQ(error_of(manager(-1).tick()).code, lease::ErrorCode::invalid_argument);
  EXPECT_EQ(repository.calls, Calls{});
}

}  // namespace
}  // namespace leasecheck::tests
