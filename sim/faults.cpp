#include "sim/faults.hpp"

#include <array>

#include "sim/random.hpp"

namespace leasecheck::sim {
namespace {

std::uint32_t draw_chance(Stream& draw, std::uint32_t most) {
  return draw.chance(500) ? 0 : static_cast<std::uint32_t>(1 + draw.below(most));
}

}  // namespace

// A new probability has to be entered here, or no campaign can say whether it ever happened.
std::span<const FaultKind> fault_kinds() {
  using enum FaultSite;
  static constexpr std::array kinds{
      FaultKind{"request_lost", world, [](Faults& all) { all.network.lose_request = 0; }},
      FaultKind{"reply_lost", world, [](Faults& all) { all.network.lose_reply = 0; }},
      FaultKind{"request_duplicated", world,
                [](Faults& all) { all.network.duplicate_request = 0; }},
      FaultKind{"delay_spike", world, [](Faults& all) { all.network.delay_spike = 0; }},
      FaultKind{"requests_cut", world, [](Faults& all) { all.network.cut_requests = 0; }},
      FaultKind{"replies_cut", world, [](Faults& all) { all.network.cut_replies = 0; }},
      FaultKind{"link_cut", world, [](Faults& all) { all.network.cut_both = 0; }},
      FaultKind{"worker_crash", world, [](Faults& all) { all.worker.crash = 0; }},
      FaultKind{"worker_renamed", world, [](Faults& all) { all.worker.new_identity = 0; }},
      FaultKind{"worker_pause", world, [](Faults& all) { all.worker.pause = 0; }},
      FaultKind{"pause_beyond_ttl", world, [](Faults& all) { all.worker.pause_beyond_ttl = 0; }},
      FaultKind{"heartbeat_missed", world, [](Faults& all) { all.worker.miss_heartbeat = 0; }},
      FaultKind{"expired_lease_kept", world, [](Faults& all) { all.worker.keep_expired = 0; }},
      FaultKind{"clock_offset", world, [](Faults& all) { all.clock.most_offset = {}; }},
      FaultKind{"clock_drift", world, [](Faults& all) { all.clock.most_drift_ppm = 0; }},
      FaultKind{"worker_clock_forwards", world, [](Faults& all) { all.clock.worker_forwards = 0; }},
      FaultKind{"worker_clock_backwards", world,
                [](Faults& all) { all.clock.worker_backwards = 0; }},
      FaultKind{"reaper_clock_forwards", world, [](Faults& all) { all.clock.reaper_forwards = 0; }},
      FaultKind{"reaper_clock_backwards", world,
                [](Faults& all) { all.clock.reaper_backwards = 0; }},
      FaultKind{"repository_clock_forwards", world,
                [](Faults& all) { all.clock.repository_forwards = 0; }},
      FaultKind{"repository_clock_backwards", world,
                [](Faults& all) { all.clock.repository_backwards = 0; }},
      FaultKind{"tick_missed", world, [](Faults& all) { all.reaper.miss_tick = 0; }},
      FaultKind{"enqueue_repeated", world, [](Faults& all) { all.client.repeat_enqueue = 0; }},
      FaultKind{"enqueue_in_conflict", world,
                [](Faults& all) { all.client.conflicting_enqueue = 0; }},
      FaultKind{"operator_cancel", world, [](Faults& all) { all.client.cancel = 0; }},
      FaultKind{"operator_replay", world, [](Faults& all) { all.client.replay = 0; }},
      FaultKind{"strange_call", world, [](Faults& all) { all.client.strange_call = 0; }},
      FaultKind{"kill", disk, [](Faults& all) { all.disk.kill = 0; }},
      FaultKind{"power_loss", disk, [](Faults& all) { all.disk.power_loss = 0; }},
      FaultKind{"io_error", disk, [](Faults& all) { all.disk.io_error = 0; }},
      FaultKind{"disk_full", disk, [](Faults& all) { all.disk.disk_full = 0; }},
      FaultKind{"slow_call", disk, [](Faults& all) { all.disk.slow = 0; }},
  };
  return kinds;
}

void leave_only(Faults& faults, const std::set<std::string, std::less<>>& names) {
  for (const FaultKind& kind : fault_kinds()) {
    if (!names.contains(kind.name)) kind.switch_off(faults);
  }
}

DiskFaults draw_disk_faults(std::uint64_t seed) {
  Stream draw(seed, "faults");
  return {.kill = draw_chance(draw, 400),
          .power_loss = draw_chance(draw, 100),
          .io_error = draw_chance(draw, 400),
          .disk_full = draw_chance(draw, 1000),
          .slow = draw_chance(draw, 5000)};
}

}  // namespace leasecheck::sim
