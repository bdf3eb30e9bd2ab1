#pragma once

#include <memory>
#include <string>

#include "lease/attempt_repository.hpp"

namespace lease {

struct SqliteOptions {
  /// A file, made if it does not exist; its directory must. ":memory:" is a private database.
  std::string path;
  /// How long a call waits for another process's transaction before it answers `unavailable`.
  Duration busy_timeout{5000};
  /// The SQLite VFS to go through; empty for the default one.
  std::string vfs;
};

/// Opens a durable repository in an SQLite database (WAL, synchronous FULL, one transaction per
/// operation). Several processes may have the same file open. An older schema is migrated forward
/// in one transaction. `clock` and `ids` must outlive it.
/// Errors: `unavailable` (cannot open or write, busy); `corrupt` (not a database, damaged, another
/// application's database, or a schema newer than this library).
[[nodiscard]] Result<std::unique_ptr<AttemptRepository>> open_sqlite_repository(
    const SqliteOptions& options, Clock& clock, IdSource& ids);

}  // namespace lease
