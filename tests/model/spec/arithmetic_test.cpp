// Section 1 (times saturate), rule 11 (backoff), clock errors.

#include <limits>
#include <vector>

#include "leasecheck/spec/environment.hpp"
#include "tests/model/spec/generators.hpp"
#include "tests/model/spec/property.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t smallest = std::numeric_limits<std::int64_t>::min();

std::int64_t ms(Time time) {
  return time.time_since_epoch().count();
}

std::int64_t any_integer() {
  return *rc::gen::oneOf(rc::gen::arbitrary<std::int64_t>(), rc::gen::inRange<std::int64_t>(-9, 9),
                         rc::gen::element(smallest, smallest + 1, largest - 1, largest));
}

/// The oracle: twice as wide, then held at the ends.
__extension__ using Wide = __int128;
std::int64_t held_in_range(Wide value) {
  if (value > largest) return largest;
  if (value < smallest) return smallest;
  return static_cast<std::int64_t>(value);
}

TEST(Saturation, SumsAreHeldAtTheEndsOfTime) {
  check_property([] {
    const std::int64_t time = any_integer();
    const std::int64_t duration = any_integer();
    RC_ASSERT(ms(saturating_add(at_ms(time), Duration{duration})) ==
              held_in_range(Wide{time} + duration));
  });
}

TEST(Saturation, ProductsAreHeldAtTheEndsOfTime) {
  check_property([] {
    const std::int64_t duration = any_integer();
    const std::int64_t factor = any_integer();
    RC_ASSERT(saturating_multiply(Duration{duration}, factor).count() ==
              held_in_range(Wide{duration} * factor));
  });
}

struct Backoff {
  RetryPolicy policy;
  std::uint32_t attempt_no;
  std::int64_t expected_ms;
};

RetryPolicy policy(BackoffStrategy strategy, std::int64_t backoff_ms, std::int64_t multiplier = 2,
                   std::optional<Duration> max_backoff = {}) {
  return {strategy, Duration{backoff_ms}, max_backoff, multiplier, 3};
}

TEST(Backoff, FollowsTheTable) {
  constexpr auto fixed = BackoffStrategy::fixed;
  constexpr auto exponential = BackoffStrategy::exponential;
  constexpr std::uint32_t last = std::numeric_limits<std::uint32_t>::max();
  const std::vector<Backoff> table = {
      {policy(fixed, 100), 1, 100},
      {policy(fixed, 100), 7, 100},
      {policy(fixed, 100, 2, Duration{99}), 1, 99},
      {policy(fixed, 100, 2, Duration{100}), 1, 100},
      {policy(fixed, 0), 1, 1},
      {policy(fixed, 100, 2, Duration{0}), 1, 1},
      {policy(fixed, largest), 1, largest},
      {policy(exponential, 100), 1, 100},
      {policy(exponential, 100), 2, 200},
      {policy(exponential, 100), 4, 800},
      {policy(exponential, 100, 3), 3, 900},
      {policy(exponential, 100, 1), last, 100},
      {policy(exponential, 0), last, 1},
      {policy(exponential, 100, 2, Duration{799}), 4, 799},
      {policy(exponential, 100, 2, Duration{800}), 4, 800},
      {policy(exponential, 1), 63, std::int64_t{1} << 62},
      {policy(exponential, 1), 64, largest},
      {policy(exponential, 1, 2'147'483'646), last, largest},
  };
  for (const Backoff& row : table) {
    EXPECT_EQ(backoff_after(row.policy, row.attempt_no).count(), row.expected_ms)
        << row.policy << " after attempt " << row.attempt_no;
  }
}

TEST(Backoff, IsAtLeastOneMillisecondAndNeverAboveItsCap) {
  check_property([] {
    const RetryPolicy policy = *any_retry_policy();
    const auto attempt_no = *rc::gen::inRange<std::uint32_t>(1, 80);
    const Duration wait = backoff_after(policy, attempt_no);
    RC_ASSERT(wait >= Duration{1});
    if (policy.max_backoff) RC_ASSERT(wait <= std::max(*policy.max_backoff, Duration{1}));
  });
}

TEST(Backoff, NeverGetsShorterFromFailureToFailure) {
  check_property([] {
    RetryPolicy policy = *any_retry_policy();
    policy.multiplier = std::max<std::int64_t>(policy.multiplier, 1);
    policy.backoff = std::max(policy.backoff, Duration::zero());
    const auto attempt_no = *rc::gen::inRange<std::uint32_t>(1, 80);
    RC_ASSERT(backoff_after(policy, attempt_no) <= backoff_after(policy, attempt_no + 1));
  });
}

TEST(ClockError, ShowsOffsetAndDriftSinceTheBeginningOfTheRun) {
  const Time epoch = at_ms(1'000'000);
  const auto shown = [&](ClockError error, std::int64_t elapsed_ms) {
    return ms(shown_by(error, epoch + Duration{elapsed_ms}, epoch)) - ms(epoch);
  };
  EXPECT_EQ(shown({}, 5'000), 5'000);
  EXPECT_EQ(shown({.offset = Duration{-700}}, 5'000), 4'300);
  EXPECT_EQ(shown({.drift_ppm = 100}, 0), 0);
  EXPECT_EQ(shown({.drift_ppm = 100}, 9'999), 9'999);
  EXPECT_EQ(shown({.drift_ppm = 100}, 10'000), 10'001);
  EXPECT_EQ(shown({.drift_ppm = -100}, 10'000), 9'999);
  EXPECT_EQ(shown({.offset = Duration{3}, .drift_ppm = 250}, 3'600'000), 3'600'903);
}

TEST(ClockError, IsExactOverAnyRunAndSaturates) {
  check_property([] {
    const std::int64_t elapsed = *rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 50);
    const std::int64_t drift = *rc::gen::inRange<std::int64_t>(-10'000, 10'000);
    RC_ASSERT(ms(shown_by({.drift_ppm = drift}, at_ms(elapsed), at_ms(0))) ==
              held_in_range(elapsed + Wide{elapsed} * drift / 1'000'000));
  });
  EXPECT_EQ(shown_by({.offset = Duration::max()}, at_ms(1), at_ms(0)), end_of_time);
  EXPECT_EQ(shown_by({.offset = Duration::min()}, at_ms(-1), at_ms(0)), beginning_of_time);
}

}  // namespace
}  // namespace leasecheck::tests
