#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line.hpp"
#include "sim/defects/storage/sqlite_mutants.hpp"
#include "sim/oracle/finding.hpp"
#include "sim/postgres/subjects.hpp"
#include "sim/storage/database_process.hpp"

/// What the searches in all cases have in common.
namespace leasecheck::cli {

/// One of them, in words.
struct StorageSearch {
  std::string_view name;     ///< "crash"
  std::string_view part;     ///< of a case, and the flag for it: "point"
  std::string_view example;  ///< of a case
};

/// Flags of both.
struct StorageOptions {
  bool json = false;
  std::string program;  ///< as `--backend` names it; empty: SQLite
  std::string mutant;
  std::string only_case;  ///< its name; empty for all cases
  std::string replay;     ///< one schedule or one crash point of it; empty for all
  std::string trace_directory = ".";
  /// If it is not said, what the planted defect needs, or the default.
  std::optional<std::uint32_t> checkpoint_pages;
};

/// Adds `--json`, `--mutant`, `--checkpoint-pages`, `--case` and `--trace-dir`.
void add_storage_options(Command& command, StorageOptions& options);

/// Those of the cases that the flags name.
/// Throws: Stop, if they name none that there is.
template <typename Case>
[[nodiscard]] std::vector<Case> chosen_cases(const StorageSearch& search,
                                             const StorageOptions& options,
                                             std::vector<Case> cases) {
  if (options.only_case.empty()) {
    if (options.replay.empty()) return cases;
    throw Stop{fmt::format("--{} needs the --case that it is of", search.part)};
  }
  std::erase_if(cases, [&](const Case& subject) { return name_of(subject) != options.only_case; });
  if (!cases.empty()) return cases;
  throw Stop{
      fmt::format("--case {}: no such case; for instance {}", options.only_case, search.example)};
}

/// After how many pages the log is written back.
[[nodiscard]] std::uint32_t checkpoint_pages_of(const StorageOptions& options);

/// The SQLite backend that ships, or the planted defect that is named.
/// Throws: Stop, for a name of none, or of one that this search is not made to find.
[[nodiscard]] sim::OpenRepository chosen_storage(const StorageOptions& options,
                                                 mutants::Search search);

/// The PostgreSQL backend that ships, or the planted defect that is named.
/// Throws: as above.
[[nodiscard]] sim::OpenOnServer chosen_on_server(const StorageSearch& search,
                                                 const StorageOptions& options);

/// The name of what is searched, as `replay --backend` and traces have it: "mutant:NAME", a planted
/// defect of SQLite's storage or of SQL; else what `--backend` says.
[[nodiscard]] std::string backend_name(const StorageOptions& options);

/// What a search found, and in which case. `finding.reproduce` is the whole command line.
struct StorageFinding {
  std::string case_name;
  sim::Finding finding;
};

/// The flags that try a part of a case alone: "[--mutant NAME] --case NAME --point PART".
[[nodiscard]] std::string flags_for(const StorageSearch& search, const StorageOptions& options,
                                    const std::string& case_name, const std::string& part);

/// What a search has to show for itself.
struct StorageResult {
  nlohmann::ordered_json figures;
  std::string words;  ///< the same, line by line
  std::optional<StorageFinding> found;
  std::string ended_early = {};  ///< why it was not searched to the end; empty if it was
};

/// Prints the result and writes the trace of a violation into the directory that the flags name.
/// Returns: how the program ends.
ExitCode print_result(const StorageSearch& search, const StorageOptions& options,
                      const StorageResult& result);

}  // namespace leasecheck::cli
