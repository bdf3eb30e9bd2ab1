#include "cli/commands/graph_diff.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/report/file_writer.hpp"
#include "cli/report/graph_file.hpp"
#include "cli/report/graph_format.hpp"
#include "cli/report/text.hpp"
#include "model/graph/difference.hpp"

namespace leasecheck::cli {
namespace {

enum class DifferenceFormat : std::uint8_t { words, mermaid, svg, json };

struct GraphDiffOptions {
  std::string older;
  std::string newer;
  DifferenceFormat format = DifferenceFormat::words;
  std::string file;
};

graph::Graph read(const std::string& file) {
  auto graph = read_graph(file);
  if (!graph) throw Stop{graph.error()};
  return *std::move(graph);
}

std::string_view word(graph::Mark mark) {
  switch (mark) {
    case graph::Mark::added:
      return "added";
    case graph::Mark::removed:
      return "removed";
    case graph::Mark::changed:
    case graph::Mark::none:
    case graph::Mark::untaken:
      return "changed";
  }
  return "";
}

nlohmann::ordered_json documents_of(const std::vector<graph::Change>& changes) {
  nlohmann::ordered_json documents = nlohmann::ordered_json::array();
  for (const graph::Change& change : changes) {
    documents.push_back({{"change", word(change.mark)}, {"name", change.name}});
    if (!change.was.empty()) documents.back()["was"] = change.was;
    if (!change.is.empty()) documents.back()["is"] = change.is;
  }
  return documents;
}

/// What is alike is left out of a picture that would have more transitions than this.
constexpr std::size_t most_with_context = 450;

graph::Graph to_draw(const graph::Graph& both) {
  if (boost::num_edges(both) <= most_with_context) return both;
  complain(fmt::format("of {} transitions those that are alike are not drawn",
                       grouped(boost::num_edges(both))));
  return graph::only_marked(both);
}

std::string shown(const graph::Difference& difference, DifferenceFormat format) {
  const graph::Picture picture = graph::picture_of_difference("What has changed");
  switch (format) {
    case DifferenceFormat::words:
      return graph::in_words(difference);
    case DifferenceFormat::mermaid:
      return in_mermaid(to_draw(difference.both), picture);
    case DifferenceFormat::svg:
      return drawn(to_draw(difference.both), picture);
    case DifferenceFormat::json:
      return json_text({{"same", difference.is_empty()},
                        {"states", documents_of(difference.states)},
                        {"transitions", documents_of(difference.transitions)}});
  }
  return {};
}

ExitCode run(const GraphDiffOptions& options) {
  const graph::Graph older = read(options.older);
  const graph::Graph newer = read(options.newer);
  require_writable("--output", options.file);
  const graph::Difference difference = graph::difference(older, newer);
  const ExitCode end = difference.is_empty() ? ExitCode::held : ExitCode::violated;
  return after_verdict(end, [&] { write_or_say(options.file, shown(difference, options.format)); });
}

}  // namespace

void add_graph_diff(Command& graph) {
  Command command = graph.add(
      "diff", "Compare two graphs that `graph` wrote as json or tsv; exit code 1 if they differ");
  auto options = std::make_shared<GraphDiffOptions>();
  command.option("OLD", options->older, "The older graph, a file").required();
  command.option("NEW", options->newer, "The newer one").required();
  const std::map<std::string, DifferenceFormat> formats{{"words", DifferenceFormat::words},
                                                        {"mermaid", DifferenceFormat::mermaid},
                                                        {"svg", DifferenceFormat::svg},
                                                        {"json", DifferenceFormat::json}};
  command
      .choice("--format", options->format, formats,
              "words, mermaid, svg (Graphviz) or json; a picture shows what only one graph has, "
              "and what has another count, in colours, lines and signs")
      .placeholder("FORMAT")
      .show_default("words");
  command.option("--output,-o", options->file, "Write to this file (else standard output)")
      .placeholder("FILE");
  command.flag(
      "--json", [options] { options->format = DifferenceFormat::json; },
      "The same as --format json");
  command.runs([options] { return run(*options); });
}

}  // namespace leasecheck::cli
