#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "leasecheck/check/model.hpp"

namespace leasecheck::tests {

/// Concurrent processes over three shared variables of the values 0 to 2: what partial-order
/// reduction is tried on. Each process is a list of places, each place a list of instructions.
struct Programs {
  static constexpr unsigned variables = 3;
  static constexpr unsigned none = variables;

  struct Instruction {
    unsigned guard = none;  ///< The variable that must be `guard_value`, if any.
    unsigned guard_value = 0;
    unsigned target = none;  ///< The variable that becomes `value`, if any.
    unsigned value = 0;
    unsigned next = 0;  ///< The place that the process goes to.
  };
  using Process = std::vector<std::vector<Instruction>>;

  struct State {
    std::array<std::uint8_t, variables> value{};
    std::array<std::uint8_t, 4> place{};
    bool operator==(const State&) const = default;
  };
  struct Action {
    unsigned process = 0;
    unsigned instruction = 0;
  };
  static constexpr std::size_t encoded_words = 1;

  std::vector<Process> program;
  /// What the property claims of some variables: not all of them have this value. A place is
  /// observed too, if `place_of` is one of the processes: the claim is then only of its last place.
  std::array<unsigned, variables> bad = {none, none, none};  ///< `none`: not looked at.
  unsigned place_of = 4;
  check::Kind kind = check::Kind::always;

  std::string name() const { return "programs"; }
  std::vector<State> initial_states() const { return {State{}}; }

  template <typename Emit>
  void successors(const State& state, Emit&& emit) const {
    for (unsigned p = 0; p < program.size(); ++p) {
      const auto& here = program[p][state.place[p]];
      for (unsigned i = 0; i < here.size(); ++i) {
        const Instruction& instruction = here[i];
        if (instruction.guard != none && state.value[instruction.guard] != instruction.guard_value)
          continue;
        State next = state;
        if (instruction.target != none) {
          next.value[instruction.target] = static_cast<std::uint8_t>(instruction.value);
        }
        next.place[p] = static_cast<std::uint8_t>(instruction.next);
        emit(Action{p, i}, next);
      }
    }
  }

  check::Encoded<1> encode(const State& s) const {
    std::uint64_t word = 0;
    for (const auto value : s.value) word = word << 2 | value;
    for (const auto place : s.place) word = word << 4 | place;
    return {word};
  }
  State decode(const check::Encoded<1>& code) const {
    State state;
    std::uint64_t word = code[0];
    for (unsigned i = 4; i-- > 0; word >>= 4) state.place[i] = word & 15;
    for (unsigned i = variables; i-- > 0; word >>= 2) state.value[i] = word & 3;
    return state;
  }

  std::vector<check::Property<Programs>> properties() const {
    return {{"claim", kind, [](const Programs& m, const State& s) {
               return m.matches(s) == (m.kind == check::Kind::sometimes);
             }}};
  }
  bool matches(const State& s) const {
    for (unsigned v = 0; v < variables; ++v) {
      if (bad[v] != none && s.value[v] != bad[v]) return false;
    }
    return place_of >= program.size() || s.place[place_of] + 1u == program[place_of].size();
  }

  std::string describe(const State& s) const { return std::to_string(encode(s)[0]); }
  std::string describe(const Action& action) const {
    return std::to_string(action.process) + "." + std::to_string(action.instruction);
  }

  // Bits: the variables, then the places.
  unsigned processes() const { return static_cast<unsigned>(program.size()); }
  unsigned process(const Action& action) const { return action.process; }
  std::uint64_t observed() const {
    std::uint64_t mask = place_of < program.size() ? place_bit(place_of) : 0;
    for (unsigned v = 0; v < variables; ++v) mask |= bad[v] != none ? variable_bit(v) : 0;
    return mask;
  }
  check::Footprint footprint(const State& s, unsigned p) const {
    check::Footprint print;
    const std::uint64_t own = place_bit(p);
    print.next_reads = print.later_reads = own;
    print.next_writes = print.later_writes = own;
    for (const Instruction& i : program[p][s.place[p]]) {
      print.next_reads |= variable_bit(i.guard);
      print.next_writes |= variable_bit(i.target);
    }
    for (const unsigned place : places_from(p, s.place[p])) {
      for (const Instruction& i : program[p][place]) {
        print.later_reads |= variable_bit(i.guard);
        print.later_writes |= variable_bit(i.target);
      }
    }
    return print;
  }

 private:
  static std::uint64_t variable_bit(unsigned v) { return v == none ? 0 : std::uint64_t{1} << v; }
  static std::uint64_t place_bit(unsigned p) { return std::uint64_t{1} << (variables + p); }
  std::vector<unsigned> places_from(unsigned p, unsigned place) const {
    std::vector<unsigned> places = {place};
    for (std::size_t i = 0; i < places.size(); ++i) {
      for (const Instruction& instruction : program[p][places[i]]) {
        if (std::ranges::find(places, instruction.next) == places.end()) {
          places.push_back(instruction.next);
        }
      }
    }
    return places;
  }
};

}  // namespace leasecheck::tests
