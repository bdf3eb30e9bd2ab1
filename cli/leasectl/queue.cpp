#include "cli/leasectl/queue.hpp"

#include <filesystem>

#include "cli/exit_code.hpp"

namespace leasecheck::leasectl {

// A file that is not there is no queue to be migrated.
Queue::Queue(const Options& options, cli::QueueSchema schema) {
  std::error_code error;
  const bool is_there =
      options.queue.is_on_server() || std::filesystem::exists(options.queue.text, error);
  repository_ = value_of(cli::open_queue(
      options.queue, is_there ? schema : cli::QueueSchema::as_it_is, "leasectl", clock_, ids_));
}

void stop(const lease::Error& error) {
  const bool could_not =
      error.code == lease::ErrorCode::unavailable || error.code == lease::ErrorCode::corrupt;
  throw cli::Stop{error.message, could_not ? cli::ExitCode::usage : cli::ExitCode::violated};
}

void add_options(cli::Command& command, Options& options) {
  command
      .option("QUEUE", options.queue.text,
              "The queue: an SQLite file, postgres:CONNINFO or postgresql://…")
      .required();
  command.option("--schema", options.queue.schema, "The schema of a queue in PostgreSQL")
      .placeholder("NAME")
      .show_default();
  command.flag("--json", options.json, "Print JSON");
}

}  // namespace leasecheck::leasectl
