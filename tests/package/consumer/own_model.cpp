// A model of one's own, checked: two jugs of 3 and 5 litres, of which one is to hold 4.
#include <algorithm>
#include <cstdio>

#include "leasecheck/check/checker.hpp"

namespace check = leasecheck::check;

struct Jugs {
  struct State {
    unsigned small = 0, large = 0;
    bool operator==(const State&) const = default;
  };
  using Action = const char*;
  static constexpr std::size_t encoded_words = 1;

  std::string name() const { return "jugs of 3 and 5 litres"; }
  std::vector<State> initial_states() const { return {State{}}; }

  template <typename Emit>
  void successors(const State& state, Emit&& emit) const {
    const unsigned to_large = std::min(state.small, 5 - state.large);
    const unsigned to_small = std::min(state.large, 3 - state.small);
    emit("fill the small one", State{3, state.large});
    emit("fill the large one", State{state.small, 5});
    emit("empty the small one", State{0, state.large});
    emit("empty the large one", State{state.small, 0});
    emit("pour into the large one", State{state.small - to_large, state.large + to_large});
    emit("pour into the small one", State{state.small + to_small, state.large - to_small});
  }

  check::Encoded<1> encode(const State& state) const { return {state.small << 3 | state.large}; }
  State decode(const check::Encoded<1>& code) const {
    return {static_cast<unsigned>(code[0] >> 3), static_cast<unsigned>(code[0] & 7)};
  }

  std::vector<check::Property<Jugs>> properties() const {
    return {{"no jug holds 4 litres", check::Kind::always,
             [](const Jugs&, const State& state) { return state.large != 4; }}};
  }

  std::string describe(const State& state) const {
    return std::to_string(state.small) + " and " + std::to_string(state.large);
  }
  std::string describe(const Action& action) const { return action; }
};

int main() {
  const Jugs model;
  const auto report = check::Checker(model, {.jobs = 2}).run();
  if (!report) return std::fprintf(stderr, "%s\n", report.error().c_str()), 2;
  const auto& path = report->outcomes[0].counterexample;
  if (!path) return std::puts("it cannot be done"), 1;
  std::fputs(describe(model, *path).c_str(), stdout);
  return path->steps.size() == 6 ? 0 : 1;
}
