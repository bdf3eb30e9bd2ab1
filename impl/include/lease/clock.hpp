#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace lease {

/// Whole milliseconds.
using Duration = std::chrono::milliseconds;

/// UTC milliseconds since the Unix epoch, signed 64-bit.
using Time = std::chrono::sys_time<Duration>;

/// `time + duration`, held at the ends of the range instead of wrapping.
[[nodiscard]] Time saturating_add(Time time, Duration duration);

/// `duration * factor`, held at the ends of the range instead of wrapping.
[[nodiscard]] Duration saturating_multiply(Duration duration, std::int64_t factor);

/// "2026-11-28T19:06:11.123Z" (RFC 3339); a time outside the years 0 to 9999 as its count since the
/// epoch: "9223372036854775807 ms".
[[nodiscard]] std::string to_string(Time time);

/// Where "now" comes from. It is injected, so that the code that is simulated is the code that
/// ships. Whoever is given a clock keeps a reference: the clock must live longer.
class Clock {
 public:
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  /// Returns: the present time. It may be smaller than one returned before: clocks are set.
  /// Pre (of an implementation): it does not call the repository that reads it, which holds its
  /// lock meanwhile. It may throw: the repository's call then has no effect, and its caller gets
  /// the exception.
  /// Thread: any, several at a time.
  [[nodiscard]] virtual Time now() = 0;

 protected:
  Clock() = default;
};

/// The operating system's UTC clock, in whole milliseconds.
class SystemClock final : public Clock {
 public:
  /// Thread: any, several at a time; it does not block.
  [[nodiscard]] Time now() override;
};

}  // namespace lease
