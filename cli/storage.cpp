#include "cli/storage.hpp"

#include <fmt/format.h>

#include "cli/command.hpp"

namespace leasecheck::cli {

void add_storage_options(CLI::App& command, StorageOptions& options) {
  command.add_flag("--json", options.json, "Print the result as one JSON document");
  command
      .add_option("--mutant", options.mutant,
                  "Search a planted defect of storage instead of the SQLite backend")
      ->type_name("NAME");
  command.add_option("--case", options.only_case, "Only this case: STATE/OPERATION, as it is printed")
      ->type_name("CASE");
}

sim::OpenRepository chosen_storage(const StorageOptions& options, mutants::Search search) {
  if (options.mutant.empty()) return lease::open_sqlite_repository;
  const mutants::SqliteMutant* mutant = mutants::find_sqlite_mutant(options.mutant);
  if (mutant != nullptr && mutant->search == search) return mutant->open;
  std::string names;
  for (const mutants::SqliteMutant& known : mutants::sqlite_mutants()) {
    if (known.search == search) names += (names.empty() ? "" : ", ") + std::string(known.name);
  }
  throw Stop{fmt::format("--mutant {}: expected one of: {}", options.mutant, names)};
}

std::string flags_for(const StorageOptions& options, const std::string& case_name) {
  const std::string mutant = options.mutant.empty() ? "" : "--mutant " + options.mutant + " ";
  return mutant + "--case " + case_name;
}

}  // namespace leasecheck::cli
