#include <fmt/format.h>

#include <map>
#include <memory>

#include "cli/command.hpp"
#include "cli/report.hpp"
#include "model/graph/export.hpp"
#include "model/graph/lens.hpp"
#include "model/graph/svg.hpp"
#include "model/graph/walk.hpp"

namespace leasecheck::cli {
namespace {

enum class Format : std::uint8_t { mermaid, dot, svg, tsv, json };

struct GraphOptions {
  Format format = Format::mermaid;
  std::string lens = "attempt";
  std::string file;
};

std::string drawn(const GraphOptions& options) {
  const graph::Lens& lens = *graph::find_lens(options.lens);
  const auto walked = graph::walk({});
  if (!walked) throw Stop{"the model's walk: " + walked.error()};
  const graph::Graph seen = graph::through(lens, *walked);
  const auto or_stop = [](std::expected<std::string, std::string> text) {
    if (!text) throw Stop{text.error()};
    return *std::move(text);
  };
  switch (options.format) {
    case Format::mermaid:
      return or_stop(graph::to_mermaid(seen));
    case Format::dot:
      return graph::to_dot(seen, lens.title);
    case Format::svg:
      return or_stop(graph::svg_from_dot(graph::to_dot(seen, lens.title)));
    case Format::tsv:
      return graph::to_tsv(seen);
    case Format::json:
      return graph::to_json(seen, lens.title);
  }
  return {};
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
  const std::map<std::string, Format> formats{{"mermaid", Format::mermaid},
                                              {"dot", Format::dot},
                                              {"svg", Format::svg},
                                              {"tsv", Format::tsv},
                                              {"json", Format::json}};
  command->add_option("--format", options->format, "mermaid, dot, svg (Graphviz), tsv or json")
      ->transform(CLI::CheckedTransformer(formats))
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
      "--json", [options] { options->format = Format::json; }, "The same as --format json");
  command->callback([options] { run(*options); });
}

}  // namespace leasecheck::cli
