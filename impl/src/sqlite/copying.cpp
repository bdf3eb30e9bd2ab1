#include "sqlite/connection.hpp"

namespace lease::sqlite {
namespace {

// Pages of one step: the more, the later a signal that ends the process is noticed.
constexpr int pages_of_a_step = 1024;

/// Returns: SQLite's code.
int copy_pages(sqlite3* from, sqlite3* to) {
  sqlite3_backup* backup = sqlite3_backup_init(to, "main", from, "main");
  if (backup == nullptr) return sqlite3_errcode(to);
  int code = SQLITE_OK;
  while (code == SQLITE_OK) code = sqlite3_backup_step(backup, pages_of_a_step);
  const int finished = sqlite3_backup_finish(backup);
  return code == SQLITE_DONE ? finished : code;
}

}  // namespace

Result<void> Connection::copy_to(const std::string& file) {
  sqlite3* opened = nullptr;
  int code =
      sqlite3_open_v2(file.c_str(), &opened,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  const Database copy(opened);
  // Half a copy is of no use, so nothing needs to be undone.
  if (code == SQLITE_OK) {
    code = sqlite3_exec(opened, "PRAGMA journal_mode = OFF; PRAGMA synchronous = FULL", nullptr,
                        nullptr, nullptr);
  }
  if (auto begun = begin(Access::read); !begun) return begun;
  // From its first read on, a transaction sees one state, whatever others commit.
  Query(*this, "PRAGMA user_version").run();
  if (code == SQLITE_OK && !failure_) code = copy_pages(database_.get(), opened);
  if (code != SQLITE_OK) {
    fail(
        Error(ErrorCode::unavailable, "SQLite database \"" + file + "\": " + sqlite3_errstr(code)));
  }
  return end(Ending::commit);
}

}  // namespace lease::sqlite
