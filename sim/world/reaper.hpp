#pragma once

#include <utility>
#include <vector>

#include "lease/lease_manager.hpp"
#include "sim/random.hpp"
#include "sim/world/boundary_times.hpp"
#include "sim/world/observed_repository.hpp"
#include "sim/world/worker.hpp"

namespace leasecheck::sim {

/// A process that runs the lease manager that ships, by its own clock, and now and then misses a
/// tick.
class Reaper {
 public:
  Reaper(model::Id id, model::ClockError clock, Surroundings surroundings);

  void start();

  /// Faults have ended, and this reaper stays, with one worker: its clock is right and it misses
  /// nothing (rule 24). What was under way by then has arrived by `settled`.
  void stay(const model::Id& worker, model::Time settled);

  /// Faults have ended, and this reaper does not come back.
  void leave() { has_left_ = true; }

 private:
  void tick();
  void plan_next();
  void free_what_was_stale();

  Surroundings around_;
  SkewedClock clock_;
  ClockSetter clock_setter_;
  Stream draw_;
  Aim aim_;
  ObservedRepository repository_;
  lease::LeaseManager manager_;
  bool has_left_ = false;
  bool is_right_ = false;                        ///< whatever its defect was
  std::vector<model::ReleaseLease> seen_stale_;  ///< of `reaper_acts_on_old_sight`
};

}  // namespace leasecheck::sim
