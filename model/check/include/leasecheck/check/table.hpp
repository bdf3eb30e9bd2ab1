#pragma once

#include <sys/mman.h>

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "leasecheck/check/model.hpp"

namespace leasecheck::check {

/// Mixes all bits of a word into all others (the finaliser of SplitMix64).
/// Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
inline std::uint64_t mix(std::uint64_t word) {
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
  word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
  return word ^ (word >> 31);
}

template <std::size_t words>
std::uint64_t hash(const Encoded<words>& key) {
  std::uint64_t result = mix(key[0]);
  for (std::size_t i = 1; i < words; ++i) result = mix(result ^ key[i]);
  return result;
}

/// A set of keys of `words` words in one array with linear probing, exact: whole keys are stored
/// and compared. Of fixed size: whoever owns it keeps the load below one and builds a larger one.
///
/// A key's first word has two bits to spare. `taken` tells a stored zero from an empty slot. A key
/// of several words is not written at once: the thread that wins the slot by compare-and-swap of
/// its first word writes the rest and then adds `ready`; whoever meets the same first word waits
/// for that.
template <std::size_t words>
class Table {
 public:
  using Key = Encoded<words>;

  /// Pre: `slots` is a power of two.
  /// Errors: `allocated()` is false if the system gave no memory.
  explicit Table(std::size_t slots)
      : mask_(slots - 1), memory_(map(bytes_for(slots)), Unmap{bytes_for(slots)}) {}

  /// The first and smallest size, and the largest number of keys that a size is used for: linear
  /// probing stays short up to three quarters.
  static constexpr std::size_t least_slots = std::size_t{1} << 12;
  static constexpr std::size_t capacity(std::size_t slots) { return slots / 4 * 3; }
  static constexpr std::size_t bytes_for(std::size_t slots) { return slots * sizeof(Key); }

  [[nodiscard]] bool allocated() const { return memory_ != nullptr; }
  [[nodiscard]] std::size_t slots() const { return mask_ + 1; }

  /// Starts to fetch the slot of a key with this hash.
  void prefetch(std::uint64_t hash) const { __builtin_prefetch(slot(hash & mask_)); }

  /// Adds `key` and tells whether it is new.
  /// Pre: `hash` is a function of `key` alone; a slot is empty.
  /// Thread: safe; of several threads with one new key exactly one gets true.
  bool insert(const Key& key, std::uint64_t hash) {
    const std::uint64_t first = key[0] | taken;
    for (std::size_t i = hash & mask_;; i = (i + 1) & mask_) {
      std::uint64_t* const place = slot(i);
      std::atomic_ref head(*place);
      std::uint64_t seen = head.load(std::memory_order_acquire);
      if (seen == 0 && head.compare_exchange_strong(seen, first, std::memory_order_acq_rel)) {
        for (std::size_t w = 1; w < words; ++w) place[w] = key[w];
        if constexpr (words > 1) head.store(first | ready, std::memory_order_release);
        return true;
      }
      if ((seen | ready) != (first | ready)) continue;
      while ((seen & ready) != ready) seen = head.load(std::memory_order_acquire);
      if (equal_rest(place, key)) return false;
    }
  }

 private:
  static constexpr std::uint64_t taken = std::uint64_t{1} << 63;
  static constexpr std::uint64_t ready = words > 1 ? std::uint64_t{1} << 62 : 0;

  struct Unmap {
    std::size_t bytes;
    void operator()(std::uint64_t* memory) const { munmap(memory, bytes); }
  };

  // Zero pages straight from the system: they cost nothing until touched, and go back at once.
  static std::uint64_t* map(std::size_t bytes) {
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return nullptr;
    madvise(memory, bytes, MADV_HUGEPAGE);  // Fewer misses of the TLB; a hint, may be refused.
    return static_cast<std::uint64_t*>(memory);
  }

  std::uint64_t* slot(std::size_t i) const { return memory_.get() + i * words; }

  static bool equal_rest(const std::uint64_t* place, const Key& key) {
    for (std::size_t w = 1; w < words; ++w) {
      if (place[w] != key[w]) return false;
    }
    return true;
  }

  std::size_t mask_;
  std::unique_ptr<std::uint64_t, Unmap> memory_;
};

}  // namespace leasecheck::check
