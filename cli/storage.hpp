#pragma once

#include <optional>
#include <string>

#include "cli/command_line.hpp"
#include "sim/host.hpp"
#include "tests/mutants/sqlite/sqlite_mutants.hpp"
#include "traces/trace.hpp"

/// What the two searches on a simulated disk have in common.
namespace leasecheck::cli {

/// Flags of both.
struct StorageOptions {
  bool json = false;
  std::string mutant;
  std::string only_case;  ///< its name; empty for all cases
  std::string replay;     ///< one schedule or one crash point of it; empty for all
  std::string trace_directory = ".";
};

/// Adds `--json`, `--mutant`, `--case` and `--trace-dir`.
void add_storage_options(Command& command, StorageOptions& options);

/// The SQLite backend that ships, or the planted defect that is named.
/// Throws: Stop, for a name of none, or of one that this search is not made to find.
[[nodiscard]] sim::OpenRepository chosen_storage(const StorageOptions& options,
                                                 mutants::Search search);

/// The name of what is searched, as `--backend` and traces have it: "sqlite" or "mutant:NAME".
[[nodiscard]] std::string backend_name(const StorageOptions& options);

/// What such a name opens on a simulated disk. Returns: nothing for what keeps its data elsewhere.
[[nodiscard]] std::optional<sim::OpenRepository> storage_named(const std::string& backend);

/// Writes the trace of a violation into the directory that the flags name. Returns: the file.
/// Throws: Stop, when it cannot be written.
[[nodiscard]] std::string write_disk_trace(const StorageOptions& options,
                                           const std::string& case_name,
                                           const traces::Trace& trace);

/// The flags as they have to be repeated: "--mutant NAME --case NAME", the first part only if there
/// is one.
[[nodiscard]] std::string flags_for(const StorageOptions& options, const std::string& case_name);

}  // namespace leasecheck::cli
