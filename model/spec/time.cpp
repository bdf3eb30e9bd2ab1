#include "leasecheck/spec/time.hpp"

namespace leasecheck::model {

Time saturating_add(Time time, Duration duration) {
  Duration::rep sum = 0;
  if (__builtin_add_overflow(time.time_since_epoch().count(), duration.count(), &sum)) {
    return duration.count() > 0 ? end_of_time : beginning_of_time;
  }
  return at_ms(sum);
}

Duration saturating_multiply(Duration duration, std::int64_t factor) {
  Duration::rep product = 0;
  if (__builtin_mul_overflow(duration.count(), factor, &product)) {
    return (duration.count() > 0) == (factor > 0) ? Duration::max() : Duration::min();
  }
  return Duration{product};
}

}  // namespace leasecheck::model
