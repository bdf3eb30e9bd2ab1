#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "sim/host.hpp"
#include "tests/mutants/sqlite/sqlite_mutants.hpp"

/// What the two searches on a simulated disk have in common.
namespace leasecheck::cli {

/// Flags of both.
struct StorageOptions {
  bool json = false;
  std::string mutant;
  std::string only_case;  ///< its name; empty for all cases
  std::string replay;     ///< one schedule or one crash point of it; empty for all
};

/// Adds `--json`, `--mutant` and `--case`.
void add_storage_options(CLI::App& command, StorageOptions& options);

/// The SQLite backend that ships, or the planted defect that is named.
/// Throws: Stop, for a name of none, or of one that this search is not made to find.
[[nodiscard]] sim::OpenRepository chosen_storage(const StorageOptions& options,
                                                 mutants::Search search);

/// The flags as they have to be repeated: "--mutant NAME --case NAME", the first part only if there
/// is one.
[[nodiscard]] std::string flags_for(const StorageOptions& options, const std::string& case_name);

}  // namespace leasecheck::cli
