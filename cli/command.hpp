#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "cli/command_line.hpp"
#include "sim/registry/subject_registry.hpp"

/// What all subcommands share: flags that mean the same everywhere, and how they end.
namespace leasecheck::cli {

/// Flags that mean the same in every subcommand.
struct CommonOptions {
  bool json = false;
  std::string backend;
  std::string mutant;
  std::int64_t subject_timeout_ms = 10'000;
};

/// Adds `--json`.
void add_json_option(Command& command, CommonOptions& options);

/// Adds `--backend`, `--mutant` and `--subject-timeout`.
void add_backend_options(Command& command, CommonOptions& options);

/// The backend that the flags name, or `fallback` when they name none.
/// Throws: Stop, for a value that names nothing.
[[nodiscard]] sim::Backend chosen_backend(const CommonOptions& options,
                                          const std::string& fallback);

/// A new subject of the backend.
/// Throws: Stop, when it cannot be made.
[[nodiscard]] std::unique_ptr<sim::Subject> make_subject(const sim::Backend& backend);

/// Makes the directory that a flag names, with those around it, before anything is run whose
/// results are to be written there.
/// Throws: Stop, naming the flag, when it cannot be made or nothing can be written in it.
void prepare_directory(const std::string& flag, const std::filesystem::path& directory);

/// The same of a file, whose directory has to be there.
void require_writable(const std::string& flag, const std::filesystem::path& file);

/// The command that replays a trace on a backend, for a shell: the last line of a report of a
/// violation. It names the backend where the trace, which was recorded on it or on `recorded`, does
/// not or may not.
[[nodiscard]] std::string replay_command(const std::string& trace_file, const std::string& backend);
[[nodiscard]] std::string replay_command(const std::string& trace_file, const std::string& backend,
                                         const std::string& recorded);

/// Each subcommand, added by its own file.
void add_check(CommandLine& program);
void add_simulate(CommandLine& program);
void add_campaign(CommandLine& program);
void add_conform(CommandLine& program);
void add_profile(CommandLine& program);
void add_crash(CommandLine& program);
void add_interleave(CommandLine& program);
void add_replay(CommandLine& program);
void add_shrink(CommandLine& program);
void add_explain(CommandLine& program);
void add_show(CommandLine& program);
void add_convert(CommandLine& program);
void add_validate(CommandLine& program);
void add_explore(CommandLine& program);
void add_margin(CommandLine& program);
void add_graph(CommandLine& program);
void add_museum(CommandLine& program);
void add_mutants(CommandLine& program);
void add_new_adapter(CommandLine& program);
void add_version(CommandLine& program);

}  // namespace leasecheck::cli
