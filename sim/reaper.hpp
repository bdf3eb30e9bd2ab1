#pragma once

#include "lease/lease_manager.hpp"
#include "sim/aim.hpp"
#include "sim/observed_repository.hpp"
#include "sim/random.hpp"
#include "sim/worker.hpp"

namespace leasecheck::sim {

/// A process that runs the lease manager that ships, by its own clock, and now and then misses a
/// tick.
class Reaper {
 public:
  Reaper(model::Id id, model::ClockError clock, Surroundings surroundings);

  void start();

 private:
  void tick();

  Surroundings around_;
  SkewedClock clock_;
  Stream draw_;
  Aim aim_;
  ObservedRepository repository_;
  lease::LeaseManager manager_;
};

}  // namespace leasecheck::sim
