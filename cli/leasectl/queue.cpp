#include "cli/leasectl/queue.hpp"

#include <filesystem>
#include <string_view>

#include "cli/exit_code.hpp"
#include "lease/postgres.hpp"
#include "lease/sqlite.hpp"

namespace leasecheck::leasectl {

namespace {

constexpr std::string_view server_prefix = "postgres:";

lease::PostgresOptions server_options(const Options& options) {
  lease::PostgresOptions server;
  const bool is_prefixed =
      options.queue.starts_with(server_prefix) && !options.queue.starts_with("postgres://");
  server.conninfo = is_prefixed ? options.queue.substr(server_prefix.size()) : options.queue;
  server.schema = options.schema;
  server.application_name = "leasectl";
  // Whoever looks after a queue does not choose its server.
  server.allow_unsafe_server = true;
  return server;
}

lease::SqliteOptions file_options(const Options& options) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(options.queue, error)) {
    throw cli::Stop{options.queue +
                    ": no such file; expected the SQLite file of a queue, postgres:CONNINFO or "
                    "postgresql://…"};
  }
  lease::SqliteOptions file;
  file.path = options.queue;
  return file;
}

}  // namespace

Queue::Queue(const Options& options, Schema schema) {
  const bool migrates = schema == Schema::migrated;
  if (is_on_server(options.queue)) {
    lease::PostgresOptions server = server_options(options);
    server.migrate = migrates;
    repository_ = value_of(lease::open_postgres_repository(server, clock_, ids_));
  } else {
    lease::SqliteOptions file = file_options(options);
    file.migrate = migrates;
    repository_ = value_of(lease::open_sqlite_repository(file, clock_, ids_));
  }
}

bool is_on_server(const std::string& queue) {
  return queue.starts_with(server_prefix) || queue.starts_with("postgresql://") ||
         queue.starts_with("postgres://");
}

std::string name_of(const Options& options) {
  return is_on_server(options.queue) ? "schema " + options.schema : options.queue;
}

void stop(const lease::Error& error) {
  const bool could_not =
      error.code == lease::ErrorCode::unavailable || error.code == lease::ErrorCode::corrupt;
  throw cli::Stop{error.message, could_not ? cli::ExitCode::usage : cli::ExitCode::violated};
}

void add_options(cli::Command& command, Options& options) {
  command
      .option("QUEUE", options.queue,
              "The queue: an SQLite file, postgres:CONNINFO or postgresql://…")
      .required();
  command.option("--schema", options.schema, "The schema of a queue in PostgreSQL")
      .placeholder("NAME")
      .show_default();
  command.flag("--json", options.json, "Print JSON");
}

}  // namespace leasecheck::leasectl
