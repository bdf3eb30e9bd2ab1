#include "model/graph/searched.hpp"

namespace leasecheck::graph {
namespace {

Role role_of(const check::SearchedGraph::Vertex& vertex) {
  if (vertex.is_bad) return Role::failed;
  return vertex.is_end ? Role::terminal : Role::ordinary;
}

}  // namespace

Graph from_search(const check::SearchedGraph& searched) {
  Graph graph;
  const std::size_t start =
      boost::add_vertex(Vertex{.name = "start", .role = Role::initial, .states = 0}, graph);
  for (const auto& vertex : searched.vertices) {
    const std::size_t added = boost::add_vertex(
        Vertex{.name = vertex.name, .role = role_of(vertex), .states = vertex.states}, graph);
    if (vertex.is_initial) boost::add_edge(start, added, Edge{"begin", ""}, graph);
  }
  for (const auto& edge : searched.edges) {
    boost::add_edge(edge.from + 1, edge.to + 1, Edge{edge.name, "", edge.count}, graph);
  }
  return graph;
}

}  // namespace leasecheck::graph
