#include "cli/report/graph_format.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "cli/command.hpp"
#include "cli/report/svg.hpp"
#include "cli/report/text.hpp"
#include "model/graph/dot.hpp"
#include "model/graph/export.hpp"
#include "model/graph/mermaid.hpp"

namespace leasecheck::cli {
namespace {

/// Beyond that Graphviz takes minutes, and nobody can read what it draws.
constexpr std::size_t most_drawn = 1'500;

std::string or_stop(std::expected<std::string, std::string> text) {
  if (!text) throw Stop{text.error()};
  return *std::move(text);
}

}  // namespace

const std::map<std::string, GraphFormat>& graph_formats() {
  static const std::map<std::string, GraphFormat> formats{
      {"words", GraphFormat::words}, {"mermaid", GraphFormat::mermaid}, {"dot", GraphFormat::dot},
      {"svg", GraphFormat::svg},     {"graphml", GraphFormat::graphml}, {"aut", GraphFormat::aut},
      {"tsv", GraphFormat::tsv},     {"json", GraphFormat::json}};
  return formats;
}

GraphFormat format_of_file(const std::string& flag, const std::string& file) {
  std::string ending = std::filesystem::path(file).extension().string();
  if (ending == ".mmd") ending = ".mermaid";
  const auto found = graph_formats().find(ending.empty() ? ending : ending.substr(1));
  if (found != graph_formats().end()) return found->second;
  throw Stop{fmt::format(
      "{} {}: the format follows from the name's ending; expected .mmd (Mermaid), .dot, .svg, "
      ".graphml, .aut, .tsv or .json",
      flag, file)};
}

std::string drawn(const graph::Graph& graph, const graph::Picture& picture) {
  if (boost::num_edges(graph) > most_drawn) {
    throw Stop{fmt::format(
        "too large to draw as SVG: {} states and {} transitions, of which at most {} can be "
        "drawn. Use a lens, or another format.",
        grouped(boost::num_vertices(graph)), grouped(boost::num_edges(graph)),
        grouped(most_drawn))};
  }
  return or_stop(svg_from_dot(graph::to_dot(graph, picture)));
}

std::string in_mermaid(const graph::Graph& graph, const graph::Picture& picture) {
  return or_stop(graph::to_mermaid(graph, picture));
}

std::string exported(const graph::Graph& graph, GraphFormat format, const graph::Picture& picture) {
  switch (format) {
    case GraphFormat::words:
      return graph::to_words(graph);
    case GraphFormat::mermaid:
      return in_mermaid(graph, picture);
    case GraphFormat::dot:
      return graph::to_dot(graph, picture);
    case GraphFormat::svg:
      return drawn(graph, picture);
    case GraphFormat::graphml:
      return graph::to_graphml(graph);
    case GraphFormat::aut:
      return graph::to_aut(graph);
    case GraphFormat::tsv:
      return graph::to_tsv(graph);
    case GraphFormat::json:
      return graph::to_json(graph, picture.title);
  }
  return {};
}

}  // namespace leasecheck::cli
