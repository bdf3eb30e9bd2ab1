#include "bench/in_turns.hpp"

#include <chrono>
#include <ctime>

namespace leasecheck::bench {

Seconds wall_clock() {
  return std::chrono::duration<Seconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Seconds processor_clock() {
  return static_cast<Seconds>(std::clock()) / CLOCKS_PER_SEC;
}

}  // namespace leasecheck::bench
