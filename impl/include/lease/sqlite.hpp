#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lease/attempt_repository.hpp"

namespace lease {

class Observer;

/// Whether a repository records what it does, in its file (`take_sqlite_operations`).
enum class RecordOperations : std::uint8_t {
  no,
  if_others_do,  ///< if the file has the table for it when it is opened: for tools
  yes
};

struct SqliteOptions {
  /// A file, made if it does not exist; its directory must. ":memory:" is a private database, which
  /// is not durable.
  std::string path;
  /// How long a call waits for another process's transaction before it answers `unavailable`. A
  /// negative one waits not at all.
  Duration busy_timeout{5000};
  /// The SQLite VFS to go through; empty for the default one.
  std::string vfs;
  /// Opens a file on a network or shared-folder file system (NFS, CIFS, FUSE, virtiofs, 9p, …) too.
  /// SQLite's log needs locks and shared memory that all processes see alike; where a file system
  /// fails in that, files are corrupted and attempts are granted twice.
  bool allow_shared_file_system = false;
  /// Takes an older schema, or an empty file, to the present one. Without it both are `unavailable`
  /// and stay as they are: for tools, which must not shut older programs out that are at work.
  bool migrate = true;
  /// Hears what the repository does, and must outlive it. Null: nothing is measured.
  Observer* observer = nullptr;
  /// By how many pages (of 4 KiB, unless the file was made otherwise) the log grows before it is
  /// written back into the file. The more, the longer that takes, and the less often. 0 counts
  /// as 1.
  std::uint32_t checkpoint_pages = default_checkpoint_pages;
  static constexpr std::uint32_t default_checkpoint_pages = 1000;
  /// Records every operation that changes something, in the transaction that does it: either both
  /// are there after a crash or neither. The file grows until somebody takes them.
  RecordOperations record_operations = RecordOperations::no;
};

/// Opens a durable repository in an SQLite database: WAL, every commit synced; callers that wait
/// at the same time share a commit. Several objects and processes may have the same file open. An
/// older schema is migrated forward in one transaction. Returns: never null. Pre: `clock` and `ids`
/// must outlive the repository. Errors: `unavailable` (cannot open or write, busy, a file system
/// that is shared with other machines); `corrupt` (not a database, damaged, another application's
/// database, or a schema that this library does not know, as a newer one). A file that is refused
/// is left as it was.
///
/// A row that no repository writes, and an index entry that disagrees with its row, is answered as
/// `corrupt` by whatever meets it; the rest of the file stays usable. Not looked for: entries that
/// an index lacks, so that a row is found by some questions and not by others, and what the file
/// says is possible but never happened. `check_sqlite_repository` finds the former.
///
/// Pre: while a repository is open, nobody deletes, renames, replaces or truncates its file, nor
/// the `-wal` and `-shm` files beside it.
/// - deleted, renamed or replaced: every call that writes looks, once its transaction has begun,
///   and answers `unavailable`. Calls that read do not look: they answer from the old file.
/// - `-wal` deleted: what was acknowledged and not yet written back is lost, and nobody notices.
/// - `-shm` truncated: the process is ended by SIGBUS when it next looks there.
/// Stop every process first, then replace the file together with its `-wal`.
///
/// Every call that writes looks at the schema's version, too: an open repository whose file a newer
/// library has migrated answers `corrupt` and writes nothing.
///
/// A repository is of the process that opened it. After fork(2) it answers `unavailable` in the
/// child, and there its destructor leaves the file alone. The child can open none either, of any
/// file, as long as it has not called exec(3): SQLite's notes of which files are locked are copied,
/// and the locks are not. Fork first, or let the child be another program.
/// Thread: any. Opening waits for other processes up to `busy_timeout` at each of its few steps,
/// and until the file's log is safe on the disk. A call that writes may first write the log back
/// into the file.
[[nodiscard]] Result<std::unique_ptr<AttemptRepository>> open_sqlite_repository(
    const SqliteOptions& options, Clock& clock, IdSource& ids);

/// Copies a repository while others use it: all of one moment, on the disk when it returns. The
/// copy is a repository by itself. A file of that name appears only once it is whole; meanwhile
/// there is one whose name goes on with ".part-". Only its owner may read it. Complexity: reads and
/// writes the whole file; the log of the repository grows until it is done.
///
/// To go back to a copy, stop every process, and move the file away together with its `-wal` and
/// `-shm` before the copy takes its place. Versions that were given after the copy was made are
/// given again then: what compares them as fencing tokens (rule 19c) must forget what it has seen.
/// Errors: `unavailable` (no such repository, one of an older schema, `copy` exists, no room);
/// `corrupt`.
[[nodiscard]] Result<void> backup_sqlite_repository(const SqliteOptions& options,
                                                    const std::string& copy);

/// Looks for what is wrong with a repository: pages that SQLite finds damaged, tables and indexes
/// that are not the schema's, rows that no repository writes or that contradict each other. Changes
/// nothing, and others may use it meanwhile.
/// Returns: sentences, at most `limit`; none if all is well.
/// Errors: as of opening, without making or migrating anything: `corrupt` where the file is no
/// repository at all. Complexity: reads the whole file; the log grows until it is done.
[[nodiscard]] Result<std::vector<std::string>> check_sqlite_repository(const SqliteOptions& options,
                                                                       std::uint64_t limit = 100);

/// Takes the operations that repositories have recorded in a file out of it, in the order in which
/// they took effect: hands lines of an operation log to `keep`, each with its end and about a
/// megabyte at a time, and deletes them from the file once it has returned a value. Others may use
/// the repository meanwhile; what they record then is left for the next time.
///
/// Each line is call and return in one, `"phase":"done"`. Its number `i` goes on counting for as
/// long as the file lives. Who is killed between keeping lines and deleting them keeps the same
/// ones again the next time: a line whose number is not above the one before it is a repetition.
/// After going back to a copy of the file, numbers are given again as versions are.
///
/// What changed nothing is not recorded: reads, refusals, a claim that found nothing, the
/// repetition of an ack. Neither is what programs do that open the file without
/// `record_operations`: all who write to it are to have it on, or the log lacks their part; and
/// what the file held before it was told to record. The time `t` is the VFS's clock.
/// Returns: how many lines.
/// Errors: as of opening, without making or migrating anything; `unavailable` if the file was never
/// to record; those of `keep`.
/// Complexity: O(length of the lines), and a commit for each megabyte.
[[nodiscard]] Result<std::uint64_t> take_sqlite_operations(
    const SqliteOptions& options, const std::function<Result<void>(std::string_view lines)>& keep);

}  // namespace lease
