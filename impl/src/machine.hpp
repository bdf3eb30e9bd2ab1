#pragma once

#include <chrono>

#include "lease/clock.hpp"

/// What only threads of production ask the machine for; nothing here is simulated.
namespace lease {

/// Since some moment, by a clock that nobody sets.
[[nodiscard]] Duration uptime();
/// As above, as fine as the machine tells it.
[[nodiscard]] std::chrono::nanoseconds fine_uptime();

/// Returns: from 0 to `most`, each as likely as the others up to a rounding that does not matter,
/// so that those who began together part. Pre: `most >= 0`. Thread: any.
[[nodiscard]] Duration random_pause(Duration most);

}  // namespace lease
