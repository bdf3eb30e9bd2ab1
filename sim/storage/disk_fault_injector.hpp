#pragma once

#include <cstdint>

#include "sim/disk/disk.hpp"
#include "sim/faults.hpp"
#include "sim/random.hpp"
#include "sim/scheduler/task_scheduler.hpp"

namespace leasecheck::sim {

/// Stands in front of a disk and lets its faults happen, in every call that can fail; where there
/// is a scheduler, every call is also a point at which another process may go on. Thread: one
/// thread.
class DiskFaultInjector final : public DiskWatcher {
 public:
  /// The disk must outlive it.
  DiskFaultInjector(Disk& disk, const DiskFaults& faults, std::uint64_t seed)
      : disk_(disk), faults_(faults), draw_(seed, "weather") {}

  /// Null: there is one process at a time, and a slow call is none's business.
  void set_scheduler(TaskScheduler* scheduler) { scheduler_ = scheduler; }

  /// Nothing fails any more.
  void end() { faults_ = {}; }

  /// How often processes have died so far, one by one or together.
  [[nodiscard]] std::uint64_t deaths() const { return deaths_; }
  /// Calls so far, and those among them that changed a file.
  [[nodiscard]] std::uint64_t calls() const { return calls_; }
  [[nodiscard]] std::uint64_t writes() const { return writes_; }
  /// What has happened so far, by kind.
  [[nodiscard]] const FaultCounts& faults() const { return counts_; }

  [[nodiscard]] DiskAnswer before(const DiskAccess& access) override;
  void sleep(std::chrono::microseconds duration) override;

 private:
  bool happens(FaultKind kind, std::uint32_t chance);
  void lose_power();

  Disk& disk_;
  DiskFaults faults_;
  Stream draw_;
  TaskScheduler* scheduler_ = nullptr;
  FaultCounts counts_;
  std::uint64_t deaths_ = 0;
  std::uint64_t calls_ = 0;
  std::uint64_t writes_ = 0;
};

/// What the device of a seed promises.
[[nodiscard]] Device draw_device(std::uint64_t seed);

}  // namespace leasecheck::sim
