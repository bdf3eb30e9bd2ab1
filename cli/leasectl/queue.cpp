#include "cli/leasectl/queue.hpp"

#include <filesystem>

#include "cli/exit_code.hpp"
#include "lease/sqlite.hpp"

namespace leasecheck::leasectl {

Queue::Queue(const std::string& path, Schema schema) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    throw cli::Stop{path + ": no such file; expected the SQLite file of a queue"};
  }
  lease::SqliteOptions options;
  options.path = path;
  options.migrate = schema == Schema::migrated;
  repository_ = value_of(lease::open_sqlite_repository(options, clock_, ids_));
}

void stop(const lease::Error& error) {
  const bool could_not =
      error.code == lease::ErrorCode::unavailable || error.code == lease::ErrorCode::corrupt;
  throw cli::Stop{error.message, could_not ? cli::ExitCode::usage : cli::ExitCode::violated};
}

void add_options(cli::Command& command, Options& options) {
  command.option("QUEUE", options.queue, "The SQLite file of the queue").required();
  command.flag("--json", options.json, "Print JSON");
}

}  // namespace leasecheck::leasectl
