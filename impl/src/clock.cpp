#include "lease/clock.hpp"

namespace lease {

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

Time SystemClock::now() {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

}  // namespace lease
