#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "cli/backend.hpp"
#include "traces/trace.hpp"

/// What all subcommands share: exit codes, flags that mean the same everywhere, and how they end.
namespace leasecheck::cli {

/// How the program ends. Outcomes are never folded into each other.
enum class ExitCode : int { held = 0, violated = 1, usage = 2, inconclusive = 3, broken = 4 };

[[nodiscard]] ExitCode exit_code_of(traces::Result result);

/// A command that cannot go on, in words for a person; ends the program with `code`.
struct Stop {
  std::string message;
  ExitCode code = ExitCode::usage;
};

/// Flags that mean the same in every subcommand.
struct CommonOptions {
  bool json = false;
  std::string backend;
  std::string mutant;
  std::int64_t subject_timeout_ms = 10'000;
};

/// Adds `--json`.
void add_json_option(CLI::App& command, CommonOptions& options);

/// Adds `--backend`, `--mutant` and `--subject-timeout`.
void add_backend_options(CLI::App& command, CommonOptions& options);

/// The backend that the flags name, or `fallback` when they name none.
/// Throws: Stop, for a value that names nothing.
[[nodiscard]] Backend chosen_backend(const CommonOptions& options, const std::string& fallback);

/// Adds a duration in milliseconds, written with its unit: 250ms, 30s, 10m, 1h.
CLI::Option* add_duration_option(CLI::App& command, const std::string& name,
                                 std::int64_t& milliseconds, const std::string& description);

/// Each subcommand, registered by its own file. Its callback leaves the exit code in `exit_code`
/// and throws `Stop` where it cannot go on.
void add_check(CLI::App& app, ExitCode& exit_code);
void add_simulate(CLI::App& app, ExitCode& exit_code);
void add_conform(CLI::App& app, ExitCode& exit_code);
void add_crash(CLI::App& app, ExitCode& exit_code);
void add_interleave(CLI::App& app, ExitCode& exit_code);
void add_replay(CLI::App& app, ExitCode& exit_code);
void add_explore(CLI::App& app, ExitCode& exit_code);
void add_margin(CLI::App& app, ExitCode& exit_code);
void add_graph(CLI::App& app, ExitCode& exit_code);
void add_museum(CLI::App& app, ExitCode& exit_code);
void add_mutants(CLI::App& app, ExitCode& exit_code);
void add_version(CLI::App& app, ExitCode& exit_code);

}  // namespace leasecheck::cli
