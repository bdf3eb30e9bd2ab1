#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "model/system/state.hpp"

namespace leasecheck::system {

/// Packs states of one searched world into as few bits as its bounds allow: the number of bits of
/// each field follows from the options, and what the options switch off takes none.
class Codec {
 public:
  /// Pre: `validate(options)`.
  explicit Codec(const Options& options);

  /// 64-bit words that a state takes, the two bits that are the checker's included.
  [[nodiscard]] std::size_t words() const { return words_; }

  /// Pre: the state is normalised; `words` are zero and at least `words()`.
  void pack(const State& state, std::span<std::uint64_t> words) const;
  [[nodiscard]] State unpack(std::span<const std::uint64_t> words) const;

  /// Whether what was unpacked names only workers, attempts, phases … that there are. Of words that
  /// `pack` has written it does.
  [[nodiscard]] bool is_in_bounds(const State& state) const;

 private:
  /// One walk over the fields serves packing, unpacking and counting, so that they cannot differ.
  template <typename Bits>
  void walk(State& state, Bits& bits) const;
  template <typename Bits>
  void walk(AttemptState& attempt, Bits& bits) const;
  template <typename Bits>
  void walk(WorkerState& worker, Bits& bits) const;
  template <typename Bits>
  void walk(Message& message, Bits& bits) const;
  template <typename Bits>
  void time(Relative& time, Bits& bits) const;

  Options options_;
  unsigned phases_;
  unsigned phase_bits_;
  Relative earliest_;
  unsigned time_bits_;
  unsigned lease_bits_;
  unsigned attempt_no_bits_;
  unsigned delivery_bits_;
  std::size_t words_;
};

}  // namespace leasecheck::system
