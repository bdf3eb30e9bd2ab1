#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "lease/sqlite.hpp"
#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/state.hpp"
#include "sim/disk/vfs.hpp"
#include "sim/subject/counting_clock.hpp"
#include "sim/subject/lease_id_map.hpp"
#include "sim/subject/subject.hpp"

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

/// Where the lease ids of all processes of one run come from: "lease#1", … with the handles "L1", …
class SharedLeaseIds {
 public:
  /// The next id, with its handle issued: a claim whose answer is lost has one all the same.
  [[nodiscard]] lease::LeaseId draw();

  /// How many there have been.
  [[nodiscard]] std::uint64_t drawn() const { return drawn_; }

  /// The next one will be number `drawn` + 1; for runs that begin from one state again and again.
  void rewind(std::uint64_t drawn) { drawn_ = drawn; }

  [[nodiscard]] Handles& handles() { return handles_; }

 private:
  std::uint64_t drawn_ = 0;
  Handles handles_;
};

/// One process with the repository open. It may die in any of its calls of the disk; what a dead
/// one answers nobody hears.
/// Thread: one task.
class DatabaseProcess {
 public:
  /// Errors: those of opening. The disk and the ids must outlive it.
  [[nodiscard]] static lease::Result<std::unique_ptr<DatabaseProcess>> open(
      Disk& disk, SharedLeaseIds& ids, const OpenRepository& open);

  [[nodiscard]] Reply call(const model::Action& action);
  [[nodiscard]] lease::Result<model::Snapshot> snapshot();

  /// The handles of the leases that the last call drew ids for, answered or not.
  [[nodiscard]] const std::vector<model::Id>& drawn_leases() const { return source_.drawn; }

  [[nodiscard]] DiskProcess& process() { return process_; }

 private:
  struct Source final : lease::IdSource {
    explicit Source(SharedLeaseIds& shared) : ids(shared) {}
    [[nodiscard]] lease::LeaseId next_lease_id() override;
    SharedLeaseIds& ids;
    std::vector<model::Id> drawn;
  };

  DatabaseProcess(Disk& disk, SharedLeaseIds& ids) : source_(ids), process_(disk) {}

  CountingClock clock_;
  Source source_;
  DiskProcess process_;
  std::unique_ptr<lease::AttemptRepository> repository_;  // closed before the process ends
};

}  // namespace leasecheck::sim
