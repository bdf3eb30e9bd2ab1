#include <fmt/format.h>

#include "cli/commands/graph_sources.hpp"
#include "cli/report/file_writer.hpp"
#include "cli/report/taken_edges.hpp"
#include "cli/report/text.hpp"
#include "model/graph/coverage.hpp"
#include "model/graph/walk.hpp"

namespace leasecheck::cli {
namespace {

std::string line_of(const std::string& name, const TakenEdge& taken) {
  std::string text = fmt::format("{:>11}  {}", grouped(taken.count), name);
  if (taken.step > 0) text += fmt::format(" (first: {}, step {})", taken.file, taken.step);
  return text + "\n";
}

std::string in_words(const TakenEdges& taken, const graph::Coverage& coverage,
                     std::string_view title) {
  std::string text = fmt::format("{}, as {} traces and {} reports took it: {} of {} edges\n", title,
                                 grouped(taken.traces()), grouped(taken.reports()), coverage.taken,
                                 coverage.edges);
  for (const std::string& name : graph::edges_marked(coverage.graph, graph::Mark::untaken)) {
    text += fmt::format("never taken  {}\n", name);
  }
  for (const auto& [name, edge] : taken.edges()) {
    if (!coverage.unknown.contains(name)) text += line_of(name, edge);
  }
  if (coverage.unknown.empty()) return text;
  text += "taken, and no edge of the model:\n";
  for (const auto& [name, edge] : taken.edges()) {
    if (coverage.unknown.contains(name)) text += line_of(name, edge);
  }
  return text;
}

}  // namespace

ExitCode draw_coverage(const GraphOptions& options) {
  const graph::Lens& lens = options.chosen_lens();
  TakenEdges taken(lens);
  for (const std::string& file : options.coverage) taken.read(file);
  const auto walked = graph::walk({});
  if (!walked) throw Stop{"the model's walk: " + walked.error()};
  graph::Graph graph = graph::through(lens, *walked);
  if (taken.is_without_cases()) graph = graph::without_cases(graph);
  const graph::Coverage coverage = graph::covered(std::move(graph), taken.counts());
  const GraphFormat format = options.format.value_or(GraphFormat::words);
  write_or_say(options.file,
               format == GraphFormat::words
                   ? in_words(taken, coverage, lens.title)
                   : exported(coverage.graph, format, graph::picture_of_coverage(lens.title)));
  return ExitCode::held;
}

}  // namespace leasecheck::cli
