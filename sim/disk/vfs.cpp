#include "sim/disk/vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "sim/check.hpp"

namespace leasecheck::sim {

struct DiskProcess::Registration {
  sqlite3_vfs vfs{};
};

/// The methods of the VFS. Each asks the disk's watcher, then does what the disk does.
/// Source: https://www.sqlite.org/c3ref/io_methods.html, https://www.sqlite.org/c3ref/vfs.html
struct Vfs {
  /// SQLite's side of a file: what it allocates itself, with ours behind a pointer.
  struct VfsFile {
    sqlite3_file base;
    DiskProcess* process;
    DiskProcess::Descriptor* descriptor;
  };

  static VfsFile& of(sqlite3_file* file) { return *reinterpret_cast<VfsFile*>(file); }
  static DiskFile& content(VfsFile& file) { return *file.descriptor->file; }
  static DiskProcess& process_of(sqlite3_vfs* vfs) {
    return *static_cast<DiskProcess*>(vfs->pAppData);
  }

  /// SQLITE_OK if the call is to be carried out, else what it answers.
  static int ask(DiskProcess& process, DiskCall call, std::string_view file, int io_error) {
    if (process.is_dead_) return io_error;
    DiskWatcher* const watcher = process.disk_.watcher_;
    if (watcher == nullptr) return SQLITE_OK;
    const DiskAnswer answer = watcher->before({process, call, file});
    if (process.is_dead_) return io_error;
    switch (answer) {
      case DiskAnswer::carry_out:
        return SQLITE_OK;
      case DiskAnswer::io_error:
        return io_error;
      case DiskAnswer::full:
        return SQLITE_FULL;
      case DiskAnswer::forget:
        process.disk_.forget_unsynced(file);
        return io_error;
    }
    return io_error;
  }

  static int ask(VfsFile& file, DiskCall call, int io_error) {
    if (file.descriptor->is_private) return SQLITE_OK;
    return ask(*file.process, call, content(file).name(), io_error);
  }

  // ---- Files -----------------------------------------------------------------------------------

  static int close(sqlite3_file* raw) {
    VfsFile& file = of(raw);
    const std::unique_ptr<DiskProcess::Descriptor> descriptor(file.descriptor);
    std::erase(file.process->open_, descriptor.get());
    if (file.process->is_dead_) return SQLITE_OK;
    descriptor->opening.memory.reset();
    descriptor->file->remove(descriptor->opening);
    if (descriptor->is_removed_with_close) {
      file.process->disk_.remove(descriptor->file->name(), Disk::Removal::unsynced);
    }
    return SQLITE_OK;
  }

  static int read(sqlite3_file* raw, void* into, int size, sqlite3_int64 offset) {
    VfsFile& file = of(raw);
    if (int code = ask(file, DiskCall::read, SQLITE_IOERR_READ); code != SQLITE_OK) return code;
    const std::span bytes(static_cast<std::byte*>(into), static_cast<std::size_t>(size));
    const std::size_t there = content(file).read(static_cast<std::uint64_t>(offset), bytes);
    return there == bytes.size() ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }

  static int write(sqlite3_file* raw, const void* from, int size, sqlite3_int64 offset) {
    VfsFile& file = of(raw);
    if (int code = ask(file, DiskCall::write, SQLITE_IOERR_WRITE); code != SQLITE_OK) return code;
    content(file).write(static_cast<std::uint64_t>(offset),
                        {static_cast<const std::byte*>(from), static_cast<std::size_t>(size)});
    return SQLITE_OK;
  }

  static int truncate(sqlite3_file* raw, sqlite3_int64 size) {
    VfsFile& file = of(raw);
    if (int code = ask(file, DiskCall::resize, SQLITE_IOERR_TRUNCATE); code != SQLITE_OK) {
      return code;
    }
    content(file).resize(static_cast<std::uint64_t>(size));
    return SQLITE_OK;
  }

  static int sync(sqlite3_file* raw, int) {
    VfsFile& file = of(raw);
    if (int code = ask(file, DiskCall::sync, SQLITE_IOERR_FSYNC); code != SQLITE_OK) return code;
    file.process->disk_.sync(content(file));
    return SQLITE_OK;
  }

  static int file_size(sqlite3_file* raw, sqlite3_int64* size) {
    VfsFile& file = of(raw);
    if (int code = ask(file, DiskCall::size, SQLITE_IOERR_FSTAT); code != SQLITE_OK) return code;
    *size = static_cast<sqlite3_int64>(content(file).size());
    return SQLITE_OK;
  }

  // ---- Locks -----------------------------------------------------------------------------------

  static int lock(sqlite3_file* raw, int level) {
    VfsFile& file = of(raw);
    if (int code = ask(file, DiskCall::lock, SQLITE_IOERR_LOCK); code != SQLITE_OK) return code;
    const bool granted =
        content(file).try_lock(file.descriptor->opening, static_cast<LockLevel>(level));
    return granted ? SQLITE_OK : SQLITE_BUSY;
  }

  static int unlock(sqlite3_file* raw, int level) {
    VfsFile& file = of(raw);
    if (int code = ask(file, DiskCall::unlock, SQLITE_IOERR_UNLOCK); code != SQLITE_OK) return code;
    content(file).unlock(file.descriptor->opening, static_cast<LockLevel>(level));
    return SQLITE_OK;
  }

  static int check_reserved(sqlite3_file* raw, int* is_reserved) {
    VfsFile& file = of(raw);
    if (int code = ask(file, DiskCall::lock, SQLITE_IOERR_CHECKRESERVEDLOCK); code != SQLITE_OK) {
      return code;
    }
    *is_reserved = content(file).is_reserved() ? 1 : 0;
    return SQLITE_OK;
  }

  // ---- Shared memory ---------------------------------------------------------------------------

  static int map_memory(sqlite3_file* raw, int region, int size, int extends,
                        void volatile** address) {
    VfsFile& file = of(raw);
    *address = nullptr;
    if (int code = ask(file, DiskCall::map_memory, SQLITE_IOERR_SHMMAP); code != SQLITE_OK) {
      return code;
    }
    SharedMemory& memory = content(file).map(file.descriptor->opening);
    const auto index = static_cast<std::size_t>(region);
    *address = extends != 0 ? memory.region(index, static_cast<std::size_t>(size))
                            : memory.find_region(index);
    return SQLITE_OK;
  }

  static int lock_memory(sqlite3_file* raw, int offset, int count, int flags) {
    VfsFile& file = of(raw);
    const bool unlocks = (flags & SQLITE_SHM_UNLOCK) != 0;
    const DiskCall call = unlocks ? DiskCall::unlock_memory : DiskCall::lock_memory;
    if (int code = ask(file, call, SQLITE_IOERR_SHMLOCK); code != SQLITE_OK) return code;
    const auto mask = static_cast<std::uint16_t>(((1U << count) - 1) << offset);
    Opening& opening = file.descriptor->opening;
    if (unlocks) {
      content(file).unlock_slots(opening, mask);
      return SQLITE_OK;
    }
    const auto mode = (flags & SQLITE_SHM_SHARED) != 0 ? DiskFile::SlotMode::shared
                                                       : DiskFile::SlotMode::exclusive;
    return content(file).try_lock_slots(opening, mask, mode) ? SQLITE_OK : SQLITE_BUSY;
  }

  static void barrier(sqlite3_file* raw) {
    // It cannot fail: an answer other than to go on has no meaning here.
    static_cast<void>(ask(of(raw), DiskCall::barrier, SQLITE_OK));
  }

  static int unmap_memory(sqlite3_file* raw, int) {
    VfsFile& file = of(raw);
    if (file.process->is_dead_) return SQLITE_OK;
    content(file).unlock_slots(file.descriptor->opening, 0xff);
    file.descriptor->opening.memory.reset();
    return SQLITE_OK;
  }

  // ---- What the device is ----------------------------------------------------------------------

  static int file_control(sqlite3_file* raw, int operation, void* answer) {
    if (operation != SQLITE_FCNTL_HAS_MOVED) return SQLITE_NOTFOUND;
    VfsFile& file = of(raw);
    const auto& files = file.process->disk_.files_;
    const auto found = files.find(content(file).name());
    const bool is_there = found != files.end() && found->second == file.descriptor->file;
    *static_cast<int*>(answer) = is_there || file.descriptor->is_private ? 0 : 1;
    return SQLITE_OK;
  }

  static int sector_size(sqlite3_file* raw) {
    return static_cast<int>(of(raw).process->disk_.device_.sector_size);
  }

  static int characteristics(sqlite3_file* raw) {
    const Device& device = of(raw).process->disk_.device_;
    return (device.atomic_writes ? SQLITE_IOCAP_ATOMIC : 0) |
           (device.safe_append ? SQLITE_IOCAP_SAFE_APPEND : 0) |
           (device.sequential ? SQLITE_IOCAP_SEQUENTIAL : 0) |
           (device.powersafe_overwrite ? SQLITE_IOCAP_POWERSAFE_OVERWRITE : 0);
  }

  // ---- The directory ---------------------------------------------------------------------------

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* raw, int flags, int* out) {
    static const sqlite3_io_methods methods{2,
                                            close,
                                            read,
                                            write,
                                            truncate,
                                            sync,
                                            file_size,
                                            lock,
                                            unlock,
                                            check_reserved,
                                            file_control,
                                            sector_size,
                                            characteristics,
                                            map_memory,
                                            lock_memory,
                                            barrier,
                                            unmap_memory,
                                            nullptr,
                                            nullptr};
    VfsFile& file = of(raw);
    file.base.pMethods = nullptr;
    DiskProcess& process = process_of(vfs);
    auto descriptor = std::make_unique<DiskProcess::Descriptor>();
    if (name == nullptr) {
      descriptor->is_private = true;
      descriptor->file = std::make_shared<DiskFile>("temporary");
      descriptor->file->sync_entry();  // no directory has it
    } else {
      if (int code = ask(process, DiskCall::open, name, SQLITE_CANTOPEN); code != SQLITE_OK) {
        return code;
      }
      const bool may_create = (flags & SQLITE_OPEN_CREATE) != 0;
      if (!may_create && !process.disk_.has_file(name)) return SQLITE_CANTOPEN;
      descriptor->file = process.disk_.open(name);
      descriptor->is_removed_with_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    }
    descriptor->file->add(descriptor->opening);
    file.process = &process;
    file.descriptor = descriptor.release();
    process.open_.push_back(file.descriptor);
    file.base.pMethods = &methods;
    if (out != nullptr) *out = flags;
    return SQLITE_OK;
  }

  static int remove(sqlite3_vfs* vfs, const char* name, int sync_directory) {
    DiskProcess& process = process_of(vfs);
    if (int code = ask(process, DiskCall::remove, name, SQLITE_IOERR_DELETE); code != SQLITE_OK) {
      return code;
    }
    if (!process.disk_.has_file(name)) return SQLITE_IOERR_DELETE_NOENT;
    process.disk_.remove(name,
                         sync_directory != 0 ? Disk::Removal::synced : Disk::Removal::unsynced);
    return SQLITE_OK;
  }

  static int exists(sqlite3_vfs* vfs, const char* name, int, int* result) {
    DiskProcess& process = process_of(vfs);
    *result = 0;
    if (int code = ask(process, DiskCall::exists, name, SQLITE_IOERR_ACCESS); code != SQLITE_OK) {
      return code;
    }
    *result = process.disk_.has_file(name) ? 1 : 0;
    return SQLITE_OK;
  }

  static int full_name(sqlite3_vfs*, const char* name, int size, char* full) {
    if (std::strlen(name) >= static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
    std::strcpy(full, name);
    return SQLITE_OK;
  }

  // ---- The rest of an operating system ---------------------------------------------------------

  static int randomness(sqlite3_vfs*, int size, char* bytes) {
    std::memset(bytes, 0, static_cast<std::size_t>(size));
    return size;
  }

  static int sleep(sqlite3_vfs* vfs, int microseconds) {
    DiskProcess& process = process_of(vfs);
    DiskWatcher* const watcher = process.disk_.watcher_;
    if (!process.is_dead_ && watcher != nullptr) {
      watcher->sleep(std::chrono::microseconds(microseconds));
    }
    return microseconds;
  }

  static int current_time(sqlite3_vfs*, sqlite3_int64* milliseconds) {
    *milliseconds = 2'440'587'500LL * 86'400;  // the Unix epoch, as a Julian day in milliseconds
    return SQLITE_OK;
  }

  static int last_error(sqlite3_vfs*, int, char*) { return 0; }

  static sqlite3_vfs for_process(DiskProcess& process) {
    sqlite3_vfs vfs{};
    vfs.iVersion = 2;
    vfs.szOsFile = sizeof(VfsFile);
    vfs.mxPathname = 512;
    vfs.zName = process.vfs_name_.c_str();
    vfs.pAppData = &process;
    vfs.xOpen = open;
    vfs.xDelete = remove;
    vfs.xAccess = exists;
    vfs.xFullPathname = full_name;
    vfs.xRandomness = randomness;
    vfs.xSleep = sleep;
    vfs.xGetLastError = last_error;
    vfs.xCurrentTimeInt64 = current_time;
    return vfs;
  }
};

DiskProcess::DiskProcess(Disk& disk)
    : disk_(disk), registration_(std::make_unique<Registration>()) {
  static std::uint64_t processes_so_far = 0;
  vfs_name_ = "leasecheck-" + std::to_string(++processes_so_far);
  registration_->vfs = Vfs::for_process(*this);
  check(sqlite3_vfs_register(&registration_->vfs, 0) == SQLITE_OK, "SQLite takes a VFS");
  disk_.processes_.push_back(this);
}

DiskProcess::~DiskProcess() {
  check(open_.empty(), "a process closes its files before it is destroyed");
  for (const auto& [memory, contents] : memory_at_death_) memory->set_contents(contents);
  sqlite3_vfs_unregister(&registration_->vfs);
  std::erase(disk_.processes_, static_cast<Mount*>(this));
}

void DiskProcess::kill() {
  if (is_dead_) return;
  is_dead_ = true;
  for (Descriptor* descriptor : open_) {
    if (const auto& memory = descriptor->opening.memory) {
      memory_at_death_.push_back({memory, memory->contents()});
    }
    const std::shared_ptr<SharedMemory> still_written_to = std::move(descriptor->opening.memory);
    descriptor->file->remove(descriptor->opening);
    descriptor->opening.memory = still_written_to;
  }
}

// Files have forgotten their openings and their shared memory already, or do so next.
void DiskProcess::lose_power() {
  is_dead_ = true;
}

}  // namespace leasecheck::sim
