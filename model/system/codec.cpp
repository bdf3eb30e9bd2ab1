#include "model/system/codec.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "model/system/instants.hpp"

namespace leasecheck::system {
namespace {

constexpr unsigned bits_of_checker = 2;  // the highest of the first word

unsigned bits_for(std::uint64_t largest) {
  return static_cast<unsigned>(std::bit_width(largest));
}

/// Fields go from the top of a word down and never across its end.
class Place {
 public:
  unsigned take(unsigned bits) {
    if (used_ + bits > 64) {
      ++word_;
      used_ = 0;
    }
    used_ += bits;
    return 64 - used_;
  }
  [[nodiscard]] std::size_t word() const { return word_; }

 private:
  std::size_t word_ = 0;
  unsigned used_ = bits_of_checker;
};

struct Counting {
  Place place;
  void field(std::uint64_t&, unsigned bits) { place.take(bits); }
};

struct Packing {
  std::span<std::uint64_t> words;
  Place place;
  void field(std::uint64_t& value, unsigned bits) {
    const unsigned shift = place.take(bits);
    if (bits > 0) words[place.word()] |= value << shift;
  }
};

struct Unpacking {
  std::span<const std::uint64_t> words;
  Place place;
  void field(std::uint64_t& value, unsigned bits) {
    const unsigned shift = place.take(bits);
    value = bits == 0 ? 0 : words[place.word()] >> shift & ((std::uint64_t{1} << bits) - 1);
  }
};

/// A field of any type that counts; `least` is what stands for zero.
template <typename T, typename Bits>
void field(T& value, unsigned width, Bits& bits, std::int64_t least = 0) {
  auto raw = static_cast<std::uint64_t>(static_cast<std::int64_t>(value) - least);
  bits.field(raw, width);
  value = static_cast<T>(static_cast<std::int64_t>(raw) + least);
}

}  // namespace

Codec::Codec(const Options& options) : options_(options) {
  const Duration ahead = std::ranges::max(options.reapers);
  const Duration latest =
      std::max({options.ttl, options.timeout, options.heartbeat_period, options.backoff + ahead});
  const Duration earliest = std::min(-options.skew, -options.grace - Duration{1});
  earliest_ = static_cast<Relative>(earliest.count());
  time_bits_ = bits_for(static_cast<std::uint64_t>((latest - earliest).count()));
  phases_ = Instants(options).phases();
  phase_bits_ = bits_for(phases_ - 1);
  // Each worker and message refers to one lease at most, the attempt to two and the resource to
  // one.
  lease_bits_ = bits_for(options.workers + std::max(options.messages, 1U) + 3);
  attempt_no_bits_ = bits_for(options.retries + 2);
  delivery_bits_ = bits_for(options.max_deliveries);
  Counting counting;
  State state;
  walk(state, counting);
  words_ = counting.place.word() + 1;
}

void Codec::pack(const State& state, std::span<std::uint64_t> words) const {
  Packing packing{.words = words, .place = {}};
  State copy = state;
  walk(copy, packing);
}

State Codec::unpack(std::span<const std::uint64_t> words) const {
  Unpacking unpacking{.words = words, .place = {}};
  State state;
  walk(state, unpacking);
  return state;
}

bool Codec::is_in_bounds(const State& state) const {
  const auto exists = [](auto value, auto last) { return value <= last; };
  bool holds = state.broken < Broken::count && state.phase < phases_;
  for (const AttemptState& attempt : state.attempts) {
    holds = holds && std::to_underlying(attempt.status) < model::status_count &&
            attempt.holder < options_.workers &&
            exists(attempt.acked_as, model::AckOutcome::cancelled);
  }
  for (const WorkerState& worker : state.workers) {
    holds = holds && exists(worker.phase, WorkerState::Phase::finishing) &&
            worker.attempt < options_.attempts;
  }
  for (const Message& message : state.messages) {
    holds = holds && exists(message.kind, Message::Kind::over) &&
            message.worker < options_.workers && message.attempt < options_.attempts;
  }
  return holds;
}

template <typename Bits>
void Codec::time(Relative& time, Bits& bits) const {
  field(time, time_bits_, bits, earliest_);
}

template <typename Bits>
void Codec::walk(State& state, Bits& bits) const {
  field(state.broken, bits_for(std::to_underlying(Broken::count) - 1), bits);
  field(state.is_calm, options_.calm ? 1 : 0, bits);
  field(state.phase, phase_bits_, bits);
  for (unsigned i = 0; i < options_.attempts; ++i) walk(state.attempts[i], bits);
  for (unsigned i = 0; i < options_.workers; ++i) walk(state.workers[i], bits);
  for (unsigned i = 0; i < options_.messages; ++i) walk(state.messages[i], bits);
}

template <typename Bits>
void Codec::walk(AttemptState& attempt, Bits& bits) const {
  field(attempt.status, bits_for(model::status_count - 1), bits);
  field(attempt.attempt_no, attempt_no_bits_, bits);
  field(attempt.deliveries, delivery_bits_, bits);
  field(attempt.version, lease_bits_, bits);
  field(attempt.leases, lease_bits_, bits);
  field(attempt.lease, lease_bits_, bits);
  field(attempt.holder, bits_for(options_.workers - 1), bits);
  field(attempt.acked, lease_bits_, bits);
  field(attempt.acked_as, 2, bits);
  time(attempt.expires, bits);
  if (options_.timeout > Duration{0} || options_.retries > 0) time(attempt.due, bits);
  if (!options_.effects) return;
  field(attempt.seen_version, lease_bits_, bits);
  field(attempt.seen_lease, lease_bits_, bits);
}

template <typename Bits>
void Codec::walk(WorkerState& worker, Bits& bits) const {
  field(worker.is_up, 1, bits);
  field(worker.is_behind, options_.skew > Duration{0} ? 1 : 0, bits);
  field(worker.awaits, 1, bits);
  field(worker.phase, 2, bits);
  field(worker.attempt, bits_for(options_.attempts - 1), bits);
  field(worker.lease, lease_bits_, bits);
  field(worker.version, lease_bits_, bits);
  field(worker.outcome, options_.retries > 0 ? 1 : 0, bits);
  time(worker.expires, bits);
  if (options_.timeout > Duration{0}) time(worker.deadline, bits);
  if (options_.heartbeat_period > Duration{0}) time(worker.next_heartbeat, bits);
}

template <typename Bits>
void Codec::walk(Message& message, Bits& bits) const {
  field(message.kind, 3, bits);
  field(message.worker, bits_for(options_.workers - 1), bits);
  field(message.attempt, bits_for(options_.attempts - 1), bits);
  field(message.lease, lease_bits_, bits);
  field(message.awaited, 1, bits);
  field(message.outcome, options_.retries > 0 ? 1 : 0, bits);
  field(message.version, lease_bits_, bits);
  time(message.expires, bits);
  if (options_.timeout > Duration{0}) time(message.deadline, bits);
}

}  // namespace leasecheck::system
