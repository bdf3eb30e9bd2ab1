#include "lease/clock.hpp"

namespace lease {
namespace {

std::string padded(std::int64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  return std::string(width - digits.size(), '0') + digits;
}

}  // namespace

Time saturating_add(Time time, Duration duration) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(time.time_since_epoch().count(), duration.count(), &sum)) {
    return duration.count() < 0 ? Time::min() : Time::max();
  }
  return Time{Duration{sum}};
}

Duration saturating_multiply(Duration duration, std::int64_t factor) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(duration.count(), factor, &product)) {
    return (duration.count() < 0) == (factor < 0) ? Duration::max() : Duration::min();
  }
  return Duration{product};
}

std::string to_string(Time time) {
  using namespace std::chrono;
  if (time < sys_days(year(0) / 1 / 1) || time >= sys_days(year(10'000) / 1 / 1)) {
    return std::to_string(time.time_since_epoch().count()) + " ms";
  }
  const auto midnight = floor<days>(time);
  const year_month_day date(midnight);
  const hh_mm_ss clock(time - midnight);
  return padded(int(date.year()), 4) + "-" + padded(unsigned(date.month()), 2) + "-" +
         padded(unsigned(date.day()), 2) + "T" + padded(clock.hours().count(), 2) + ":" +
         padded(clock.minutes().count(), 2) + ":" + padded(clock.seconds().count(), 2) + "." +
         padded(clock.subseconds().count(), 3) + "Z";
}

Time SystemClock::now() {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

}  // namespace lease
