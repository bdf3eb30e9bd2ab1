#include "sqlite/connection.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <system_error>
#include <utility>

#include "sqlite/file_system.hpp"
#include "sqlite/lock_holder.hpp"

namespace lease::sqlite {
namespace {

int in_milliseconds(Duration duration) {
  constexpr std::int64_t most = std::numeric_limits<int>::max();
  return static_cast<int>(std::clamp<std::int64_t>(duration.count(), 0, most));
}

ErrorCode class_of(int code) {
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT:  // the schema refuses what no repository writes
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:  // no valid argument comes near SQLite's limits
    case SQLITE_ERROR:   // our statements are well-formed: a table or a column is missing
      return ErrorCode::corrupt;
    default:  // SQLite's codes are no enumeration; most of the others concern the medium
      return ErrorCode::unavailable;
  }
}

// SQLite answers a full disk as FULL, and a quota or a limit of the process as a failed write.
bool may_lack_room(int code) {
  return (code & 0xff) == SQLITE_FULL || (code & 0xff) == SQLITE_IOERR;
}

// SQLite's notes of the locks of its process come to a child without the locks.
std::atomic<int> open_files = 0;
std::atomic<pid_t> process_of_open_files = 0;

// A child of a process that has files open: its parent could take itself for the last one who has
// the file open, and delete a log that the child is writing.
bool has_inherited_notes() {
  return open_files > 0 && process_of_open_files != OwnProcess().id();
}

// Before the file is made.
Result<void> check_file_system(const SqliteOptions& options) {
  const bool is_on_disk = options.vfs.empty() && options.path != ":memory:";
  if (options.allow_shared_file_system || !is_on_disk) return {};
  const auto shared = shared_file_system_of(options.path);
  if (!shared) return {};
  return std::unexpected(Error(
      ErrorCode::unavailable, "SQLite database \"" + options.path +
                                  "\": is on a file system that is shared between "
                                  "machines (" +
                                  std::string(*shared) +
                                  "), on which SQLite's log is not safe; "
                                  "SqliteOptions::allow_shared_file_system opens it all the same"));
}

}  // namespace

Connection::~Connection() {
  if (process_.is_this()) {
    if (is_noted_) --open_files;
    return;
  }
  for (auto& [sql, statement] : statements_) static_cast<void>(statement.release());
  if (checkpointer_) checkpointer_->abandon();
  static_cast<void>(database_.release());
}

Result<std::unique_ptr<Connection>> Connection::open(const SqliteOptions& options) {
  if (auto trusted = check_file_system(options); !trusted) {
    return std::unexpected(trusted.error());
  }
  const bool is_to_be_noted = options.vfs.empty() && options.path != ":memory:";
  if (is_to_be_noted && has_inherited_notes()) {
    return std::unexpected(
        Error(ErrorCode::unavailable, "SQLite database \"" + options.path +
                                          "\": this process is the fork of one that has databases "
                                          "open, and cannot open any before it calls exec"));
  }
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(options.path.c_str(), &database,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                                   options.vfs.empty() ? nullptr : options.vfs.c_str());
  std::unique_ptr<Connection> connection(new Connection(database, options));
  if (auto opened = connection->opened(code); !opened) return std::unexpected(opened.error());
  if (is_to_be_noted) connection->note();
  if (options.observer == nullptr) {
    sqlite3_busy_timeout(database, in_milliseconds(options.busy_timeout));
  } else {
    sqlite3_busy_handler(database, &Connection::wait_for_lock, connection.get());
  }
  // The file may be damaged, or made by somebody else.
  sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  connection->execute("PRAGMA cell_size_check = ON");
  connection->write_back_on_close(Closing::leaves_log);
  connection->checkpointer_.emplace(database, options.checkpoint_pages);
  return connection;
}

void Connection::note() {
  is_noted_ = true;
  process_of_open_files = process_.id();
  ++open_files;
}

Result<void> Connection::opened(int code) const {
  if (path_.empty()) return std::unexpected(error(ErrorCode::unavailable, "the path is empty"));
  if (code != SQLITE_OK) {
    std::string reason = database_ ? sqlite3_errmsg(database_.get()) : sqlite3_errstr(code);
    const int system = database_ ? sqlite3_system_errno(database_.get()) : 0;
    if (system != 0) reason += ": " + std::generic_category().message(system);
    return std::unexpected(error(ErrorCode::unavailable, reason));
  }
  // SQLite opens a file that it may not write for reading, and reports no error.
  if (sqlite3_db_readonly(database_.get(), "main") == 1) {
    return std::unexpected(error(ErrorCode::unavailable, "no right to write"));
  }
  return {};
}

Result<void> Connection::begin(Access access) {
  failure_.reset();
  if (access == Access::read) {
    Query(*this, "BEGIN").run();
    return take_failure();
  }
  lock();
  if (!failure_ && checkpointer_->is_due()) {
    const Checkpoint taken = checkpointer_->run();
    events_.written_back_log_pages += taken.pages_back;
    if (taken.pages_pinned > 0) events_.pinned_log_pages = taken.pages_pinned;
    // A transaction that began before this cannot begin the log anew.
    roll_back();
    lock();
  }
  if (failure_) roll_back();
  return take_failure();
}

void Connection::lock() {
  Query(*this, "BEGIN IMMEDIATE").run();
  const bool is_busy = failure_ && (sqlite3_errcode(database_.get()) & 0xff) == SQLITE_BUSY;
  if (is_busy && !has_own_vfs_) {
    const auto holder = write_lock_holder(sqlite3_db_filename(database_.get(), "main"));
    if (holder) failure_->message += ": " + *holder + " is writing";
  }
  check_path();
}

void Connection::check_path() {
  if (failure_) return;
  int has_moved = 0;
  // A VFS that cannot tell leaves it as it is.
  sqlite3_file_control(database_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
  if (has_moved == 0) return;
  fail(error(ErrorCode::unavailable,
             "was moved, replaced or deleted since it was opened: open it anew"));
}

Result<void> Connection::end(Ending ending) {
  if (failure_ || ending == Ending::roll_back) {
    roll_back();
    return take_failure();
  }
  sqlite3_stmt* commit = prepared("COMMIT");
  if (commit == nullptr) return take_failure();
  const int code = sqlite3_step(commit);
  if (!accept(code)) {
    // A commit that found the file busy has written nothing, and is rolled back. Any other failure
    // may have come after the log record was written.
    failure_->effect = (code & 0xff) == SQLITE_BUSY ? Effect::none : Effect::unknown;
  }
  sqlite3_reset(commit);
  roll_back();
  return take_failure();
}

// The steps of SQLite's own handler, which counts nothing.
int Connection::wait_for_lock(void* connection, int times) {
  constexpr auto steps = std::to_array<int>({1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100});
  auto& self = *static_cast<Connection*>(connection);
  if (times == 0) self.waited_for_lock_ = Duration{0};
  const Duration step{steps.at(std::min<std::size_t>(times, steps.size() - 1))};
  const Duration pause = std::min(step, self.busy_timeout_ - self.waited_for_lock_);
  if (pause <= Duration{0}) return 0;
  ++self.events_.retries;
  self.waited_for_lock_ += pause;
  sqlite3_vfs* vfs = nullptr;
  sqlite3_file_control(self.database_.get(), "main", SQLITE_FCNTL_VFS_POINTER, &vfs);
  vfs->xSleep(vfs, in_milliseconds(pause) * 1000);
  return 1;
}

// After a commit, and after some failures, no transaction is open any more.
void Connection::roll_back() {
  if (sqlite3_get_autocommit(database_.get()) == 0) {
    sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void Connection::execute(const std::string& sql) {
  if (failure_) return;
  accept(sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr));
}

sqlite3_file* Connection::log_file() {
  sqlite3_file* log = nullptr;
  accept(sqlite3_file_control(database_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log));
  // Without methods it is not open: a database in memory has none.
  return log == nullptr || log->pMethods == nullptr ? nullptr : log;
}

void Connection::make_log_safe() {
  sqlite3_file* log = log_file();
  sqlite3_int64 size = 0;
  if (log != nullptr && accept(log->pMethods->xFileSize(log, &size)) && size > 0) {
    if (auto begun = begin(Access::write); !begun) return fail(begun.error());
    rewrite(*log);
    if (auto ended = end(Ending::roll_back); !ended) fail(ended.error());
  }
  if (!failure_) write_back_on_close(Closing::writes_log_back);
}

void Connection::write_back_on_close(Closing closing) {
  sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
                    closing == Closing::leaves_log ? 1 : 0, nullptr);
}

void Connection::rewrite(sqlite3_file& log) {
  const sqlite3_io_methods& methods = *log.pMethods;
  std::array<char, 65536> bytes;
  sqlite3_int64 size = 0;
  accept(methods.xFileSize(&log, &size));
  for (sqlite3_int64 at = 0; at < size && !failure_;) {
    const auto some = static_cast<int>(std::min<sqlite3_int64>(bytes.size(), size - at));
    if (!accept(methods.xRead(&log, bytes.data(), some, at))) return;
    accept(methods.xWrite(&log, bytes.data(), some, at));
    at += some;
  }
  if (!failure_) accept(methods.xSync(&log, SQLITE_SYNC_NORMAL));
}

std::string Connection::query_with_retries(std::string_view sql) {
  constexpr Duration pause{5};
  for (Duration waited{0};; waited += pause) {
    std::string answer;
    if (Query query(*this, sql); query.next()) {
      answer = query.text(0);
      query.run();  // what it has written is committed when it comes to its end
    }
    const bool is_busy = failure_ && (sqlite3_errcode(database_.get()) & 0xff) == SQLITE_BUSY;
    if (!is_busy || waited >= busy_timeout_) return answer;
    failure_.reset();
    sqlite3_sleep(in_milliseconds(pause));
  }
}

sqlite3_stmt* Connection::prepared(std::string_view sql) {
  if (failure_) return nullptr;
  const auto known = statements_.find(sql);
  if (known != statements_.end()) return known->second.get();
  sqlite3_stmt* statement = nullptr;
  if (!accept(sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                 SQLITE_PREPARE_PERSISTENT, &statement, nullptr))) {
    return nullptr;
  }
  statements_.emplace(sql, statement);
  return statement;
}

bool Connection::accept(int code) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return true;
  fail(error_of(code));
  if (checkpointer_ && may_lack_room(code)) checkpointer_->demand();
  return false;
}

void Connection::fail(Error error) {
  if (!failure_) failure_ = std::move(error);
}

Result<void> Connection::take_failure() {
  if (!failure_) return {};
  return std::unexpected(*std::exchange(failure_, std::nullopt));
}

Error Connection::error_of(int code) const {
  return error(class_of(code), sqlite3_errmsg(database_.get()));
}

Error Connection::error(ErrorCode code, std::string_view what) const {
  return {code, "SQLite database \"" + path_ + "\": " + std::string(what), Effect::none};
}

bool Connection::is_a_file() const {
  return !std::string_view(sqlite3_db_filename(database_.get(), "main")).empty();
}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Query::next() {
  if (statement_ == nullptr || connection_.failure_) return false;
  const int code = sqlite3_step(statement_);
  return connection_.accept(code) && code == SQLITE_ROW;
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

void Query::demand(int column, int type) const {
  if (sqlite3_column_type(statement_, column) == type) return;
  fail_as_corrupt(std::string("a column \"") + sqlite3_column_name(statement_, column) +
                  "\" holds a value of another type");
}

std::int64_t Query::integer(int column) const {
  demand(column, SQLITE_INTEGER);
  return sqlite3_column_int64(statement_, column);
}

std::string Query::text(int column) const {
  demand(column, SQLITE_TEXT);
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? std::string() : std::string(bytes, size);
}

void Query::bind(int index, std::int64_t value) {
  if (statement_ != nullptr) connection_.accept(sqlite3_bind_int64(statement_, index, value));
}

void Query::bind(int index, std::string_view value) {
  if (statement_ == nullptr) return;
  connection_.accept(sqlite3_bind_text64(statement_, index, value.data(), value.size(),
                                         SQLITE_STATIC, SQLITE_UTF8));
}

}  // namespace lease::sqlite
