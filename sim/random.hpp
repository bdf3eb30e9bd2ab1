#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "leasecheck/spec/time.hpp"

namespace leasecheck::sim {

/// One named stream of random numbers, split from a run's root seed, so that one more draw for the
/// network does not shift the workload. The same seed and name give the same numbers on every
/// compiler and machine: the generator and all distributions are integer and our own, since the
/// standard library fixes neither across implementations.
/// Source: xoshiro256** and SplitMix64, Blackman and Vigna, "Scrambled Linear Pseudorandom Number
/// Generators", ACM TOMS 47(4), 2021; unbiased bounds by rejection.
class Stream {
 public:
  Stream(std::uint64_t root_seed, std::string_view name);

  /// 64 uniform bits.
  [[nodiscard]] std::uint64_t bits();

  /// Uniform in [0, bound). Pre: bound > 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);

  /// Uniform in [low, high]. Pre: low <= high.
  [[nodiscard]] std::int64_t between(std::int64_t low, std::int64_t high);

  /// Uniform in [low, high], whole milliseconds. Pre: low <= high.
  [[nodiscard]] model::Duration between(model::Duration low, model::Duration high);

  /// True `permille` times out of a thousand; draws nothing when it cannot be true.
  [[nodiscard]] bool chance(std::uint32_t permille);

  /// One element of a sequence that is not empty.
  template <typename T>
  [[nodiscard]] const T& pick(std::span<const T> choices) {
    return choices[below(choices.size())];
  }

 private:
  std::uint64_t state_[4];
};

}  // namespace leasecheck::sim
