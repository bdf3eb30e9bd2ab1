#pragma once

#include <sqlite3.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace leasecheck::tests {

/// Counts the rows of the table `waiting` that disagree with the attempts, and those that lack.
inline const std::string wrong_rows_of_waiting =
    "WITH RECURSIVE levels (level) AS (SELECT 0 UNION ALL SELECT level + 1 FROM levels WHERE "
    "level < 7), expected AS (SELECT level, priority >> (4 * level), min(ready_at) "
    "FROM levels, attempts WHERE lane = 2 GROUP BY 1, 2) SELECT count(*) FROM "
    "(SELECT * FROM (SELECT * FROM expected EXCEPT SELECT * FROM waiting) UNION ALL "
    "SELECT * FROM (SELECT * FROM waiting EXCEPT SELECT * FROM expected))";

/// Somebody else at the same file: SQLite without the library under test.
class RawSqlite {
 public:
  explicit RawSqlite(const std::string& path) {
    sqlite3* database = nullptr;
    const int code = sqlite3_open(path.c_str(), &database);
    database_.reset(database);
    if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(database));
  }

  void run(const std::string& sql) {
    if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
      throw std::runtime_error(sql + ": " + sqlite3_errmsg(database_.get()));
    }
  }

  /// The first column of the first row.
  [[nodiscard]] std::string ask(const std::string& sql) {
    std::string answer;
    const auto keep_first = [](void* target, int, char** columns, char**) {
      auto& text = *static_cast<std::string*>(target);
      if (text.empty() && columns[0] != nullptr) text = columns[0];
      return 0;
    };
    if (sqlite3_exec(database_.get(), sql.c_str(), keep_first, &answer, nullptr) != SQLITE_OK) {
      throw std::runtime_error(sql + ": " + sqlite3_errmsg(database_.get()));
    }
    return answer;
  }

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace leasecheck::tests
