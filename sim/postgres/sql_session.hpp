#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

struct pg_conn;

namespace leasecheck::sim {

/// A session with a PostgreSQL server that takes any SQL, beside those of repositories under test.
/// Thread: one at a time.
class SqlSession {
 public:
  /// Errors: what libpq says, in one line.
  [[nodiscard]] static std::expected<SqlSession, std::string> connect(const std::string& conninfo);

  /// Carries out statements with semicolons between them, all or none.
  /// Returns: the first column of the last one's rows. Errors: what the server says, in one line.
  [[nodiscard]] std::expected<std::vector<std::string>, std::string> ask(const std::string& sql);

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  explicit SqlSession(std::unique_ptr<pg_conn, Finish> connection)
      : connection_(std::move(connection)) {}

  std::unique_ptr<pg_conn, Finish> connection_;
};

}  // namespace leasecheck::sim
