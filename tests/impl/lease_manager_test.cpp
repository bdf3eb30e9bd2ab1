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

/// Set back by an hour whenever somebody has looked at it.
class ClockThatIsSetBack final : public lease::Clock {
 public:
  [[nodiscard]] lease::Time now() override { return at(3'600'000) - hours_ * (++reads); }
  std::atomic<int> reads = 0;

 private:
  static constexpr std::chrono::hours hours_{1};
};

TEST(LeaseManagerThatRuns, TicksOnWhileItsClockIsSetBack) {
  ScriptedRepository repository;
  ClockThatIsSetBack clock;
  lease::LeaseManager manager(repository, clock, {.period = lease::Duration{1}});
  std::stop_source stop;
  value_of(manager.run(stop.get_token(), [&](const lease::Result<lease::TickReport>& tick) {
    value_of(tick);
    if (clock.reads == 4) stop.request_stop();
  }));
  EXPECT_EQ(repository.calls.size(), 8U) << "a tick is two";
}

TEST(LeaseManagerThatRuns, TicksOnAfterATickThatFailed) {
  ScriptedRepository repository;
  repository.timed_out = failure(lease::ErrorCode::unavailable, "busy");
  ManualClock clock;
  lease::LeaseManager manager(repository, clock, {.period = lease::Duration{1}});
  std::stop_source stop;
  int failed = 0;
  value_of(manager.run(stop.get_token(), [&](const lease::Result<lease::TickReport>& tick) {
    EXPECT_EQ(error_of(tick).message, "busy");
    if (++failed == 3) stop.request_stop();
  }));
  EXPECT_EQ(failed, 3);
}

TEST(LeaseManagerThatRuns, EndsByTheExceptionOfItsClock) {
  class Broken final : public lease::Clock {
   public:
    [[nodiscard]] lease::Time now() override { throw std::runtime_error("no time"); }
  } clock;
  ScriptedRepository repository;
  lease::LeaseManager manager(repository, clock, {.period = lease::Duration{1}});
  EXPECT_THROW(static_cast<void>(manager.run({})), std::runtime_error);
  EXPECT_TRUE(repository.calls.empty());
}

}  // namespace
}  // namespace leasecheck::tests
