#include "model/graph/coverage.hpp"

#include <tuple>
#include <utility>

namespace leasecheck::graph {

Graph without_cases(const Graph& graph) {
  Graph plain;
  for (std::size_t vertex = 0; vertex < boost::num_vertices(graph); ++vertex) {
    boost::add_vertex(graph[vertex], plain);
  }
  std::map<std::tuple<std::size_t, std::size_t, std::string>, std::uint64_t> counts;
  for_each_edge(graph, [&](std::size_t from, std::size_t to, const Edge& edge) {
    counts[{from, to, edge.op}] += edge.count;
  });
  for (const auto& [key, count] : counts) {
    const auto& [from, to, op] = key;
    boost::add_edge(from, to, Edge{op, "", count}, plain);
  }
  return plain;
}

Coverage covered(Graph graph, const EdgeCounts& counts) {
  Coverage coverage{.graph = std::move(graph), .unknown = counts};
  for_each_edge(coverage.graph, [&](std::size_t from, std::size_t to, Edge& edge) {
    const std::string name = edge_name(coverage.graph, from, to, edge);
    const auto found = counts.find(name);
    edge.count = found == counts.end() ? 0 : found->second;
    edge.mark = edge.count == 0 ? Mark::untaken : Mark::none;
    ++coverage.edges;
    if (edge.count > 0) ++coverage.taken;
    coverage.unknown.erase(name);
  });
  return coverage;
}

Picture picture_of_coverage(std::string_view title) {
  return {.title = title,
          .counts = Picture::Counts::shown,
          .meanings = {{Mark::none, "taken"}, {Mark::untaken, "never taken"}}};
}

}  // namespace leasecheck::graph
