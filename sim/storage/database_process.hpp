#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "lease/sqlite.hpp"
#include "sim/disk/vfs.hpp"
#include "sim/subject/repository_process.hpp"

/// Processes that have one repository open on one simulated disk.
namespace leasecheck::sim {

/// Opens the repository under test: `lease::open_sqlite_repository`, or a planted defect.
using OpenRepository = std::function<lease::Result<std::unique_ptr<lease::AttemptRepository>>(
    const lease::SqliteOptions&, lease::Clock&, lease::IdSource&)>;

/// The same, with logs that are written back whenever they have grown by so many pages: what else
/// begins after a thousand pages begins at once.
[[nodiscard]] OpenRepository with_checkpoints(OpenRepository open, std::uint32_t pages);

/// After how many pages the log is written back in the run of a seed: seldom, or all the time.
[[nodiscard]] std::uint32_t draw_checkpoint_pages(std::uint64_t seed);

/// How a recorded point or schedule is read where the implementation calls its disk otherwise than
/// the one on which it was recorded.
enum class Match : std::uint8_t {
  exact,   ///< it is refused: a typing error, or the wrong case
  nearest  ///< as far as it goes: a trace is replayed after the code has changed
};

/// One process with the repository open. It may die in any of its calls of the disk; what a dead
/// one answers nobody hears.
/// Thread: one task.
class DatabaseProcess {
 public:
  /// Errors: those of opening. The disk and the ids must outlive it.
  [[nodiscard]] static lease::Result<std::unique_ptr<DatabaseProcess>> open(
      Disk& disk, SharedLeaseIds& ids, const OpenRepository& open);

  [[nodiscard]] Reply call(const model::Action& action) { return repository_->call(action); }
  [[nodiscard]] lease::Result<model::Snapshot> snapshot() { return repository_->snapshot(); }
  [[nodiscard]] const std::vector<model::Id>& drawn_leases() const {
    return repository_->drawn_leases();
  }

  [[nodiscard]] DiskProcess& process() { return process_; }

 private:
  explicit DatabaseProcess(Disk& disk) : process_(disk) {}

  DiskProcess process_;
  std::unique_ptr<RepositoryProcess> repository_;  // closed before the process ends
};

}  // namespace leasecheck::sim
