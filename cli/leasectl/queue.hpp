#pragma once

#include <memory>
#include <string>
#include <utility>

#include "cli/command_line.hpp"
#include "cli/queue_name.hpp"
#include "lease/attempt_repository.hpp"

/// What the commands of leasectl share.
namespace leasecheck::leasectl {

/// The options that every command has.
struct Options {
  cli::QueueName queue;
  bool json = false;
};
void add_options(cli::Command& command, Options& options);

/// The queue that a command names, open.
class Queue {
 public:
  /// Throws: Stop, where there is no file or server, or none that holds a queue of this library's
  /// schema.
  explicit Queue(const Options& options, cli::QueueSchema schema = cli::QueueSchema::as_it_is);

  [[nodiscard]] lease::AttemptRepository& operator*() { return *repository_; }
  [[nodiscard]] lease::AttemptRepository* operator->() { return repository_.get(); }
  [[nodiscard]] lease::Time now() { return clock_.now(); }

 private:
  lease::SystemClock clock_;
  lease::RandomIds ids_;
  std::unique_ptr<lease::AttemptRepository> repository_;
};

/// Throws: Stop, with what the repository says: refused (exit code 1), or it could not (2).
[[noreturn]] void stop(const lease::Error& error);

template <typename T>
T value_of(lease::Result<T> result) {
  if (!result) stop(result.error());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

// The commands.
void add_stats(cli::CommandLine& program);
void add_list(cli::CommandLine& program);
void add_show(cli::CommandLine& program);
void add_dead_letters(cli::CommandLine& program);
void add_replay(cli::CommandLine& program);
void add_cancel(cli::CommandLine& program);
void add_prune(cli::CommandLine& program);
void add_migrate(cli::CommandLine& program);
void add_backup(cli::CommandLine& program);
void add_check(cli::CommandLine& program);
void add_log(cli::CommandLine& program);

}  // namespace leasecheck::leasectl
