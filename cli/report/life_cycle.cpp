#include "cli/report/life_cycle.hpp"

#include "cli/report/svg.hpp"
#include "model/graph/dot.hpp"
#include "model/graph/lens.hpp"

namespace leasecheck::cli {

LifeCycle life_cycle_taken(const graph::Walk& walk, const graph::EdgeCounts& counts) {
  graph::Coverage coverage =
      graph::covered(graph::without_cases(graph::through(graph::attempt_lens, walk)), counts);
  graph::Picture picture = graph::picture_of_coverage(graph::attempt_lens.title);
  picture.most_named = 0;
  std::vector<std::string> never_taken = graph::edges_marked(coverage.graph, graph::Mark::untaken);
  auto svg = svg_from_dot(graph::to_dot(coverage.graph, picture));
  return {.coverage = std::move(coverage),
          .never_taken = std::move(never_taken),
          .svg = std::move(svg)};
}

}  // namespace leasecheck::cli
