#include "sqlite/checkpointer.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <utility>

namespace lease::sqlite {
namespace {

/// Where the index of the log, which all processes share, says how many of the log's pages are back
/// in the file. Returns: null where it cannot be reached.
/// Source: https://sqlite.org/walformat.html, "WAL-Index Checkpoint Information"
std::uint32_t* pages_counted_as_back(sqlite3_file& file) {
  constexpr int region_size = 32768;
  constexpr std::size_t offset = 96;
  volatile void* region = nullptr;
  const int code = file.pMethods->xShmMap(&file, 0, region_size, 0, &region);
  if (code != SQLITE_OK || region == nullptr) return nullptr;
  return reinterpret_cast<std::uint32_t*>(static_cast<char*>(const_cast<void*>(region)) + offset);
}

/// A checkpoint that could not take all of the log has counted pages as written back, and has not
/// synced them. They must be safe before the next one syncs its own, for if that fails, the system
/// may forget these too, and SQLite would not write them again. Pre: the write lock is held.
/// Returns: SQLite's code; after an error all of the log counts as not written back.
int sync_what_is_back(sqlite3* database) {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(database, "main", SQLITE_FCNTL_FILE_POINTER, static_cast<void*>(&file));
  if (file == nullptr || file->pMethods == nullptr) return SQLITE_OK;
  std::uint32_t* const word = pages_counted_as_back(*file);
  if (word == nullptr) return SQLITE_IOERR_SHMMAP;
  const std::atomic_ref counted(*word);
  if (counted.load() == 0) return SQLITE_OK;
  const int code = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
  if (code != SQLITE_OK) counted.store(0);
  return code;
}

}  // namespace

Checkpointer::Checkpointer(sqlite3* database, std::uint32_t pages)
    : database_(database), threshold_(std::max(pages, 1U)) {
  // It takes the place of SQLite's own, which is a hook like this one.
  const auto count = [](void* self, sqlite3*, const char*, int in_log) {
    static_cast<Checkpointer*>(self)->count(static_cast<std::uint64_t>(in_log));
    return SQLITE_OK;
  };
  sqlite3_wal_hook(database_, count, this);
}

void Checkpointer::count(std::uint64_t in_log) {
  if (in_log < pages_) pages_at_last_ = pages_back_ = 0;  // the log has begun anew
  pages_ = in_log;
}

Checkpoint Checkpointer::run() {
  pages_at_last_ = pages_;
  is_demanded_ = false;
  Checkpoint taken{.code = open()};
  if (taken.code == SQLITE_OK) taken.code = sync_what_is_back(second_.get());
  if (taken.code != SQLITE_OK) return taken;
  int in_log = 0;
  int back = 0;
  taken.code =
      sqlite3_wal_checkpoint_v2(second_.get(), "main", SQLITE_CHECKPOINT_PASSIVE, &in_log, &back);
  if (taken.code != SQLITE_OK || back < 0) return taken;
  const auto all_back = static_cast<std::uint64_t>(back);
  taken.pages_back = all_back - std::min(all_back, pages_back_);
  pages_back_ = all_back;
  if (back < in_log) taken.pages_pinned = static_cast<std::uint64_t>(in_log);
  return taken;
}

int Checkpointer::open() {
  if (second_) return SQLITE_OK;
  sqlite3_vfs* vfs = nullptr;
  sqlite3_file_control(database_, "main", SQLITE_FCNTL_VFS_POINTER, static_cast<void*>(&vfs));
  sqlite3* opened = nullptr;
  int code = sqlite3_open_v2(sqlite3_db_filename(database_, "main"), &opened,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                             vfs == nullptr ? nullptr : vfs->zName);
  Database second(opened);
  // Reading something tells it that there is a log.
  if (code == SQLITE_OK) {
    code = sqlite3_exec(opened, "PRAGMA synchronous = FULL; PRAGMA user_version", nullptr, nullptr,
                        nullptr);
  }
  if (code == SQLITE_OK) second_ = std::move(second);
  return code;
}

}  // namespace lease::sqlite
