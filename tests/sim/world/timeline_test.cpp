#include "sim/world/timeline.hpp"

#include <gtest/gtest.h>

#include <string>

namespace leasecheck::sim {
namespace {

using model::at_ms;
using model::Duration;

constexpr auto never = [] { return false; };
constexpr auto nobody = [](model::Time) {};

TEST(Timeline, JumpsFromEventToEventInOrder) {
  Timeline timeline(at_ms(100), nobody);
  std::string order;
  timeline.at(at_ms(300), [&] { order += "c"; });
  timeline.at(at_ms(200), [&] { order += "a"; });
  timeline.at(at_ms(200), [&] { order += "b"; });
  timeline.run_until(at_ms(1000), never);
  EXPECT_EQ(order, "abc");
  EXPECT_EQ(timeline.now(), at_ms(1000));
}

TEST(Timeline, HappensAtTheEndAndNotAfterIt) {
  Timeline timeline(at_ms(0), nobody);
  int happened = 0;
  timeline.at(at_ms(10), [&] { ++happened; });
  timeline.at(at_ms(11), [&] { ++happened; });
  timeline.run_until(at_ms(10), never);
  EXPECT_EQ(happened, 1);
}

TEST(Timeline, WhatIsPlannedForThePastHappensNow) {
  Timeline timeline(at_ms(50), nobody);
  model::Time when{};
  timeline.at(at_ms(10), [&] { when = timeline.now(); });
  timeline.run_until(at_ms(60), never);
  EXPECT_EQ(when, at_ms(50));
}

TEST(Timeline, StopsWhenItIsOver) {
  Timeline timeline(at_ms(0), nobody);
  bool over = false;
  int happened = 0;
  for (int i = 1; i <= 3; ++i) {
    timeline.at(at_ms(i), [&] { over = ++happened == 2; });
  }
  timeline.run_until(at_ms(10), [&] { return over; });
  EXPECT_EQ(happened, 2);
  EXPECT_EQ(timeline.now(), at_ms(2));
}

TEST(SkewedClock, ShowsOffsetAndDrift) {
  Timeline timeline(at_ms(1'000'000), nobody);
  const SkewedClock clock(timeline, {.offset = Duration{-5}, .drift_ppm = 100});
  EXPECT_EQ(clock.shows(), at_ms(999'995));
  timeline.run_until(at_ms(1'100'000), never);
  EXPECT_EQ(clock.shows(), at_ms(1'100'005));
}

TEST(SkewedClock, TellsTheFirstTrueTimeAtWhichItShowsSomething) {
  Timeline timeline(at_ms(0), nobody);
  for (const std::int64_t drift : {-500, -3, 0, 7, 500}) {
    for (const std::int64_t offset : {-1000, 0, 1000}) {
      const SkewedClock clock(timeline, {.offset = Duration{offset}, .drift_ppm = drift});
      for (std::int64_t shown = 2000; shown < 2'000'000; shown += 99'991) {
        const model::Time then = clock.true_time_of(at_ms(shown));
        EXPECT_GE(model::shown_by(clock.error(), then, at_ms(0)), at_ms(shown));
        EXPECT_LT(model::shown_by(clock.error(), then - Duration{1}, at_ms(0)), at_ms(shown));
      }
    }
  }
}

}  // namespace
}  // namespace leasecheck::sim
