#include <fmt/format.h>

#include <memory>

#include "cli/command.hpp"
#include "cli/commands/graph_diff.hpp"
#include "cli/commands/graph_sources.hpp"
#include "cli/report/file_writer.hpp"
#include "cli/report/graph_format.hpp"
#include "model/graph/lens.hpp"
#include "model/graph/walk.hpp"

namespace leasecheck::cli {
namespace {

ExitCode draw_model(const GraphOptions& options) {
  const auto walked = graph::walk({});
  if (!walked) throw Stop{"the model's walk: " + walked.error()};
  const graph::Lens& lens = options.chosen_lens();
  write_or_say(options.file,
               exported(graph::through(lens, *walked),
                        options.format.value_or(GraphFormat::mermaid), {.title = lens.title}));
  return ExitCode::held;
}

ExitCode run(const GraphOptions& options) {
  const bool has_subject = !options.common.backend.empty() || !options.common.mutant.empty();
  if (!options.coverage.empty()) {
    if (has_subject) throw Stop{"--coverage: expected no --backend or --mutant beside it"};
    return draw_coverage(options);
  }
  if (has_subject) return draw_subject(options);
  if (!options.witness_directory.empty()) {
    throw Stop{"--witnesses: expected a --backend or --mutant beside it"};
  }
  return draw_model(options);
}

}  // namespace

void add_graph(CommandLine& program) {
  Command command = program.add("graph",
                                "Draw the life of an attempt: of the model, of a backend beside "
                                "it, or as far as traces went");
  auto options = std::make_shared<GraphOptions>();
  auto format = std::make_shared<GraphFormat>(GraphFormat::mermaid);
  command
      .choice("--format", *format, graph_formats(),
              "words, mermaid, dot, svg (Graphviz), graphml, aut (CADP, mCRL2), tsv or json")
      .placeholder("FORMAT")
      .show_default("mermaid; words with --backend, --mutant or --coverage");
  std::vector<std::string> lenses;
  for (const graph::Lens* lens : graph::all_lenses()) lenses.emplace_back(lens->name);
  command.option("--lens", options->lens, "What states are told apart by")
      .one_of(lenses)
      .show_default();
  command.option("--output,-o", options->file, "Write to this file (else standard output)")
      .placeholder("FILE");
  command.flag(
      "--json", [options] { options->format = GraphFormat::json; }, "The same as --format json");
  add_backend_options(command, options->common);
  command.option("--attempts", options->attempts, "With a backend: attempts at a time in the tours")
      .between(1, 3)
      .show_default();
  command
      .option("--witnesses", options->witness_directory,
              "With a backend: write a shortest trace for each edge that is not equal")
      .placeholder("DIR");
  command
      .option("--coverage", options->coverage,
              "Count how often these traces, or reports (summary.json), took each edge")
      .placeholder("FILE");
  command.runs([options, format, command] {
    if (command.names("--format")) options->format = *format;
    return run(*options);
  });
  add_graph_diff(command);
}

}  // namespace leasecheck::cli
