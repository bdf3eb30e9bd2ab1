#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "leasecheck/check/model.hpp"

namespace leasecheck::check {

/// lease-core: the smallest model of leases, epochs and a grace window, the same for every checker
/// that it is written for (bench/peers has it for SPIN and rumur).
///
/// Workers claim attempts, refresh their leases and complete; time passes in ticks; a lease is
/// taken back once it has been expired for longer than the grace window; workers crash and forget.
/// A worker believes in the epoch it was granted until it learns better. Invariant: at most one
/// worker believes in the current epoch of a leased attempt, and it is the owner.
class LeaseCore {
 public:
  struct Bounds {
    unsigned workers = 3;
    unsigned attempts = 3;
    unsigned ttl = 3;     ///< Units: ticks.
    unsigned grace = 2;   ///< Units: ticks.
    unsigned epochs = 2;  ///< The highest epoch: how often an attempt can be claimed.
  };

  /// What is planted in the model, to see that a checker finds it.
  enum class Fault {
    none,
    epoch_not_raised,  ///< The claim of an attempt that was held before keeps its epoch.
  };

  static constexpr unsigned most_workers = 3;
  static constexpr unsigned most_attempts = 3;
  static constexpr unsigned most_remaining = 15;  ///< Of ttl + grace + 1.
  static constexpr unsigned most_epochs = 3;

  enum class Status : std::uint8_t { queued, leased, completed };

  /// One word of bit fields. Per attempt a byte: status, ticks remaining, epoch. Per worker ten
  /// bits: whether it is up, then per attempt whether it is the owner and the epoch it believes in.
  class State {
   public:
    static constexpr unsigned attempt_bits = 8;
    static constexpr unsigned pair_bits = 3;
    static constexpr unsigned worker_bits = 1 + pair_bits * most_attempts;
    static constexpr unsigned workers_at = attempt_bits * most_attempts;

    State() = default;
    explicit State(std::uint64_t word) : word_(word) {}
    bool operator==(const State&) const = default;

    [[nodiscard]] std::uint64_t word() const { return word_; }

    [[nodiscard]] Status status(unsigned a) const { return Status(field<2>(attempt_at(a))); }
    [[nodiscard]] unsigned remaining(unsigned a) const { return field<4>(attempt_at(a) + 2); }
    [[nodiscard]] unsigned epoch(unsigned a) const { return field<2>(attempt_at(a) + 6); }
    [[nodiscard]] bool up(unsigned w) const { return field<1>(worker_at(w)) != 0; }
    [[nodiscard]] bool owns(unsigned w, unsigned a) const { return field<1>(pair_at(w, a)) != 0; }
    [[nodiscard]] unsigned belief(unsigned w, unsigned a) const {
      return field<2>(pair_at(w, a) + 1);
    }

    void set_status(unsigned a, Status status) { set<2>(attempt_at(a), unsigned(status)); }
    void set_remaining(unsigned a, unsigned ticks) { set<4>(attempt_at(a) + 2, ticks); }
    void set_epoch(unsigned a, unsigned epoch) { set<2>(attempt_at(a) + 6, epoch); }
    void set_up(unsigned w) { set<1>(worker_at(w), 1); }
    void set_owner(unsigned w, unsigned a) { set<1>(pair_at(w, a), 1); }
    void set_belief(unsigned w, unsigned a, unsigned epoch) { set<2>(pair_at(w, a) + 1, epoch); }
    void clear_owner(unsigned a) {
      for (unsigned w = 0; w < most_workers; ++w) set<1>(pair_at(w, a), 0);
    }
    /// Down, and without any belief; it stays the owner of what it owns.
    void crash(unsigned w) {
      set<1>(worker_at(w), 0);
      for (unsigned a = 0; a < most_attempts; ++a) set_belief(w, a, 0);
    }

   private:
    static constexpr unsigned attempt_at(unsigned a) { return a * attempt_bits; }
    static constexpr unsigned worker_at(unsigned w) { return workers_at + w * worker_bits; }
    static constexpr unsigned pair_at(unsigned w, unsigned a) {
      return worker_at(w) + 1 + a * pair_bits;
    }
    template <unsigned bits>
    [[nodiscard]] unsigned field(unsigned at) const {
      return word_ >> at & ((1u << bits) - 1);
    }
    template <unsigned bits>
    void set(unsigned at, std::uint64_t value) {
      constexpr std::uint64_t mask = (1u << bits) - 1;
      word_ = (word_ & ~(mask << at)) | value << at;
    }

    std::uint64_t word_ = 0;
  };

  /// An action instance; the worker or attempt that a kind does not have is 0.
  struct Action {
    enum Kind : std::uint8_t { claim, heartbeat, complete, stale, tick, expire, crash, restart };
    Kind kind = tick;
    std::uint8_t worker = 0;
    std::uint8_t attempt = 0;
  };

  static constexpr std::size_t encoded_words = 1;

  /// Errors: a bound is 0 where there must be one, or above what the bit fields hold.
  [[nodiscard]] static std::expected<LeaseCore, std::string> make(Bounds bounds,
                                                                  Fault fault = Fault::none);

  [[nodiscard]] std::string name() const;
  [[nodiscard]] std::vector<State> initial_states() const;
  [[nodiscard]] Encoded<1> encode(const State& state) const { return {state.word()}; }
  [[nodiscard]] State decode(const Encoded<1>& code) const { return State(code[0]); }
  [[nodiscard]] std::vector<Property<LeaseCore>> properties() const;
  [[nodiscard]] std::string describe(const State& state) const;
  [[nodiscard]] std::string describe(const Action& action) const;

  /// One of the states that equal `state` up to the names of workers and attempts.
  [[nodiscard]] State canonical(const State& state) const;
  /// In how many ways these can be renamed: no symmetry can save more than this factor.
  [[nodiscard]] std::uint64_t renamings() const;
  /// How many states equal `state` up to these names, itself among them.
  [[nodiscard]] std::uint64_t orbit(const State& state) const;

  template <typename Emit>
  void successors(const State& state, Emit&& emit) const {
    tick(state, emit);
    for (std::uint8_t a = 0; a < bounds_.attempts; ++a) expire(state, a, emit);
    for (std::uint8_t w = 0; w < bounds_.workers; ++w) {
      if (state.up(w)) {
        crash(state, w, emit);
        for (std::uint8_t a = 0; a < bounds_.attempts; ++a) work(state, w, a, emit);
      } else {
        restart(state, w, emit);
      }
    }
  }

 private:
  LeaseCore(Bounds bounds, Fault fault)
      : bounds_(bounds), fault_(fault), full_(bounds.ttl + bounds.grace + 1) {}

  template <typename Emit>
  void tick(const State& state, Emit&& emit) const {
    State next = state;
    for (unsigned a = 0; a < bounds_.attempts; ++a) {
      const bool counts = state.status(a) == Status::leased && state.remaining(a) > 0;
      if (counts) next.set_remaining(a, state.remaining(a) - 1);
    }
    if (next != state) emit(Action{Action::tick}, next);
  }

  template <typename Emit>
  void expire(State state, std::uint8_t a, Emit&& emit) const {
    if (state.status(a) != Status::leased || state.remaining(a) > 0) return;
    state.set_status(a, Status::queued);
    state.clear_owner(a);
    emit(Action{Action::expire, 0, a}, state);
  }

  template <typename Emit>
  void crash(State state, std::uint8_t w, Emit&& emit) const {
    state.crash(w);
    emit(Action{Action::crash, w}, state);
  }

  template <typename Emit>
  void restart(State state, std::uint8_t w, Emit&& emit) const {
    state.set_up(w);
    emit(Action{Action::restart, w}, state);
  }

  // What worker w, which is up, may do about attempt a.
  template <typename Emit>
  void work(const State& state, std::uint8_t w, std::uint8_t a, Emit&& emit) const {
    const Status status = state.status(a);
    const unsigned belief = state.belief(w, a);
    if (status == Status::queued && state.epoch(a) < bounds_.epochs) claim(state, w, a, emit);
    if (status == Status::leased && belief == state.epoch(a)) {
      heartbeat(state, w, a, emit);
      complete(state, w, a, emit);
    } else if (belief != 0) {
      State next = state;
      next.set_belief(w, a, 0);
      emit(Action{Action::stale, w, a}, next);
    }
  }

  template <typename Emit>
  void claim(State state, std::uint8_t w, std::uint8_t a, Emit&& emit) const {
    const bool kept = fault_ == Fault::epoch_not_raised && state.epoch(a) > 0;
    const unsigned epoch = state.epoch(a) + (kept ? 0 : 1);
    state.set_status(a, Status::leased);
    state.set_owner(w, a);
    state.set_remaining(a, full_);
    state.set_epoch(a, epoch);
    state.set_belief(w, a, epoch);
    emit(Action{Action::claim, w, a}, state);
  }

  template <typename Emit>
  void heartbeat(State state, std::uint8_t w, std::uint8_t a, Emit&& emit) const {
    state.set_remaining(a, full_);
    emit(Action{Action::heartbeat, w, a}, state);
  }

  template <typename Emit>
  void complete(State state, std::uint8_t w, std::uint8_t a, Emit&& emit) const {
    state.set_status(a, Status::completed);
    state.clear_owner(a);
    state.set_remaining(a, 0);
    state.set_belief(w, a, 0);
    emit(Action{Action::complete, w, a}, state);
  }

  Bounds bounds_;
  Fault fault_;
  unsigned full_;  ///< The ticks a fresh lease has: until one more than the grace window is over.
};

}  // namespace leasecheck::check
