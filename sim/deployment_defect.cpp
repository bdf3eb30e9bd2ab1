#include "sim/deployment_defect.hpp"

#include "sim/plan.hpp"

namespace leasecheck::sim {
namespace {

// More than any margin of this plan.
model::Duration far_off(const Plan& plan) {
  return 2 * plan.ttl + 2 * plan.grace;
}

}  // namespace

model::ClockError worker_clock(const Plan& plan, model::ClockError drawn) {
  if (plan.defect == DeploymentDefect::worker_clock_lags) drawn.offset -= far_off(plan);
  return drawn;
}

model::ClockError reaper_clock(const Plan& plan, model::ClockError drawn) {
  if (plan.defect == DeploymentDefect::reaper_clock_jumps) drawn.offset += far_off(plan);
  return drawn;
}

}  // namespace leasecheck::sim
