#pragma once

#include "lease/lease_manager.hpp"
#include "sim/random.hpp"
#include "sim/world/boundary_times.hpp"
#include "sim/world/clock_setter.hpp"
#include "sim/world/context.hpp"
#include "sim/world/observed_repository.hpp"

namespace leasecheck::sim {

/// A process that runs the lease manager that ships, by its own clock, and now and then misses a
/// tick.
class Reaper {
 public:
  /// Its lease manager keeps this grace window, which is the plan's unless it is defective.
  Reaper(model::Id id, model::ClockError clock, Context context, model::Duration grace);
  virtual ~Reaper() = default;
  Reaper(const Reaper&) = delete;
  Reaper& operator=(const Reaper&) = delete;

  void start();

  /// Faults have ended, and this reaper stays, with one worker: its clock is right and it misses
  /// nothing (rule 24). What was under way by then has arrived by `settled`.
  void stay(const model::Id& worker, model::Time settled);

  /// Faults have ended, and this reaper does not come back.
  void leave() { has_left_ = true; }

 protected:
  /// One tick. Planted defects override it (sim/defects/deployment).
  virtual void reap();

  [[nodiscard]] bool stays() const { return stays_; }
  [[nodiscard]] model::Time clock_shows() const { return clock_.shows(); }
  [[nodiscard]] const Context& context() const { return context_; }

 private:
  void tick();
  void plan_next();

  Context context_;
  SkewedClock clock_;
  ClockSetter clock_setter_;
  Stream draw_;
  BoundaryTimes times_;
  ObservedRepository repository_;
  lease::LeaseManager manager_;
  bool has_left_ = false;
  bool stays_ = false;
};

}  // namespace leasecheck::sim
