#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <string>

#include "bench/support.hpp"
#include "lease/postgres.hpp"

namespace leasecheck::bench {

/// A session with the server that the environment names (PGHOST, PGUSER, …).
class PostgresSession {
 public:
  PostgresSession();

  /// Returns: the first column of the first row, if any.
  std::string run(const std::string& sql);

 private:
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  std::unique_ptr<PGconn, Finish> connection_;
};

/// A repository's schema on that server, which stays until it is dropped. Attempts come into it as
/// copies of a row that the repository wrote, since hundreds of thousands by calls would take
/// minutes.
class PostgresQueue {
 public:
  explicit PostgresQueue(std::string schema) : schema_(std::move(schema)) {}

  [[nodiscard]] std::unique_ptr<lease::AttemptRepository> open(lease::Clock& clock,
                                                               lease::IdSource& ids) const;

  /// Makes more attempts like this one, behind all others, each of a run of its own. What is left
  /// of deleted and updated rows is cleaned up, and the disk is given what is not yet written.
  void copy(const lease::AttemptId& attempt_id, std::int64_t copies);

  [[nodiscard]] std::int64_t count(const std::string& condition);
  void drop() const;

 private:
  [[nodiscard]] lease::PostgresOptions options() const;
  [[nodiscard]] std::string table() const { return schema_ + ".attempts"; }

  std::string schema_;
  PostgresSession session_;
};

}  // namespace leasecheck::bench
