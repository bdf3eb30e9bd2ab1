#pragma once

#include <memory>
#include <string>

#include "lease/attempt_repository.hpp"

/// What names a queue on a command line: an SQLite file, or one in PostgreSQL.
namespace leasecheck::cli {

struct QueueName {
  std::string text;  ///< a file, "postgres:CONNINFO" or "postgresql://…"
  std::string schema = "lease";

  /// Whether it is in PostgreSQL.
  [[nodiscard]] bool is_on_server() const;
  /// How it is called where it is printed: a connection string may hold a password.
  [[nodiscard]] std::string shown() const;
};

enum class QueueSchema : bool { as_it_is, migrated };

/// Opens it. A file is made where the schema may be migrated. `application` is how the sessions are
/// called on a server.
/// Throws: Stop, where there is no file that is expected to be there.
[[nodiscard]] lease::Result<std::unique_ptr<lease::AttemptRepository>> open_queue(
    const QueueName& queue, QueueSchema schema, const std::string& application, lease::Clock& clock,
    lease::IdSource& ids);

}  // namespace leasecheck::cli
