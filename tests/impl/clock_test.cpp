#include "lease/clock.hpp"

#include <gtest/gtest.h>

#include "tests/impl/fixture.hpp"

namespace leasecheck::tests {
namespace {

using lease::Duration;
using lease::saturating_add;
using lease::saturating_multiply;
using lease::Time;

TEST(SaturatingAdd, AddsWhereTheSumFits) {
  EXPECT_EQ(saturating_add(at(5), Duration{-7}), at(-2));
  EXPECT_EQ(saturating_add(Time::max(), Duration{0}), Time::max());
  EXPECT_EQ(saturating_add(Time::max(), Duration::min()), at(-1));
}

TEST(SaturatingAdd, HoldsAtTheEndsOfTheRange) {
  EXPECT_EQ(saturating_add(Time::max(), Duration{1}), Time::max());
  EXPECT_EQ(saturating_add(at(1), Duration::max()), Time::max());
  EXPECT_EQ(saturating_add(Time::min(), Duration{-1}), Time::min());
  EXPECT_EQ(saturating_add(at(-2), Duration::min()), Time::min());
}

TEST(SaturatingMultiply, MultipliesWhereTheProductFits) {
  EXPECT_EQ(saturating_multiply(Duration{-3}, 4), Duration{-12});
  EXPECT_EQ(saturating_multiply(Duration::max(), 1), Duration::max());
  EXPECT_EQ(saturating_multiply(Duration::min(), 0), Duration{0});
}

TEST(SaturatingMultiply, HoldsAtTheEndsOfTheRange) {
  EXPECT_EQ(saturating_multiply(Duration::max(), 2), Duration::max());
  EXPECT_EQ(saturating_multiply(Duration::max(), -2), Duration::min());
  EXPECT_EQ(saturating_multiply(Duration::min(), 2), Duration::min());
  EXPECT_EQ(saturating_multiply(Duration::min(), -1), Duration::max());
}

TEST(SystemClock, ShowsTheTimeOfThisCentury) {
  constexpr std::int64_t year_2020 = 1'577'836'800'000;
  constexpr std::int64_t year_2100 = 4'102'444'800'000;
  lease::SystemClock clock;
  EXPECT_GT(clock.now(), at(year_2020));
  EXPECT_LT(clock.now(), at(year_2100));
}

}  // namespace
}  // namespace leasecheck::tests
