#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/storage/database_process.hpp"
#include "sim/storage/prior_states.hpp"

/// The crash matrix (rule 17): one operation on one small state, and at its n-th call of the disk,
/// for every n, something happens.
namespace leasecheck::sim {

enum class Mishap : std::uint8_t {
  power_loss,  ///< all processes die; unsynced writes are kept, lost or torn, piece by piece
  kill,        ///< the process dies; what it wrote stays
  io_error,    ///< this one call fails
  disk_full    ///< likewise
};

/// "power_loss", …
[[nodiscard]] std::string_view word(Mishap mishap);

/// What happens, and where. Calls are counted from 1, from the beginning of the operation to the
/// closing of the repository; the power may also go after the last one.
struct CrashPoint {
  Mishap mishap = Mishap::power_loss;
  std::uint64_t call = 1;
  std::string fates;  ///< of a power loss: one letter for each fragment: k(ept), l(ost), t(orn)
};

/// An operation on a state; without one, the opening of the repository itself: its creation where
/// there is no prior state, and where there is one, SQLite's recovery, which may crash too.
struct CrashCase {
  std::optional<PriorState> prior;
  std::optional<SmallOperation> operation;
};

struct CrashFinding {
  /// "durable": what was acknowledged is gone, by this operation or by those before it; "atomic":
  /// the state is neither the one before nor the one after; "truthful": the answer does not fit the
  /// state; "recovers": the repository does not open, or does not work, although nothing that was
  /// synced is lost.
  std::string property;
  std::string subject;  ///< the case's name
  CrashPoint point;
  std::string message;
  std::optional<model::Outcome> answer;  ///< of the operation, if it was heard
};

struct CrashCount {
  std::uint64_t cases = 0;
  std::uint64_t calls = 0;  ///< of the disk, all of them crash points
  std::uint64_t power_losses = 0;
  std::uint64_t disks = 0;  ///< that power losses left, in each case each once
  std::uint64_t kills = 0;
  std::uint64_t failures = 0;  ///< calls that failed

  void add(const CrashCount& other);
};

struct CrashMatrixOptions {
  Device device;
  /// Every subset of the unsynced fragments is lost while there are no more than these; beyond, all
  /// prefixes, and each fragment as the only one that is lost, kept or torn.
  std::uint32_t exhaustive_fragments = 6;
};

/// Nothing here is excused: the device loses only what it did not promise (sim/disk/device.hpp), so
/// that a correct implementation recovers from every point of the matrix.
/// Thread: one thread.
class CrashMatrix {
 public:
  CrashMatrix(OpenRepository open, CrashMatrixOptions options)
      : open_(std::move(open)), options_(options) {}

  /// Everything that can happen in this case, until something is wrong.
  /// Errors: in words: the prior state could not be reached.
  [[nodiscard]] std::expected<std::optional<CrashFinding>, std::string> search(
      const CrashCase& subject);

  /// One thing that can happen.
  /// Errors: as above, or there is no such point in this case although there should be. A nearest
  /// fit lets nothing happen where there is no such call, and loses fragments of unknown fate.
  [[nodiscard]] std::expected<std::optional<CrashFinding>, std::string> replay(
      const CrashCase& subject, const CrashPoint& point, Fit fit = Fit::exact);

  [[nodiscard]] const CrashCount& count() const { return count_; }

 private:
  struct Scene;
  struct Outcome;
  /// What another process, or another life, found.
  struct Aftermath {
    lease::Result<model::Snapshot> left;
    lease::Result<void> works;
  };

  std::expected<Scene, std::string> set(const CrashCase& subject);
  Outcome play(const Scene& scene, Mishap mishap, std::uint64_t call);
  std::optional<CrashFinding> lose_power(const Scene& scene, const Outcome& outcome,
                                         const CrashPoint& point);
  const Aftermath& recover(Disk& disk);
  static Aftermath seen_by(const lease::Result<std::unique_ptr<Host>>& host);
  std::optional<CrashFinding> judge(const Scene& scene, const Outcome& outcome,
                                    const Aftermath& aftermath, const CrashPoint& point) const;
  std::optional<CrashFinding> search_power_losses(const Scene& scene);
  std::optional<CrashFinding> search_mishap(const Scene& scene, Mishap mishap);

  OpenRepository open_;
  CrashMatrixOptions options_;
  HostIds ids_;
  /// Many losses leave the same bytes, and those decide what comes after. Of one case.
  std::map<Disk::Image, Aftermath> aftermaths_;
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
