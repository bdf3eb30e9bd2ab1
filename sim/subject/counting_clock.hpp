#pragma once

#include <cstdint>

#include "lease/clock.hpp"

namespace leasecheck::sim {

/// Shows what it is told to show, and counts how often it is read.
class CountingClock final : public lease::Clock {
 public:
  [[nodiscard]] lease::Time now() override {
    ++reads_;
    return shown_;
  }

  /// What the next readings are; they are counted from 0 again.
  void show(lease::Time time) {
    shown_ = time;
    reads_ = 0;
  }

  [[nodiscard]] std::uint64_t reads() const { return reads_; }

 private:
  lease::Time shown_{};
  std::uint64_t reads_ = 0;
};

}  // namespace leasecheck::sim
