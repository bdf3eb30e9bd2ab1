#pragma once

#include <cstdint>

namespace leasecheck::bench {

/// What a search of lease-core counted.
struct Counts {
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t depth = 0;
  bool operator==(const Counts&) const = default;
};

/// Searches lease-core with 3 workers, 3 attempts, ttl 3, grace 2 and highest epoch 2, written by
/// hand for exactly this size: the ceiling that the generic checker is measured against.
///
/// The model is compiled into one 64-bit word and its loops unrolled over constants; the visited
/// set is an open-addressing table of 2^24 words that cannot grow; each new successor waits in a
/// ring of 64 while the cache line of its slot is fetched. It keeps no counterexamples, bounds no
/// memory and runs on one core.
/// Returns: the counts, or zero states if the memory was not to be had.
Counts yardstick();

}  // namespace leasecheck::bench
