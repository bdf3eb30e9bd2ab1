#include <fmt/format.h>

#include <memory>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/report/file_writer.hpp"
#include "cli/report/graph_format.hpp"
#include "model/graph/lens.hpp"
#include "model/graph/walk.hpp"

namespace leasecheck::cli {
namespace {

struct GraphOptions {
  GraphFormat format = GraphFormat::mermaid;
  std::string lens = "attempt";
  std::string file;
};

std::string drawn(const GraphOptions& options) {
  const graph::Lens& lens = *graph::find_lens(options.lens);
  const auto walked = graph::walk({});
  if (!walked) throw Stop{"the model's walk: " + walked.error()};
  return exported(graph::through(lens, *walked), options.format, lens.title);
}

ExitCode run(const GraphOptions& options) {
  const std::string text = drawn(options);
  if (options.file.empty()) {
    say(text);
  } else if (auto written = write_file(options.file, text); !written) {
    throw Stop{written.error()};
  }
  return ExitCode::held;
}

}  // namespace

void add_graph(CommandLine& program) {
  Command command =
      program.add("graph", "Draw the life of an attempt, from a walk of the whole model");
  auto options = std::make_shared<GraphOptions>();
  command
      .choice("--format", options->format, graph_formats(),
              "mermaid, dot, svg (Graphviz), graphml, aut (CADP, mCRL2), tsv or json")
      .placeholder("FORMAT")
      .show_default("mermaid");
  std::vector<std::string> lenses;
  for (const graph::Lens* lens : graph::all_lenses()) lenses.emplace_back(lens->name);
  command.option("--lens", options->lens, "What states are told apart by")
      .one_of(lenses)
      .show_default();
  command.option("--output,-o", options->file, "Write to this file (else standard output)")
      .placeholder("FILE");
  command.flag(
      "--json", [options] { options->format = GraphFormat::json; }, "The same as --format json");
  command.runs([options] { return run(*options); });
}

}  // namespace leasecheck::cli
