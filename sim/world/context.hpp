#pragma once

#include "sim/oracle/referee.hpp"
#include "sim/world/network.hpp"
#include "sim/world/observer.hpp"
#include "sim/world/plan.hpp"
#include "sim/world/timeline.hpp"

namespace leasecheck::sim {

/// What the actors of one run share.
struct Context {
  const Plan& plan;  ///< as it is carried out: its faults end at some time
  Timeline& timeline;
  Referee& referee;
  Network& network;
  SkewedClock& repository_clock;
  Observer& observer;
};

}  // namespace leasecheck::sim
