#pragma once

#include <cstdint>
#include <vector>

#include "model/system/options.hpp"

namespace leasecheck::system {

/// The instants at which anything happens in a searched world: k·period + offset, for every k and
/// each of the offsets. Searching only these is sound, since every such run is a run; and it loses
/// nothing, for this reason:
///
/// Whether a sequence of actions can happen is decided by comparisons of two instants with a
/// constant: t_j - t_i >= c, where c is put together from ttl, grace, heartbeat period, timeout and
/// backoff (whole multiples of their greatest common divisor, the period), the skew where a
/// worker's clock is compared with another one, and 1 ms where the comparison is strict. If such
/// constraints have a solution at all they have the least one, in which each instant is the length
/// of a longest path from the first one; a path is a sum of such constants. So every sequence of
/// actions that can happen at all can happen at instants k·period + j·skew + i·1 ms, where i and j
/// count the strict comparisons and the conversions between clocks on one path, signed.
///
/// `i` is at most `slack`, `j` at most 1: a path that needs more is one along which so many strict
/// comparisons are tight at once. Tests search with more slack, and every millisecond of small
/// worlds, and find the same verdicts.
/// Source: Cormen, Leiserson, Rivest, Stein, "Introduction to Algorithms", chapter 24.4.
class Instants {
 public:
  explicit Instants(const Options& options);

  [[nodiscard]] unsigned phases() const { return static_cast<unsigned>(offsets_.size()); }

  /// From an instant of this phase, the wait until the next one.
  [[nodiscard]] std::int32_t wait_after(unsigned phase) const;
  [[nodiscard]] unsigned next(unsigned phase) const { return (phase + 1) % phases(); }

  /// The phase that a wait from this one ends in. Pre: the wait is a sum of waits to the next one.
  [[nodiscard]] unsigned after(unsigned phase, std::int32_t wait) const;

 private:
  std::int32_t period_;
  std::vector<std::int32_t> offsets_;  ///< Ascending, from 0, below the period.
};

}  // namespace leasecheck::system
