#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>

namespace lease::sqlite {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

/// What has become of a checkpoint.
struct Checkpoint {
  int code = SQLITE_OK;            ///< SQLite's
  std::uint64_t pages_back = 0;    ///< that were written back
  std::uint64_t pages_pinned = 0;  ///< in a log of which somebody still reads a part; else 0
};

/// Writes the write-ahead log of a connection back into the database file, each time that it has
/// grown by so many pages, so that commits can begin it anew.
///
/// SQLite's own checkpoints are off: those of its versions before 3.51.3 can corrupt the file if a
/// commit begins the log anew at the same time. Here a checkpoint is taken only while the
/// connection holds the write lock, so that nobody commits meanwhile. A connection cannot do that
/// within its own transaction: a second one does it, which is opened when it is needed first.
/// Thread: that of the connection.
/// Source: https://sqlite.org/wal.html#walresetbug
class Checkpointer {
 public:
  /// From now on counts the pages that commits of `database` leave in the log. The connection must
  /// outlive it, and so must the name of its VFS.
  Checkpointer(sqlite3* database, std::uint32_t pages);
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  [[nodiscard]] bool is_due() const {
    return is_demanded_ || pages_ >= pages_at_last_ + threshold_;
  }

  /// Makes it due however little the log has grown: one that finds no room does not grow, and may
  /// be what takes the room.
  void demand() { is_demanded_ = true; }

  /// Writes back what no reader needs to find in the log; not more, and without waiting for
  /// anybody. What fails is tried again when the log has grown as much once more.
  /// Pre: the connection holds the write lock and has written nothing.
  Checkpoint run();

  /// In a child of the process that has opened it: closes nothing.
  void abandon() { static_cast<void>(second_.release()); }

 private:
  /// A commit has left so many pages in the log.
  void count(std::uint64_t in_log);
  int open();

  sqlite3* database_;
  std::uint64_t threshold_;
  std::uint64_t pages_ = 0;          ///< in the log, after the last commit
  std::uint64_t pages_at_last_ = 0;  ///< in the same log, at the last checkpoint
  std::uint64_t pages_back_ = 0;     ///< of those, written back by then
  bool is_demanded_ = false;
  Database second_;
};

}  // namespace lease::sqlite
