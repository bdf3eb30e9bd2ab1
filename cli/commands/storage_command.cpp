#include "cli/commands/storage_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/report/file_writer.hpp"
#include "cli/report/text.hpp"
#include "sim/defects/server/postgres_mutants.hpp"
#include "traces/shell_word.hpp"
#include "traces/writer.hpp"

namespace leasecheck::cli {

void add_storage_options(Command& command, StorageOptions& options) {
  command.flag("--json", options.json, "Print the result as one JSON document");
  command
      .option("--mutant", options.mutant,
              "Search a planted defect of storage instead of the SQLite backend")
      .placeholder("NAME");
  command
      .option("--checkpoint-pages", options.checkpoint_pages,
              "Write the log back whenever it has grown by so many pages (default: 1000, or what "
              "the planted defect needs)")
      .placeholder("N")
      .between(1, 1'000'000);
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

std::uint32_t checkpoint_pages_of(const StorageOptions& options) {
  const mutants::SqliteMutant* mutant = mutants::find_sqlite_mutant(options.mutant);
  return options.checkpoint_pages.value_or(mutant == nullptr
                                               ? lease::SqliteOptions::default_checkpoint_pages
                                               : mutant->checkpoint_pages);
}

sim::OpenOnServer chosen_on_server(const StorageSearch& search, const StorageOptions& options) {
  if (options.mutant.empty()) return lease::open_postgres_repository;
  const mutants::PostgresMutant* mutant = mutants::find_postgres_mutant(options.mutant);
  if (mutant != nullptr && mutant->search == search.name) return mutant->open;
  std::string names;
  for (const mutants::PostgresMutant& known : mutants::postgres_mutants()) {
    if (known.search == search.name) names.append(names.empty() ? "" : ", ").append(known.name);
  }
  throw Stop{fmt::format("--mutant {}: expected one of: {}", options.mutant, names)};
}

std::string backend_name(const StorageOptions& options) {
  if (!options.mutant.empty()) return "mutant:" + options.mutant;
  return options.program.empty() ? "sqlite" : options.program;
}

std::string flags_for(const StorageSearch& search, const StorageOptions& options,
                      const std::string& case_name, const std::string& part) {
  std::string flags;
  if (!options.program.empty()) {
    flags += "--backend " + traces::shell_word(options.program) + " ";
  }
  if (!options.mutant.empty()) flags += "--mutant " + options.mutant + " ";
  if (options.checkpoint_pages) {
    flags += fmt::format("--checkpoint-pages {} ", *options.checkpoint_pages);
  }
  return fmt::format("{}--case {} --{} {}", flags, case_name, search.part, part);
}

namespace {

std::string write_trace(const StorageOptions& options, const StorageFinding& found) {
  traces::Trace trace = *found.finding.trace;
  trace.head.backend = backend_name(options);
  std::string name = trace.head.origin + "-" + found.case_name + ".jsonl";
  std::ranges::replace(name, '/', '-');
  const std::filesystem::path file = std::filesystem::path(options.trace_directory) / name;
  if (auto written = write_file(file, traces::to_text(trace)); !written) {
    throw Stop{written.error()};
  }
  return file.lexically_normal().string();
}

ExitCode end_of(const StorageResult& result) {
  if (result.found) return ExitCode::violated;
  return result.ended_early.empty() ? ExitCode::held : ExitCode::inconclusive;
}

void print_words(const StorageSearch& search, const StorageOptions& options,
                 const StorageResult& result) {
  const std::string subject = options.mutant.empty() ? backend_name(options) : options.mutant;
  say("{} {}: {}\n{}", search.name, subject, word(end_of(result)), result.words);
  if (!result.ended_early.empty()) say("{}\n", result.ended_early);
  if (!result.found) return;
  const sim::Finding& finding = result.found->finding;
  say("{} on {}: {}\nthe {} alone: {}\n", finding.property, result.found->case_name,
      finding.message, search.part, finding.reproduce);
}

nlohmann::ordered_json document_of(const StorageOptions& options, const StorageResult& result,
                                   const std::string& trace_file) {
  nlohmann::ordered_json document{{"result", word(end_of(result))}};
  if (!result.ended_early.empty()) document["ended_early"] = result.ended_early;
  document.update(result.figures);
  if (!result.found) return document;
  const sim::Finding& finding = result.found->finding;
  document["property"] = finding.property;
  document["case"] = result.found->case_name;
  document["message"] = finding.message;
  document["again"] = finding.reproduce;
  if (trace_file.empty()) return document;
  document["trace"] = trace_file;
  document["replay"] = replay_command(trace_file, backend_name(options));
  return document;
}

}  // namespace

ExitCode print_result(const StorageSearch& search, const StorageOptions& options,
                      const StorageResult& result) {
  if (!options.json) print_words(search, options, result);
  std::string trace_file;
  ExitCode end = end_of(result);
  if (result.found) {
    end = after_verdict(end, [&] { trace_file = write_trace(options, *result.found); });
  }
  if (options.json) {
    say(json_text(document_of(options, result, trace_file)));
  } else if (!trace_file.empty()) {
    say("{}\n", replay_command(trace_file, backend_name(options)));
  }
  return end;
}

}  // namespace leasecheck::cli
