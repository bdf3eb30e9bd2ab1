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

/// Opens a durable repository in an SQLite database: WAL, synchronous FULL; callers that wait
/// at the same time share a commit. Several objects and processes may have the same file open. An older schema is
/// migrated forward in one transaction.
/// Returns: never null.
/// Pre: `clock` and `ids` must outlive the repository.
/// Errors: `unavailable` (cannot open or write, busy); `corrupt` (not a database, damaged, another
/// application's database, or a schema that this library does not know, as a newer one). A file
/// that is refused is left as it was.
///
/// A row that no repository writes, and an index entry that disagrees with its row, is answered as
/// `corrupt` by whatever meets it; the rest of the file stays usable. Not looked for: entries that
/// an index lacks, so that a row is found by some questions and not by others, and what the file
/// says is possible but never happened. `PRAGMA integrity_check` finds the former.
///
/// Pre: while a repository is open, nobody deletes, renames, replaces or truncates its file, nor
/// the `-wal` and `-shm` files beside it. SQLite does not notice, and neither does this library:
/// - deleted or replaced: the repository goes on answering Ok on the old file, which nobody else
///   sees and which is gone when it is closed. Whoever opens the path meanwhile has another
///   database: both grant the same attempt, both accept its ack, and fencing tokens repeat.
/// - `-wal` deleted: what was acknowledged and not yet written back is lost.
/// - `-shm` truncated: the process is ended by SIGBUS when it next looks there.
/// Stop every process first, then replace the file together with its `-wal`.
///
/// The schema's version is looked at when the file is opened. A newer library that migrates the
/// file must find no older one at work: an open repository goes on with the statements that it
/// knows, and answers `corrupt` only where a table or a column is gone.
/// Thread: any. Opening waits for other processes up to `busy_timeout` at each of its few steps,
/// and until the file's log is safe on the disk. A commit that fills the log also writes the log
/// back into the file.
[[nodiscard]] Result<std::unique_ptr<AttemptRepository>> open_sqlite_repository(
    const SqliteOptions& options, Clock& clock, IdSource& ids);

}  // namespace lease
