#pragma once

#include <chrono>
#include <cstdint>

namespace lease {

/// Whole milliseconds.
using Duration = std::chrono::milliseconds;

/// UTC milliseconds since the Unix epoch, signed 64-bit.
using Time = std::chrono::sys_time<Duration>;

/// `time + duration`, held at the ends of the range instead of wrapping.
[[nodiscard]] Time saturating_add(Time time, Duration duration);

/// `duration * factor`, held at the ends of the range instead of wrapping.
[[nodiscard]] Duration saturating_multiply(Duration duration, std::int64_t factor);

/// Where "now" comes from. Injected, so that the code that is simulated is the code that ships.
/// Thread: `now` may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Time now() = 0;
};

/// The operating system's UTC clock, in whole milliseconds.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Time now() override;
};

}  // namespace lease
