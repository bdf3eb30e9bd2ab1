#pragma once

#include <chrono>
#include <cstdint>

namespace leasecheck::model {

/// Whole milliseconds; the only duration of the contract.
using Duration = std::chrono::milliseconds;

/// UTC milliseconds since the Unix epoch, signed 64-bit.
using Time = std::chrono::sys_time<Duration>;

static_assert(sizeof(Duration::rep) == 8, "the contract's times are signed 64-bit");

inline constexpr Time beginning_of_time = Time::min();
inline constexpr Time end_of_time = Time::max();

/// `time + duration`, held at the ends of the range instead of wrapping.
/// Source: contract, section 1 ("sums and products of times saturate").
[[nodiscard]] Time saturating_add(Time time, Duration duration);

/// `duration * factor`, held at the ends of the range instead of wrapping.
[[nodiscard]] Duration saturating_multiply(Duration duration, std::int64_t factor);

/// Shorthand for tests and tables: the time `ms` milliseconds after the epoch.
[[nodiscard]] constexpr Time at_ms(std::int64_t ms) {
  return Time{Duration{ms}};
}

}  // namespace leasecheck::model
