#include "cli/queue_name.hpp"

#include <filesystem>
#include <string_view>

#include "cli/exit_code.hpp"
#include "lease/postgres.hpp"
#include "lease/sqlite.hpp"

namespace leasecheck::cli {
namespace {

constexpr std::string_view server_prefix = "postgres:";

lease::PostgresOptions server_options(const QueueName& queue, const std::string& application) {
  const bool is_prefixed =
      queue.text.starts_with(server_prefix) && !queue.text.starts_with("postgres://");
  lease::PostgresOptions server;
  server.conninfo = is_prefixed ? queue.text.substr(server_prefix.size()) : queue.text;
  server.schema = queue.schema;
  server.application_name = application;
  // Whoever uses a queue from here does not choose its server.
  server.allow_unsafe_server = true;
  return server;
}

lease::SqliteOptions file_options(const QueueName& queue, QueueSchema schema) {
  std::error_code error;
  const bool is_there = std::filesystem::is_regular_file(queue.text, error);
  if (!is_there &&
      (schema == QueueSchema::as_it_is || std::filesystem::exists(queue.text, error))) {
    throw Stop{queue.text +
               ": no such file; expected the SQLite file of a queue, postgres:CONNINFO or "
               "postgresql://…"};
  }
  lease::SqliteOptions file;
  file.path = queue.text;
  file.record_operations = lease::RecordOperations::if_others_do;
  return file;
}

}  // namespace

bool QueueName::is_on_server() const {
  return text.starts_with(server_prefix) || text.starts_with("postgresql://");
}

std::string QueueName::shown() const {
  return is_on_server() ? "schema " + schema : text;
}

lease::Result<std::unique_ptr<lease::AttemptRepository>> open_queue(const QueueName& queue,
                                                                    QueueSchema schema,
                                                                    const std::string& application,
                                                                    lease::Clock& clock,
                                                                    lease::IdSource& ids) {
  const bool migrates = schema == QueueSchema::migrated;
  if (queue.is_on_server()) {
    lease::PostgresOptions server = server_options(queue, application);
    server.migrate = migrates;
    return lease::open_postgres_repository(server, clock, ids);
  }
  lease::SqliteOptions file = file_options(queue, schema);
  file.migrate = migrates;
  return lease::open_sqlite_repository(file, clock, ids);
}

}  // namespace leasecheck::cli
