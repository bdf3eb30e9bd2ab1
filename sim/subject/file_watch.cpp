#include "sim/subject/file_watch.hpp"

#include <sqlite3.h>

namespace leasecheck::sim {

void FileWatch::Close::operator()(sqlite3* database) const {
  sqlite3_close(database);
}
void FileWatch::Close::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

bool FileWatch::may_have_changed() {
  const auto now = version();
  const bool is_same = now && now == last_;
  last_ = now;
  return !is_same;
}

std::optional<std::int64_t> FileWatch::version() {
  if (!ask_version_ && !open()) return std::nullopt;
  std::optional<std::int64_t> answer;
  if (sqlite3_step(ask_version_.get()) == SQLITE_ROW) {
    answer = sqlite3_column_int64(ask_version_.get(), 0);
  }
  sqlite3_reset(ask_version_.get());
  return answer;
}

bool FileWatch::open() {
  sqlite3* database = nullptr;
  const int opened = sqlite3_open_v2(path_.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr);
  database_.reset(database);
  sqlite3_stmt* statement = nullptr;
  // ":memory:" is another database for everyone who opens it.
  const char* file = opened == SQLITE_OK ? sqlite3_db_filename(database, "main") : nullptr;
  if (file != nullptr && *file != '\0') {
    sqlite3_prepare_v2(database, "PRAGMA data_version", -1, &statement, nullptr);
  }
  ask_version_.reset(statement);
  return statement != nullptr;
}

}  // namespace leasecheck::sim
