#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/disk/device.hpp"
#include "sim/disk/file.hpp"

namespace leasecheck::sim {

class DiskProcess;

/// What a disk asks of a process that has it mounted.
class Mount {
 public:
  virtual ~Mount() = default;

  /// The power goes: the process is dead, and what it has open is as it was on the medium.
  virtual void lose_power() = 0;
};

/// The kinds of call that reach a disk.
enum class DiskCall : std::uint8_t {
  open,
  read,
  write,
  resize,
  sync,
  size,
  remove,
  exists,
  lock,
  unlock,
  map_memory,
  lock_memory,
  unlock_memory,
  barrier
};

/// "open", "lock_memory", …
[[nodiscard]] std::string_view word(DiskCall call);

struct DiskAccess {
  DiskProcess& process;
  DiskCall call;
  std::string_view file;
};

/// How a call is answered when it is not simply carried out.
enum class DiskAnswer : std::uint8_t {
  carry_out,
  io_error,
  full,
  forget  ///< an error, and what of the file is not on the medium yet never gets there
};

/// Stands in front of the disk: sees every call before it is carried out, and may let other tasks
/// go on meanwhile, refuse the call, kill the process that makes it, or take the power away. The
/// one place where scheduling and faults meet storage.
class DiskWatcher {
 public:
  virtual ~DiskWatcher() = default;

  [[nodiscard]] virtual DiskAnswer before(const DiskAccess& access) = 0;

  /// SQLite waits for a lock.
  virtual void sleep(std::chrono::microseconds duration) = 0;
};

/// A disk and the processes that have it mounted; in memory, deterministic. Processes see it
/// through an SQLite VFS each (`DiskProcess`).
/// Thread: one thread; any number of disks.
class Disk {
 public:
  struct Image {
    std::map<std::string, DiskFile::Contents> files;
    std::map<std::string, DiskFile::Contents> removed;  ///< whose removal is not on the medium yet
    auto operator<=>(const Image&) const = default;
  };

  /// `seed` feeds SQLite's own random numbers (salts of its log), which are one stream for the
  /// whole program: of several disks the one that was made last decides it.
  Disk(Device device, std::uint64_t seed);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  [[nodiscard]] const Device& device() const { return device_; }

  /// From now on `watcher` stands in front of it, or nobody if null. It must outlive its time
  /// there.
  void set_watcher(DiskWatcher* watcher) { watcher_ = watcher; }
  [[nodiscard]] DiskWatcher* watcher() const { return watcher_; }

  /// What a power loss now would decide about, oldest first within each file.
  [[nodiscard]] std::vector<Fragment> unsynced() const;

  /// The power goes: every process that has the disk mounted is dead. `write_outcomes` are those of
  /// `unsynced`.
  void lose_power(std::span<const WriteOutcome> write_outcomes);

  /// Everything but the locks.
  [[nodiscard]] Image image() const;

  /// Puts back what an image holds, under the eyes of the processes that have files open.
  /// Pre: no process is in the middle of a call, or holds a lock that it did not hold then.
  void restore(const Image& image);

  /// Somebody puts copies in the place of all files. Who has them open goes on with files that have
  /// no name any more.
  void replace_files(const Image& copies);

  [[nodiscard]] bool has_file(const std::string& name) const { return files_.contains(name); }

 private:
  friend class DiskProcess;
  friend struct Vfs;

  std::shared_ptr<DiskFile> open(const std::string& name);
  enum class Removal : std::uint8_t { unsynced, synced };
  void remove(const std::string& name, Removal removal);
  void sync(DiskFile& file);
  void forget_unsynced(std::string_view name);
  void sync_directory();

  Device device_;
  DiskWatcher* watcher_ = nullptr;
  std::map<std::string, std::shared_ptr<DiskFile>> files_;
  /// Removed, but still on the medium's directory.
  std::map<std::string, std::shared_ptr<DiskFile>> removed_;
  std::vector<Mount*> processes_;
};

}  // namespace leasecheck::sim
