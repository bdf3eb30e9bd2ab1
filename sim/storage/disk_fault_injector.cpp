#include "sim/storage/disk_fault_injector.hpp"

#include <vector>

#include "sim/disk/vfs.hpp"

namespace leasecheck::sim {
namespace {

constexpr std::uint64_t whole = 100'000;

// Longer than the processes here wait for a lock.
constexpr std::chrono::microseconds shortest_stop = std::chrono::seconds(6);
constexpr std::uint64_t longest_stop_more_ms = 30'000;

// What an operating system does in its own memory, for which no medium is asked. An unlock above
// all: if it failed, the lock would be held for as long as its process lives, whatever anybody
// does.
bool can_fail(DiskCall call) {
  return call != DiskCall::unlock && call != DiskCall::unlock_memory && call != DiskCall::barrier;
}

}  // namespace

// Every device here keeps the bytes beside a torn write, as SQLite assumes unless it is told
// otherwise. Without that, its log is safe from one loss of power, which is what the crash matrix
// shows, but not from the second: after recovery it appends within the sector of what is committed.
Device draw_device(std::uint64_t seed) {
  Stream draw(seed, "device");
  return {.sector_size = draw.chance(500) ? 512U : 4096U,
          .atomic_writes = draw.chance(200),
          .safe_append = draw.chance(300),
          .sequential = draw.chance(200),
          .powersafe_overwrite = true};
}

DiskAnswer DiskFaultInjector::before(const DiskAccess& access) {
  ++calls_;
  if (scheduler_ != nullptr && access.call != DiskCall::open) scheduler_->yield();
  if (access.process.is_dead()) return DiskAnswer::carry_out;
  const bool commits = access.call == DiskCall::write || access.call == DiskCall::sync;
  if (commits || access.call == DiskCall::resize) ++writes_;
  if (scheduler_ != nullptr && happens(FaultKind::slow_call, faults_.slow)) {
    scheduler_->sleep(std::chrono::microseconds(1 + draw_.below(20'000)));
    if (access.process.is_dead()) return DiskAnswer::carry_out;
  }
  if (scheduler_ != nullptr && happens(FaultKind::process_stopped, faults_.stop)) {
    const std::chrono::milliseconds more(draw_.below(longest_stop_more_ms));
    scheduler_->sleep(shortest_stop + more);
    if (access.process.is_dead()) return DiskAnswer::carry_out;
  }
  if (happens(FaultKind::power_loss, faults_.power_loss)) {
    lose_power();
  } else if (happens(FaultKind::kill, faults_.kill * (commits ? 4 : 1))) {
    ++deaths_;
    access.process.kill();
  } else if (access.call == DiskCall::sync &&
             happens(FaultKind::sync_forgotten, faults_.forget * 10)) {
    return DiskAnswer::forget;
  } else if (can_fail(access.call) && happens(FaultKind::io_error, faults_.io_error)) {
    return DiskAnswer::io_error;
  } else if (access.call == DiskCall::write && happens(FaultKind::disk_full, faults_.disk_full)) {
    return DiskAnswer::full;
  }
  return DiskAnswer::carry_out;
}

void DiskFaultInjector::sleep(std::chrono::microseconds duration) {
  if (scheduler_ != nullptr) scheduler_->sleep(duration);
}

bool DiskFaultInjector::happens(FaultKind kind, std::uint32_t chance) {
  if (chance == 0 || draw_.below(whole) >= chance) return false;
  ++counts_[kind];
  return true;
}

void DiskFaultInjector::lose_power() {
  ++deaths_;
  std::vector<WriteOutcome> write_outcomes(disk_.unsynced().size());
  const std::uint32_t kept = static_cast<std::uint32_t>(draw_.below(1001));
  for (WriteOutcome& write_outcome : write_outcomes) {
    write_outcome = draw_.chance(kept)  ? WriteOutcome::kept
                    : draw_.chance(300) ? WriteOutcome::torn
                                        : WriteOutcome::lost;
  }
  disk_.lose_power(write_outcomes);
}

}  // namespace leasecheck::sim
