#pragma once

#include "sim/network.hpp"
#include "sim/plan.hpp"
#include "sim/referee.hpp"
#include "sim/timeline.hpp"

namespace leasecheck::sim {

/// What the actors of one run share.
struct Surroundings {
  const Plan& plan;  ///< as it is carried out: its faults end at some time
  Timeline& timeline;
  Referee& referee;
  Network& network;
  SkewedClock& repository_clock;
};

}  // namespace leasecheck::sim
