#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "leasecheck/check/model.hpp"

namespace leasecheck::tests {

/// A model of one's own, with everything that a model may say: two processes that exclude each
/// other by two flags and a turn.
/// Source: Peterson, "Myths About the Mutual Exclusion Problem", 1981.
class Peterson {
 public:
  enum class Variant {
    correct,
    turn_not_given,  ///< A process raises its flag but does not give the turn away.
    flag_not_raised,
  };
  /// Who is assumed to go on.
  enum class Fairness { none, each_process };

  enum Place : std::uint8_t { idle, flagged, waiting, critical };
  struct State {
    std::array<Place, 2> place = {idle, idle};
    std::array<bool, 2> flag = {false, false};
    std::uint8_t turn = 0;
    bool operator==(const State&) const = default;
  };
  struct Action {
    unsigned process = 0;
    Place from = idle;
  };
  static constexpr std::size_t encoded_words = 1;

  explicit Peterson(Variant variant = Variant::correct, Fairness fairness = Fairness::each_process)
      : variant_(variant), fairness_(fairness) {}

  std::string name() const {
    return "peterson " + std::to_string(static_cast<int>(variant_)) +
           (fairness_ == Fairness::none ? " without fairness" : "");
  }
  std::vector<State> initial_states() const { return {State{}}; }

  template <typename Emit>
  void successors(const State& state, Emit&& emit) const {
    for (unsigned me = 0; me < 2; ++me) step(state, me, emit);
  }

  check::Encoded<1> encode(const State& s) const {
    std::uint64_t word = s.turn;
    for (unsigned i = 0; i < 2; ++i) word = word << 3 | s.place[i] << 1 | s.flag[i];
    return {word};
  }
  State decode(const check::Encoded<1>& code) const {
    State state{.turn = static_cast<std::uint8_t>(code[0] >> 6)};
    for (unsigned i = 0; i < 2; ++i) {
      const auto bits = code[0] >> (3 * (1 - i));
      state.place[i] = static_cast<Place>(bits >> 1 & 3);
      state.flag[i] = bits & 1;
    }
    return state;
  }

  std::vector<check::Property<Peterson>> properties() const {
    return {
        {"mutual exclusion", check::Kind::always,
         [](const Peterson&, const State& s) {
           return s.place[0] != critical || s.place[1] != critical;
         }},
        {"some process is critical while the other waits", check::Kind::sometimes,
         [](const Peterson&, const State& s) {
           return (s.place[0] == critical && s.place[1] == waiting) ||
                  (s.place[1] == critical && s.place[0] == waiting);
         }},
        {"process 0 enters", check::Kind::eventually,
         [](const Peterson&, const State& s) { return s.place[0] == critical; }},
    };
  }

  std::string describe(const State& s) const {
    constexpr std::array names = {"idle", "flagged", "waiting", "critical"};
    return std::string(names[s.place[0]]) + "/" + names[s.place[1]] + " turn " +
           std::to_string(s.turn);
  }
  std::string describe(const Action& action) const {
    constexpr std::array names = {"raises its flag", "gives the turn", "enters", "leaves"};
    return std::to_string(action.process) + " " + names[action.from];
  }

  unsigned fairness_classes() const { return fairness_ == Fairness::none ? 0 : 2; }
  std::optional<unsigned> fairness_class(const Action& action) const { return action.process; }

 private:
  template <typename Emit>
  void step(State s, unsigned me, Emit&& emit) const {
    const unsigned other = 1 - me;
    const Action action{me, s.place[me]};
    switch (s.place[me]) {
      case idle:
        s.flag[me] = variant_ != Variant::flag_not_raised;
        s.place[me] = flagged;
        return emit(action, s);
      case flagged:
        if (variant_ != Variant::turn_not_given) s.turn = static_cast<std::uint8_t>(other);
        s.place[me] = waiting;
        return emit(action, s);
      case waiting:
        if (s.flag[other] && s.turn == other) return;
        s.place[me] = critical;
        return emit(action, s);
      case critical:
        s.flag[me] = false;
        s.place[me] = idle;
        return emit(action, s);
    }
  }

  Variant variant_;
  Fairness fairness_;
};

}  // namespace leasecheck::tests
