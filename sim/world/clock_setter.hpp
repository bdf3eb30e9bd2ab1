#pragma once

#include <functional>
#include <string>

#include "sim/random.hpp"
#include "sim/world/context.hpp"

namespace leasecheck::sim {

/// Sets one clock now and then, as an administrator or a time daemon does: forwards or backwards,
/// to another offset within those that the plan allows.
class ClockSetter {
 public:
  /// The kinds of fault that stepping this clock is.
  struct Steps {
    FaultKind forwards;
    FaultKind backwards;
  };

  /// `on_step` is called after each step. `name` tells this clock's draws from those of others.
  ClockSetter(const Context& context, SkewedClock& clock, Steps steps, const std::string& name,
              std::function<void()> on_step);

  void start();

 private:
  void check_for_step();
  void step(model::Duration least, model::Duration most, FaultKind kind);
  [[nodiscard]] Permille level_of(FaultKind kind) const;
  [[nodiscard]] bool happens(FaultKind kind);

  const Plan& plan_;
  Timeline& timeline_;
  Referee& referee_;
  SkewedClock& clock_;
  Steps steps_;
  Stream draw_;
  std::function<void()> on_step_;
};

}  // namespace leasecheck::sim
