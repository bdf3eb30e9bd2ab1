#include "machine.hpp"

#include <sys/random.h>

#include <cstdint>

#include "check.hpp"

namespace lease {

Duration uptime() {
  return std::chrono::floor<Duration>(fine_uptime());
}

std::chrono::nanoseconds fine_uptime() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

Duration random_pause(Duration most) {
  std::uint64_t bits = 0;
  check(::getrandom(&bits, sizeof bits, 0) == static_cast<ssize_t>(sizeof bits),
        "the operating system has random bits");
  return Duration{static_cast<std::int64_t>(bits % (static_cast<std::uint64_t>(most.count()) + 1))};
}

}  // namespace lease
