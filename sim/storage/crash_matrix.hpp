#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "properties/storage_properties.hpp"
#include "sim/concurrency/prior_states.hpp"
#include "sim/oracle/finding.hpp"
#include "sim/storage/database_process.hpp"

/// The crash matrix (rule 17): one operation on one small state, and at its n-th call of the disk,
/// for every n, something happens.
namespace leasecheck::sim {

enum class CrashEvent : std::uint8_t {
  power_loss,  ///< all processes die; unsynced writes are kept, lost or torn, piece by piece
  kill,        ///< the process dies; what it wrote stays
  io_error,    ///< this one call fails
  disk_full,   ///< likewise
  /// This sync fails, and what it was to make safe is never written; the process dies, another one
  /// looks, and then the power goes.
  sync_forgotten,
  file_replaced  ///< before its first call, somebody puts copies of the files in their place
};

/// "power_loss", …
[[nodiscard]] std::string_view word(CrashEvent event);

/// What happens, and where. Calls are counted from 1, from the beginning of the operation to the
/// closing of the repository; the power may also go after the last one.
struct CrashPoint {
  CrashEvent event = CrashEvent::power_loss;
  std::uint64_t call = 1;
  std::string
      write_outcomes;  ///< of a power loss: one letter for each fragment: k(ept), l(ost), t(orn)
};

/// An operation on a state; without one, the opening of the repository itself: its creation where
/// there is no prior state, and where there is one, SQLite's recovery, which may crash too.
struct CrashCase {
  std::optional<PriorState> prior;
  std::optional<SmallOperation> operation;
};

struct CrashCount {
  std::uint64_t cases = 0;
  std::uint64_t calls = 0;  ///< of the disk, all of them crash points
  std::uint64_t power_losses = 0;
  std::uint64_t disks = 0;  ///< that power losses left, in each case each once
  std::uint64_t kills = 0;
  std::uint64_t failures = 0;  ///< calls that failed
  std::uint64_t replacements = 0;

  /// How often that was made to happen; every kind of failed call is one count.
  [[nodiscard]] std::uint64_t& of(CrashEvent event);
};

struct CrashMatrixOptions {
  Device device;
  /// Every subset of the unsynced fragments is lost while there are no more than these; beyond, all
  /// prefixes, and each fragment as the only one that is lost, kept or torn.
  std::uint32_t exhaustive_fragments = 6;
  std::uint32_t checkpoint_pages = lease::SqliteOptions::default_checkpoint_pages;
};

/// Judges every crash: `durable`, `atomic`, `truthful`, `recovers` (storage_properties.hpp).
/// Nothing here is excused: the device loses only what it did not promise (sim/disk/device.hpp), so
/// that a correct implementation recovers from every point of the matrix.
/// Thread: one thread.
class CrashMatrix {
 public:
  CrashMatrix(OpenRepository open, CrashMatrixOptions options)
      : open_(with_checkpoints(std::move(open), options.checkpoint_pages)), options_(options) {}

  /// Everything that can happen in this case, until something is wrong or the process is
  /// interrupted. Errors: in words: the prior state could not be reached.
  [[nodiscard]] std::expected<std::optional<Finding>, std::string> search(const CrashCase& subject);

  /// One thing that can happen.
  /// Errors: as above, or there is no such point in this case although there should be. A nearest
  /// fit lets nothing happen where there is no such call, and loses fragments of unknown
  /// write_outcome.
  [[nodiscard]] std::expected<std::optional<Finding>, std::string> replay(const CrashCase& subject,
                                                                          const CrashPoint& point,
                                                                          Match fit = Match::exact);

  [[nodiscard]] const CrashCount& count() const { return count_; }

 private:
  struct Setup;
  struct Outcome;
  /// What another process, or another life, found.
  struct Recovered {
    lease::Result<model::Snapshot> left;
    lease::Result<void> works;
  };

  std::expected<Setup, std::string> set(const CrashCase& subject);
  using Opened = lease::Result<std::unique_ptr<DatabaseProcess>>;
  void carry_out(const Setup& setup, CrashEvent event, Disk& disk, Opened database,
                 Outcome& outcome);
  Outcome run(const Setup& setup, CrashEvent event, std::uint64_t call);
  std::optional<Finding> lose_power(const Setup& setup, const Outcome& outcome,
                                    const CrashPoint& point);
  const Recovered& recover(Disk& disk);
  static Recovered inspect(const Opened& database);
  std::optional<std::string> lose_what_was_seen(Disk& disk, Opened database);
  [[nodiscard]] Finding finding(const Setup& setup, const Outcome& outcome, const CrashPoint& point,
                                properties::StorageProperty property, std::string message) const;
  std::optional<Finding> judge(const Setup& setup, const Outcome& outcome,
                               const Recovered& recovered, const CrashPoint& point) const;
  std::optional<Finding> search_power_losses(const Setup& setup);
  std::optional<Finding> search_event(const Setup& setup, CrashEvent event, std::uint64_t calls);

  OpenRepository open_;
  CrashMatrixOptions options_;
  SharedLeaseIds ids_;
  /// Many losses leave the same bytes, and those decide what comes after. Of one case.
  std::map<Disk::Image, Recovered> recovered_;
  CrashCount count_;
};

/// Creation, recovery of every prior state, and every operation on every prior state.
[[nodiscard]] std::vector<CrashCase> crash_cases();

/// "two_leased/reap", "leased/open", "nothing/open": how a case is named on the command line.
[[nodiscard]] std::string name_of(const CrashCase& subject);

/// "power_loss@12:kkl", "kill@3", and back. Returns: nothing for text that is no point.
[[nodiscard]] std::string to_text(const CrashPoint& point);
[[nodiscard]] std::optional<CrashPoint> crash_point_from_text(std::string_view text);

}  // namespace leasecheck::sim
