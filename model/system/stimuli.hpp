#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "leasecheck/spec/environment.hpp"
#include "model/system/world.hpp"

namespace leasecheck::system {

/// An operation that a run of the searched world carries out.
struct Operated {
  std::string actor;
  model::Time actor_clock;
  model::Action action;
};

/// What a run does, and when: with an operation's answer as a step of its own after it, these are
/// numbered as the steps of a trace are.
struct Stimulus {
  std::uint64_t number = 0;
  model::Time true_time{};
  std::variant<Operated, model::Environment> what;
};

/// The run as everything that has to be done for it to happen again to a real repository, from the
/// enqueueing of the attempts on. Lease ids are the handles "L1", "L2", … in order of granting.
/// Pre: the actions lead from `initial` on, in this world.
[[nodiscard]] std::vector<Stimulus> stimuli_of(const Options& world, const State& initial,
                                               const std::vector<Action>& actions,
                                               model::Time epoch);

}  // namespace leasecheck::system
