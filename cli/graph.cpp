#include <fmt/format.h>

#include <memory>

#include "cli/command.hpp"
#include "cli/graph_format.hpp"
#include "cli/report.hpp"
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

void run(const GraphOptions& options) {
  const std::string text = drawn(options);
  if (options.file.empty()) {
    fmt::print("{}", text);
  } else if (auto written = write_file(options.file, text); !written) {
    throw Stop{written.error()};
  }
}

}  // namespace

void add_graph(CLI::App& app, ExitCode&) {
  CLI::App* command =
      app.add_subcommand("graph", "Draw the life of an attempt, from a walk of the whole model");
  auto options = std::make_shared<GraphOptions>();
  command
      ->add_option("--format", options->format,
                   "mermaid, dot, svg (Graphviz), graphml, aut (CADP, mCRL2), tsv or json")
      ->transform(CLI::CheckedTransformer(graph_formats()))
      ->type_name("FORMAT")
      ->default_str("mermaid");
  std::vector<std::string> lenses;
  for (const graph::Lens* lens : graph::all_lenses()) lenses.emplace_back(lens->name);
  command->add_option("--lens", options->lens, "What states are told apart by")
      ->check(CLI::IsMember(lenses))
      ->capture_default_str();
  command->add_option("--output,-o", options->file, "Write to this file (else standard output)")
      ->type_name("FILE");
  command->add_flag_callback(
      "--json", [options] { options->format = GraphFormat::json; }, "The same as --format json");
  command->callback([options] { run(*options); });
}

}  // namespace leasecheck::cli
