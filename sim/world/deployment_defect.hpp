#pragma once

#include <cstdint>

namespace leasecheck::sim {

/// Defects planted around a correct repository: workers and reapers that break their side of the
/// contract, each as some real system once did. The contract gives no promise against them, so a
/// run with one must be found violated.
enum class DeploymentDefect : std::uint8_t {
  none,
  reaper_forgets_grace,        ///< asks for what has expired now, whatever the grace window
  reaper_clock_jumps,          ///< its clock is further ahead than rule 20 allows
  reaper_acts_on_old_sight,    ///< frees, in the holders' names, what it saw stale a tick ago
  worker_clock_lags,           ///< its clock is further behind than rule 20 allows
  worker_reaps_itself,         ///< after a pause it reaps at once by its own clock, without grace
  worker_renews_for_the_dead,  ///< under its old name, it renews what its earlier life held
  worker_starts_over,  ///< after a lease was lost, it gives back what it gets and asks again
};

}  // namespace leasecheck::sim
