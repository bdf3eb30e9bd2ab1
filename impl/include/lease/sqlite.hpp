#pragma once

#include <memory>
#include <string>

#include "lease/attempt_repository.hpp"

namespace lease {

struct SqliteOptions {
  /// A file, made if it does not exist; its directory must. ":memory:" is a private database, which
  /// is not durable.
  std::string path;
  /// How long a call waits for another process's transaction before it answers `unavailable`. A
  /// negative one waits not at all.
  Duration busy_timeout{5000};
  /// The SQLite VFS to go through; empty for the default one.
  std::string vfs;
};

/// Opens a durable repository in an SQLite database: WAL, synchronous FULL, one transaction per
/// operation. Several objects and processes may have the same file open. An older schema is
/// migrated forward in one transaction.
/// Returns: never null.
/// Pre: `clock` and `ids` must outlive the repository.
/// Errors: `unavailable` (cannot open or write, busy); `corrupt` (not a database, damaged, another
/// application's database, or a schema newer than this library). A file that is refused is left as
/// it was.
/// Thread: any. Opening waits for other processes up to `busy_timeout` at each of its few steps,
/// and until the file's log is safe on the disk. A commit that fills the log also writes the log
/// back into the file.
[[nodiscard]] Result<std::unique_ptr<AttemptRepository>> open_sqlite_repository(
    const SqliteOptions& options, Clock& clock, IdSource& ids);

}  // namespace lease
