#pragma once

#include <cstdint>
#include <string_view>

#include "traces/codec.hpp"

namespace leasecheck::traces {

/// How a log of somebody else writes its times.
enum class TimeUnit : std::uint8_t {
  seconds,  ///< since the epoch, here and below; with a fraction or without
  milliseconds,
  microseconds,
  nanoseconds,
  iso8601  ///< 2026-11-30T18:04:52.123Z, with a blank for the T, and +01:00 for the Z, if need be
};

/// Rounded down to a millisecond.
/// Errors: ": expected …, found …".
[[nodiscard]] Decoded<model::Time> instant_from_text(std::string_view text, TimeUnit unit);

/// A duration as people write it: "250ms", "30s", "5m", "2h", "7d".
/// Errors: ": expected …, found …".
[[nodiscard]] Decoded<model::Duration> duration_from_text(std::string_view text);

}  // namespace leasecheck::traces
