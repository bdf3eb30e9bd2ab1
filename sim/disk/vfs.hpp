#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/disk/disk.hpp"

namespace leasecheck::sim {

/// A process as far as a disk knows it: its own view of the disk, under a VFS name that connections
/// are opened with. Everything that it has open is closed before it is destroyed.
///
/// A dead process still has frames on its stack, inside SQLite, and has to get out of them: each of
/// its calls is answered with an error and changes nothing, nobody is asked, and nobody else runs.
/// What it writes meanwhile into memory that it shares with others is undone in the end.
/// Thread: one thread.
class DiskProcess final : private Mount {
 public:
  explicit DiskProcess(Disk& disk);
  ~DiskProcess() override;
  DiskProcess(const DiskProcess&) = delete;
  DiskProcess& operator=(const DiskProcess&) = delete;

  /// The name to open databases with.
  [[nodiscard]] const std::string& vfs() const { return vfs_name_; }
  [[nodiscard]] Disk& disk() { return disk_; }

  /// The operating system ends it: its locks are gone, what it wrote stays. To be called while it
  /// is the one that runs: the task in it leaves SQLite and destroys this without yielding.
  void kill();

  [[nodiscard]] bool is_dead() const { return is_dead_; }

 private:
  friend struct Vfs;
  struct Registration;
  struct Descriptor {
    std::shared_ptr<DiskFile> file;
    Opening opening;
    bool is_private = false;  ///< a temporary file: nobody else's business, and no disk's
    bool is_removed_with_close = false;
  };

  void lose_power() override;

  Disk& disk_;
  std::string vfs_name_;
  bool is_dead_ = false;
  struct MemoryAtDeath {
    std::shared_ptr<SharedMemory> memory;
    std::vector<std::vector<std::byte>> contents;
  };

  std::vector<Descriptor*> open_;
  std::vector<MemoryAtDeath> memory_at_death_;
  std::unique_ptr<Registration> registration_;
};

}  // namespace leasecheck::sim
