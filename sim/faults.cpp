#include "sim/faults.hpp"

#include <array>

#include "sim/check.hpp"
#include "sim/random.hpp"

namespace leasecheck::sim {
namespace {

std::uint32_t draw_chance(Stream& draw, std::uint32_t most) {
  return draw.chance(500) ? 0 : static_cast<std::uint32_t>(1 + draw.below(most));
}

std::int64_t number_of(std::int64_t level) {
  return level;
}

std::int64_t number_of(model::Duration level) {
  return level.count();
}

template <auto Group, auto Field>
constexpr FaultInfo row(FaultKind kind, std::string_view name, std::string_view option,
                        FaultSite site) {
  return {.kind = kind,
          .name = name,
          .option = option,
          .site = site,
          .level = [](const Faults& faults) { return number_of((faults.*Group).*Field); },
          .switch_off = [](Faults& faults) { (faults.*Group).*Field = {}; }};
}

using enum FaultKind;
using enum FaultSite;

// A new kind is entered here; a new probability that is not fails the test of the plan's options.
constexpr auto kinds = std::to_array<FaultInfo>(
    {row<&Faults::network, &NetworkFaults::lose_request>(request_lost, "request_lost",
                                                         "fault_lose_request", world),
     row<&Faults::network, &NetworkFaults::lose_reply>(reply_lost, "reply_lost", "fault_lose_reply",
                                                       world),
     row<&Faults::network, &NetworkFaults::duplicate_request>(
         request_duplicated, "request_duplicated", "fault_duplicate_request", world),
     row<&Faults::network, &NetworkFaults::delay_spike>(delay_spike, "delay_spike",
                                                        "fault_delay_spike", world),
     row<&Faults::network, &NetworkFaults::cut_requests>(requests_cut, "requests_cut",
                                                         "fault_cut_requests", world),
     row<&Faults::network, &NetworkFaults::cut_replies>(replies_cut, "replies_cut",
                                                        "fault_cut_replies", world),
     row<&Faults::network, &NetworkFaults::cut_both>(link_cut, "link_cut", "fault_cut_both", world),
     row<&Faults::worker, &WorkerFaults::crash>(worker_crash, "worker_crash", "fault_crash", world),
     row<&Faults::worker, &WorkerFaults::new_identity>(worker_renamed, "worker_renamed",
                                                       "fault_new_identity", world),
     row<&Faults::worker, &WorkerFaults::drain>(worker_drained, "worker_drained", "fault_drain",
                                                world),
     row<&Faults::worker, &WorkerFaults::pause>(worker_pause, "worker_pause", "fault_pause", world),
     row<&Faults::worker, &WorkerFaults::pause_beyond_ttl>(pause_beyond_ttl, "pause_beyond_ttl",
                                                           "fault_pause_beyond_ttl", world),
     row<&Faults::worker, &WorkerFaults::miss_heartbeat>(heartbeat_missed, "heartbeat_missed",
                                                         "fault_miss_heartbeat", world),
     row<&Faults::worker, &WorkerFaults::keep_expired>(expired_lease_kept, "expired_lease_kept",
                                                       "fault_keep_expired", world),
     row<&Faults::worker, &WorkerFaults::hang>(job_hung, "job_hung", "fault_hang", world),
     row<&Faults::clock, &ClockFaults::most_offset>(clock_offset, "clock_offset",
                                                    "fault_most_offset", world),
     row<&Faults::clock, &ClockFaults::most_drift_ppm>(clock_drift, "clock_drift",
                                                       "fault_most_drift_ppm", world),
     row<&Faults::clock, &ClockFaults::worker_forwards>(
         worker_clock_forwards, "worker_clock_forwards", "fault_worker_forwards", world),
     row<&Faults::clock, &ClockFaults::worker_backwards>(
         worker_clock_backwards, "worker_clock_backwards", "fault_worker_backwards", world),
     row<&Faults::clock, &ClockFaults::reaper_forwards>(
         reaper_clock_forwards, "reaper_clock_forwards", "fault_reaper_forwards", world),
     row<&Faults::clock, &ClockFaults::reaper_backwards>(
         reaper_clock_backwards, "reaper_clock_backwards", "fault_reaper_backwards", world),
     row<&Faults::clock, &ClockFaults::repository_forwards>(repository_clock_forwards,
                                                            "repository_clock_forwards",
                                                            "fault_repository_forwards", world),
     row<&Faults::clock, &ClockFaults::repository_backwards>(repository_clock_backwards,
                                                             "repository_clock_backwards",
                                                             "fault_repository_backwards", world),
     row<&Faults::reaper, &ReaperFaults::miss_tick>(tick_missed, "tick_missed", "fault_miss_tick",
                                                    world),
     row<&Faults::client, &ClientFaults::repeat_enqueue>(enqueue_repeated, "enqueue_repeated",
                                                         "fault_repeat_enqueue", world),
     row<&Faults::client, &ClientFaults::conflicting_enqueue>(
         enqueue_in_conflict, "enqueue_in_conflict", "fault_conflicting_enqueue", world),
     row<&Faults::client, &ClientFaults::cancel>(operator_cancel, "operator_cancel", "fault_cancel",
                                                 world),
     row<&Faults::client, &ClientFaults::replay>(operator_replay, "operator_replay", "fault_replay",
                                                 world),
     row<&Faults::client, &ClientFaults::strange_call>(strange_call, "strange_call",
                                                       "fault_strange_call", world),
     row<&Faults::disk, &DiskFaults::kill>(kill, "kill", "fault_kill", disk),
     row<&Faults::disk, &DiskFaults::power_loss>(power_loss, "power_loss", "fault_power_loss",
                                                 disk),
     row<&Faults::disk, &DiskFaults::io_error>(io_error, "io_error", "fault_io_error", disk),
     row<&Faults::disk, &DiskFaults::disk_full>(disk_full, "disk_full", "fault_disk_full", disk),
     row<&Faults::disk, &DiskFaults::slow>(slow_call, "slow_call", "fault_slow", disk),
     row<&Faults::disk, &DiskFaults::forget>(sync_forgotten, "sync_forgotten", "fault_forget",
                                             disk),
     row<&Faults::disk, &DiskFaults::stop>(process_stopped, "process_stopped", "fault_stop",
                                           disk)});

}  // namespace

std::span<const FaultInfo> fault_kinds() {
  return kinds;
}

const FaultInfo& info_of(FaultKind kind) {
  const FaultInfo& info = fault_kinds()[static_cast<std::size_t>(kind)];
  check(info.kind == kind, "the table of faults is in the order of the enumeration");
  return info;
}

void leave_only(Faults& faults, const FaultKinds& kinds) {
  for (const FaultInfo& info : fault_kinds()) {
    if (!kinds.contains(info.kind)) info.switch_off(faults);
  }
}

DiskFaults draw_disk_faults(std::uint64_t seed) {
  Stream draw(seed, "faults");
  return {.kill = draw_chance(draw, 400),
          .power_loss = draw_chance(draw, 100),
          .io_error = draw_chance(draw, 400),
          .disk_full = draw_chance(draw, 1000),
          .slow = draw_chance(draw, 5000),
          .forget = draw_chance(draw, 1000),
          .stop = draw_chance(draw, 300)};
}

}  // namespace leasecheck::sim
