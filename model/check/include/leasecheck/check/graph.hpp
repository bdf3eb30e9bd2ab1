#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>

#include "leasecheck/check/model.hpp"
#include "leasecheck/check/require.hpp"

namespace leasecheck::check {

/// The graph that is searched: that of the model, or one reduced in ways that keep the verdict.
///
/// With symmetry each state stands for all that equal it up to renaming. With partial-order
/// reduction a state is expanded by one process alone where that is enough (see `ample`). With
/// `avoid` only the states in which that property is false exist, which is where an `eventually`
/// can be violated. All three depend on nothing but the state, so that any part of the graph can be
/// built again, in any order and on any number of threads.
template <Model M>
class Graph {
 public:
  using State = typename M::State;
  using Action = typename M::Action;
  using Code = Encoded<M::encoded_words>;

  struct Options {
    bool symmetry = false;
    bool partial_order = false;
    const Property<M>* avoid = nullptr;
  };

  Graph(const M& model, Options options) : model_(model), options_(options) {
    if constexpr (Concurrent<M>) {
      require(model.processes() <= 64, "a model has at most 64 processes");
    }
  }

  [[nodiscard]] const M& model() const { return model_; }
  [[nodiscard]] bool has_symmetry() const { return options_.symmetry; }
  [[nodiscard]] State state(const Code& code) const { return model_.decode(code); }
  [[nodiscard]] bool contains(const State& state) const {
    return options_.avoid == nullptr || !options_.avoid->holds(model_, state);
  }

  /// The encoding of the state that stands for `state`.
  [[nodiscard]] Code code(const State& state) const {
    if constexpr (Symmetric<M>) {
      if (options_.symmetry) return model_.encode(model_.canonical(state));
    }
    return model_.encode(state);
  }

  /// Whether encoding loses nothing of `state`: what a model must see to, tried on real states.
  [[nodiscard]] bool encodes(const State& state) const {
    return model_.decode(model_.encode(state)) == state;
  }

  /// Calls `emit(action, next)` for each transition of the graph, `next` as the model gives it.
  template <typename Emit>
  void successors(const State& state, Emit&& emit) const {
    if constexpr (Concurrent<M>) {
      if (const auto process = ample(state)) {
        return model_.successors(state, [&](const Action& action, const State& next) {
          if (model_.process(action) == *process && contains(next)) emit(action, next);
        });
      }
    }
    model_.successors(state, [&](const Action& action, const State& next) {
      if (contains(next)) emit(action, next);
    });
  }

 private:
  // The process whose actions are enough to expand `state`, if there is one. Its actions
  //  - exist (C0),
  //  - touch nothing that another process will ever write, and write nothing that another will
  //    ever read: until one of them is taken they stay exactly as they are, and they commute with
  //    everything else (C1),
  //  - write nothing that a property reads (C2),
  //  - lead only to states of a greater code. A cycle has a step to a smaller or equal code, so
  //    that no cycle puts off the other processes for ever (C3).
  // Source: Clarke, Grumberg, Peled, "Model Checking", chapter 10, for C0 to C3. C3 by an order on
  // the states, rather than by what was visited before, does not depend on the search.
  [[nodiscard]] std::optional<unsigned> ample(const State& state) const {
    if (!options_.partial_order) return std::nullopt;
    std::uint64_t candidates = independent(state);
    if (candidates == 0) return std::nullopt;
    std::uint64_t enabled = 0;
    const Code here = code(state);
    model_.successors(state, [&](const Action& action, const State& next) {
      const std::uint64_t process = std::uint64_t{1} << model_.process(action);
      enabled |= process;
      if (code(next) <= here) candidates &= ~process;
    });
    candidates &= enabled;
    if (candidates == 0) return std::nullopt;
    return std::countr_zero(candidates);
  }

  [[nodiscard]] std::uint64_t independent(const State& state) const {
    const unsigned processes = model_.processes();
    std::array<Footprint, 64> prints;
    for (unsigned p = 0; p < processes; ++p) prints[p] = model_.footprint(state, p);
    const std::uint64_t observed = model_.observed();
    std::uint64_t result = 0;
    for (unsigned p = 0; p < processes; ++p) {
      bool clashes = (prints[p].next_writes & observed) != 0;
      for (unsigned q = 0; q < processes; ++q) {
        clashes |= q != p && clash(prints[p], prints[q]);
      }
      if (!clashes) result |= std::uint64_t{1} << p;
    }
    return result;
  }

  static bool clash(const Footprint& next, const Footprint& other) {
    return ((next.next_reads | next.next_writes) & other.later_writes) != 0 ||
           (next.next_writes & other.later_reads) != 0;
  }

  const M& model_;
  Options options_;
};

}  // namespace leasecheck::check
