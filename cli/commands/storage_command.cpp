#include "cli/commands/storage_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "cli/command.hpp"
#include "cli/report/text.hpp"
#include "traces/writer.hpp"

namespace leasecheck::cli {

void add_storage_options(Command& command, StorageOptions& options) {
  command.flag("--json", options.json, "Print the result as one JSON document");
  command
      .option("--mutant", options.mutant,
              "Search a planted defect of storage instead of the SQLite backend")
      .placeholder("NAME");
  command.option("--case", options.only_case, "Only this case: STATE/OPERATION, as it is printed")
      .placeholder("CASE");
  command.option("--trace-dir", options.trace_directory, "Where a violation's trace is written")
      .placeholder("DIR")
      .show_default();
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

std::string backend_name(const StorageOptions& options) {
  return options.mutant.empty() ? "sqlite" : "mutant:" + options.mutant;
}

std::string write_disk_trace(const StorageOptions& options, const std::string& case_name,
                             const traces::Trace& trace) {
  std::string name = trace.head.origin + "-" + case_name + ".jsonl";
  std::ranges::replace(name, '/', '-');
  const std::filesystem::path file = std::filesystem::path(options.trace_directory) / name;
  if (auto written = traces::write_file(file, trace); !written) throw Stop{written.error()};
  return file.lexically_normal().string();
}

std::string flags_for(const StorageSearch& search, const StorageOptions& options,
                      const std::string& case_name, const std::string& part) {
  return fmt::format("{}--case {} --{} {}",
                     options.mutant.empty() ? "" : "--mutant " + options.mutant + " ", case_name,
                     search.part, part);
}

namespace {

void print_json(const StorageResult& result) {
  nlohmann::ordered_json document{{"result", result.finding ? "violated" : "held"}};
  document.update(result.figures);
  if (result.finding) {
    document["property"] = result.finding->property;
    document["case"] = result.finding->case_name;
    document["message"] = result.finding->message;
    document["again"] = result.finding->again;
    document["trace"] = result.finding->trace_file;
    document["replay"] = replay_command(result.finding->trace_file);
  }
  fmt::print("{}\n", document.dump(2));
}

}  // namespace

ExitCode print_result(const StorageSearch& search, const StorageOptions& options,
                      const StorageResult& result) {
  const std::optional<StorageFinding>& finding = result.finding;
  const ExitCode code = finding ? ExitCode::violated : ExitCode::held;
  if (options.json) {
    print_json(result);
    return code;
  }
  fmt::print("{} {}: {}\n{}", search.name, options.mutant.empty() ? "sqlite" : options.mutant,
             finding ? "violated" : "held", result.words);
  if (finding) {
    fmt::print("{} on {}: {}\nthe {} alone: {}\n{}\n", finding->property, finding->case_name,
               finding->message, search.part, finding->again, replay_command(finding->trace_file));
  }
  return code;
}

}  // namespace leasecheck::cli
