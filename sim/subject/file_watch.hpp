#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace leasecheck::sim {

/// Tells whether anybody has committed to an SQLite database, without asking the repository that
/// lives in it: where nobody has, there is no need to read all of it again.
/// Thread: one thread.
class FileWatch {
 public:
  /// The database need not be there yet.
  explicit FileWatch(std::string path) : path_(std::move(path)) {}

  /// Whether anything may have been committed since this was asked last. True the first time, and
  /// whenever it cannot be told.
  /// Source: https://www.sqlite.org/pragma.html#pragma_data_version
  [[nodiscard]] bool may_have_changed();

 private:
  struct Close {
    void operator()(sqlite3* database) const;
    void operator()(sqlite3_stmt* statement) const;
  };

  bool open();
  std::optional<std::int64_t> version();

  std::string path_;
  std::unique_ptr<sqlite3, Close> database_;
  std::unique_ptr<sqlite3_stmt, Close> ask_version_;
  std::optional<std::int64_t> last_;
};

}  // namespace leasecheck::sim
