#include "cli/commands/storage_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

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

std::string flags_for(const StorageSearch& search, const StorageOptions& options,
                      const std::string& case_name, const std::string& part) {
  return fmt::format("{}--case {} --{} {}",
                     options.mutant.empty() ? "" : "--mutant " + options.mutant + " ", case_name,
                     search.part, part);
}

namespace {

std::string write_trace(const StorageOptions& options, const StorageFinding& found) {
  traces::Trace trace = *found.finding.trace;
  trace.head.backend = backend_name(options);
  std::string name = trace.head.origin + "-" + found.case_name + ".jsonl";
  std::ranges::replace(name, '/', '-');
  const std::filesystem::path file = std::filesystem::path(options.trace_directory) / name;
  if (auto written = traces::write_file(file, trace); !written) throw Stop{written.error()};
  return file.lexically_normal().string();
}

void print_json(const StorageResult& result, const std::string& trace_file) {
  nlohmann::ordered_json document{{"result", result.found ? "violated" : "held"}};
  document.update(result.figures);
  if (result.found) {
    const sim::Finding& finding = result.found->finding;
    document["property"] = finding.property;
    document["case"] = result.found->case_name;
    document["message"] = finding.message;
    document["again"] = finding.reproduce;
    document["trace"] = trace_file;
    document["replay"] = replay_command(trace_file);
  }
  fmt::print("{}\n", document.dump(2));
}

}  // namespace

ExitCode print_result(const StorageSearch& search, const StorageOptions& options,
                      const StorageResult& result) {
  const std::string trace_file = result.found ? write_trace(options, *result.found) : "";
  const ExitCode code = result.found ? ExitCode::violated : ExitCode::held;
  if (options.json) {
    print_json(result, trace_file);
    return code;
  }
  fmt::print("{} {}: {}\n{}", search.name, options.mutant.empty() ? "sqlite" : options.mutant,
             result.found ? "violated" : "held", result.words);
  if (result.found) {
    const sim::Finding& finding = result.found->finding;
    fmt::print("{} on {}: {}\nthe {} alone: {}\n{}\n", finding.property, result.found->case_name,
               finding.message, search.part, finding.reproduce, replay_command(trace_file));
  }
  return code;
}

}  // namespace leasecheck::cli
