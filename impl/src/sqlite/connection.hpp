#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "lease/sqlite.hpp"
#include "own_process.hpp"
#include "rows.hpp"
#include "sqlite/checkpointer.hpp"
#include "store.hpp"

namespace lease::sqlite {

/// One connection to one database file.
///
/// The connection remembers the first failure of a transaction. Every later query of that
/// transaction then finds nothing and does nothing, and `end` rolls back and answers the failure.
/// So callers check no errors in between, and no half of a transaction is ever committed.
/// Thread: one at a time.
class Connection {
 public:
  /// Opens or makes the file; waits for other processes as long as the options say. Reads no
  /// content.
  /// Errors: `unavailable` (no such directory, not a file, no right to write, a file system that is
  /// shared with other machines).
  [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const SqliteOptions& options);

  /// A transaction that writes first writes the log back, where that is due.
  /// Errors: `unavailable` (another process is writing, or the file cannot be read, or, to write,
  /// is no longer at its path), `corrupt`.
  [[nodiscard]] Result<void> begin(Access access);

  /// Ends the transaction: commits it if that was asked for and nothing failed.
  /// Errors: the first failure since `begin`; `unavailable` with `Effect::unknown` if the commit
  /// itself failed, because its log record may or may not have reached the disk.
  [[nodiscard]] Result<void> end(Ending ending);

  /// Carries out one or several statements that answer nothing. `sql` is not cached.
  void execute(const std::string& sql);

  /// Runs a statement, outside a transaction, for which SQLite's own busy timeout does not apply:
  /// repeats it while the file is busy, as long as the options say.
  /// Returns: the first column of the first row.
  [[nodiscard]] std::string query_with_retries(std::string_view sql);

  /// Writes the bytes of the write-ahead log once more and syncs them. A log that recovery has read
  /// may hold a commit whose process died before it had synced it, or whose sync failed: every
  /// reader sees that commit, and a loss of power would undo it. A sync alone is not enough, since
  /// a system may take what it could not write for written. Writing a byte that is there already
  /// damages nothing, and other processes read the same all the time; the write lock is held.
  /// Until then, closing does not write the log back: a loss of power in the middle of that would
  /// leave half of such a commit.
  /// Source: https://sqlite.org/atomiccommit.html, section 2: a sector is written from one end to
  /// the other; PostgreSQL's "fsyncgate", 2018.
  void make_log_safe();

  /// Copies what the file holds now into another one, which is on the disk then. Others go on
  /// meanwhile; the log keeps growing until it is done. Pre: no transaction; `file` does not exist.
  [[nodiscard]] Result<void> copy_to(const std::string& file);

  /// Remembers a failure unless there is one already.
  void fail(Error error);
  /// As above: `corrupt`, for content that no repository writes.
  void fail_as_corrupt(std::string_view what) { fail(error(ErrorCode::corrupt, what)); }
  [[nodiscard]] bool has_failed() const { return failure_.has_value(); }

  /// Takes the remembered failure, if any.
  [[nodiscard]] Result<void> take_failure();

  /// An error of the environment or of the content, that names the file and has had no effect.
  [[nodiscard]] Error error(ErrorCode code, std::string_view what) const;

  /// In a child of the process that has opened it, nothing is closed or freed: closing would write
  /// the log back and drop locks beside the parent, which goes on.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] StorageEvents take_events() { return std::exchange(events_, {}); }

  /// How many rows this connection has inserted, updated and deleted.
  [[nodiscard]] std::int64_t changes() const { return sqlite3_total_changes(database_.get()); }

  /// False for a database that lives in this process's memory.
  [[nodiscard]] bool is_a_file() const;

 private:
  friend class Query;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  Connection(sqlite3* database, const SqliteOptions& options)
      : database_(database),
        path_(options.path),
        busy_timeout_(options.busy_timeout),
        has_own_vfs_(!options.vfs.empty()) {}

  [[nodiscard]] Result<void> opened(int code) const;
  /// From now on until it is destroyed, forks of this process open no database.
  void note();

  /// Returns: null after a failure.
  [[nodiscard]] sqlite3_stmt* prepared(std::string_view sql);
  /// Remembers what SQLite answered, if it is an error. Returns: whether it is none.
  bool accept(int code);
  [[nodiscard]] Error error_of(int code) const;
  void roll_back();
  /// SQLite's handler for a lock that somebody else holds. Returns: whether to ask again.
  static int wait_for_lock(void* connection, int times);
  /// BEGIN IMMEDIATE, with the name of who is in the way.
  void lock();
  /// The write-ahead log. Returns: null where there is none.
  [[nodiscard]] sqlite3_file* log_file();
  void rewrite(sqlite3_file& log);
  enum class Closing : bool { leaves_log, writes_log_back };
  /// What the last one who closes the file does.
  void write_back_on_close(Closing closing);
  /// Fails where the file that this connection writes is no longer the one at its path.
  void check_path();

  Database database_;
  std::string path_;
  Duration busy_timeout_;
  bool has_own_vfs_;
  bool is_noted_ = false;
  std::optional<Checkpointer> checkpointer_;  // once it is open
  std::map<std::string_view, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
  std::optional<Error> failure_;
  Duration waited_for_lock_{};
  StorageEvents events_;
  OwnProcess process_;
};

/// A prepared statement under way. Rows are read with `next`, columns from 0; leaving the scope
/// ends it. After a failure, which the connection remembers, it has no rows.
class Query final : public Row {
 public:
  /// `sql` is a string literal: it is what the statement is cached by. Arguments are bound in order
  /// and must live as long as the query.
  template <typename... Arguments>
  Query(Connection& connection, std::string_view sql, const Arguments&... arguments)
      : connection_(connection), statement_(connection.prepared(sql)) {
    [[maybe_unused]] int index = 0;
    (bind(++index, arguments), ...);
  }
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  /// Returns: whether there is another row.
  bool next();

  /// For a statement that answers no rows.
  void run() { static_cast<void>(next()); }

  [[nodiscard]] bool is_null(int column) const override;
  /// The schema's types bind whoever writes through SQLite, and not a damaged file.
  [[nodiscard]] std::int64_t integer(int column) const override;
  [[nodiscard]] std::string text(int column) const override;

  /// As if SQLite had answered so.
  void fail_as_corrupt(std::string_view what) const override { connection_.fail_as_corrupt(what); }

 private:
  void demand(int column, int type) const;
  void bind(int index, std::int64_t value);
  void bind(int index, std::string_view value);
  void bind(int index, Time value) { bind(index, value.time_since_epoch().count()); }
  void bind(int index, Duration value) { bind(index, value.count()); }
  template <typename Tag>
  void bind(int index, const Id<Tag>& value) {
    bind(index, std::string_view(value.str()));
  }
  template <typename T>
  void bind(int index, const std::optional<T>& value) {
    if (value) bind(index, *value);  // an unbound parameter is null
  }

  Connection& connection_;
  sqlite3_stmt* statement_;  ///< null after a failure
};

}  // namespace lease::sqlite
