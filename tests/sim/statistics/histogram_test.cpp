#include "sim/statistics/histogram.hpp"

#include <gtest/gtest.h>

namespace leasecheck::sim {
namespace {

using model::Duration;

TEST(Histogram, KnowsNothingOfNothing) {
  const Histogram none;
  EXPECT_EQ(none.count(), 0U);
  EXPECT_FALSE(none.percentile(50));
  EXPECT_FALSE(none.longest());
}

TEST(Histogram, AnswersTheNearestRank) {
  Histogram histogram;
  for (std::int64_t ms = 1; ms <= 10; ++ms) histogram.add(Duration{ms * 100});
  EXPECT_EQ(histogram.percentile(1), Duration{100});
  EXPECT_EQ(histogram.percentile(50), Duration{500});
  EXPECT_EQ(histogram.percentile(90), Duration{900});
  EXPECT_EQ(histogram.percentile(91), Duration{1000});
  EXPECT_EQ(histogram.percentile(100), Duration{1000});
}

TEST(Histogram, IsExactBelow2048MsAndKeepsElevenBinaryDigitsBeyond) {
  const auto kept = [](std::int64_t ms) {
    Histogram histogram;
    histogram.add(Duration{ms});
    EXPECT_EQ(histogram.longest(), Duration{ms});
    return histogram.percentile(50)->count();
  };
  for (std::int64_t ms = 0; ms < 2048; ++ms) EXPECT_EQ(kept(ms), ms);
  EXPECT_EQ(kept(2049), 2048);
  EXPECT_EQ(kept(4095), 4094);
  for (std::int64_t ms = 2048; ms < INT64_MAX / 7; ms = ms * 7 + 3) {
    EXPECT_LE(kept(ms), ms);
    EXPECT_GT(kept(ms), ms - ms / 1000);
  }
}

// A day and a year of distinct durations take no more than so many counts.
TEST(Histogram, HasBoundedMemory) {
  Histogram histogram;
  for (std::int64_t ms = 0; ms < 86'400'000; ms += 97) histogram.add(Duration{ms});
  EXPECT_LT(histogram.counts().size(), 20'000U);
  EXPECT_EQ(histogram.count(), 890'722U);
}

TEST(Histogram, AddsUp) {
  Histogram one;
  Histogram two;
  Histogram both;
  for (const std::int64_t ms : {5, 7'777}) {
    one.add(Duration{ms});
    both.add(Duration{ms});
  }
  for (const std::int64_t ms : {5, 99'999}) {
    two.add(Duration{ms});
    both.add(Duration{ms});
  }
  one.add(two);
  EXPECT_EQ(one, both);
  EXPECT_EQ(one, Histogram(both.counts(), *both.longest()));
}

}  // namespace
}  // namespace leasecheck::sim
