#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "leasecheck/check/checker.hpp"

namespace leasecheck::graph {

/// A world of large states as a model of the checker, which keeps packed ones: the states are
/// numbered in the order in which they are met, and a number is what is packed.
///
/// A `World` has `State`, `Action`, `name()`, `initial()`, `name_of(state)` and
/// `successors(state, emit)`, which calls `emit(action, next)` for every action. Two states of one
/// name are one state: of them the first one met is kept.
///
/// Thread: numbers are given during the search, so that it has one job; it expands the states in
/// the order of their numbers.
template <typename World>
class Numbered {
 public:
  using State = std::uint32_t;
  using Action = typename World::Action;
  static constexpr std::size_t encoded_words = 1;

  struct Arc {
    State from = 0;
    State to = 0;
    Action action;
  };

  explicit Numbered(World world) : world_(std::move(world)) { number_of(world_.initial()); }

  [[nodiscard]] std::string name() const { return world_.name(); }
  [[nodiscard]] std::vector<State> initial_states() const { return {0}; }

  template <typename Emit>
  void successors(State from, Emit&& emit) const {
    if (from == first_arcs_.size()) expand(from);
    check::require(from < first_arcs_.size(), "a numbered world is searched with one job");
    const std::size_t next = from + std::size_t{1};
    const std::size_t end = next < first_arcs_.size() ? first_arcs_[next] : arcs_.size();
    for (std::size_t arc = first_arcs_[from]; arc < end; ++arc) {
      emit(arcs_[arc].action, arcs_[arc].to);
    }
  }

  [[nodiscard]] check::Encoded<1> encode(State state) const { return {state}; }
  [[nodiscard]] State decode(const check::Encoded<1>& code) const {
    return static_cast<State>(code[0]);
  }
  [[nodiscard]] std::vector<check::Property<Numbered>> properties() const { return {}; }
  [[nodiscard]] std::string describe(State state) const { return names_[state]; }
  [[nodiscard]] std::string describe(const Action& action) const { return world_.describe(action); }

  /// What was found so far, by number. The references hold as long as nothing is searched.
  [[nodiscard]] const World& world() const { return world_; }
  [[nodiscard]] const std::vector<typename World::State>& states() const { return states_; }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] const std::vector<Arc>& arcs() const { return arcs_; }

 private:
  void expand(State from) const {
    first_arcs_.push_back(arcs_.size());
    const typename World::State state = states_[from];
    world_.successors(state, [&](Action action, typename World::State next) {
      arcs_.push_back({from, number_of(std::move(next)), std::move(action)});
    });
  }

  State number_of(typename World::State state) const {
    const auto [found, is_new] =
        numbers_.try_emplace(world_.name_of(state), static_cast<State>(states_.size()));
    if (is_new) {
      names_.push_back(found->first);
      states_.push_back(std::move(state));
    }
    return found->second;
  }

  World world_;
  // What a search adds to; each state's part of it is a function of the world alone.
  mutable std::vector<typename World::State> states_;
  mutable std::vector<std::string> names_;
  mutable std::map<std::string, State> numbers_;
  mutable std::vector<std::size_t> first_arcs_;  // of each state that was expanded
  mutable std::vector<Arc> arcs_;
};

/// Searches the whole world.
/// Returns: the length of the longest of the shortest paths from the initial state.
/// Errors: more than `most_states` states.
template <typename World>
std::expected<std::uint64_t, std::string> search_all(const Numbered<World>& model,
                                                     std::size_t most_states) {
  const auto goes_on = [most_states](const check::Progress& progress) {
    return progress.states > most_states ? check::Continue::no : check::Continue::yes;
  };
  const auto checked =
      check::Checker(model,
                     {.deadlock = check::Deadlock::allowed, .progress = goes_on, .pause_states = 1})
          .run();
  if (!checked) return std::unexpected(checked.error());
  if (checked->states > most_states) {
    return std::unexpected("more than " + std::to_string(most_states) + " states");
  }
  return checked->depth;
}

}  // namespace leasecheck::graph
