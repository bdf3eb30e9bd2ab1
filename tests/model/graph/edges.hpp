#pragma once

#include <set>
#include <string>

#include "model/graph/graph.hpp"

namespace leasecheck::tests {

/// The edges of a graph in words: "leased --ack_attempt [completed]--> completed".
inline std::set<std::string> edges_of(const graph::Graph& graph) {
  std::set<std::string> edges;
  const auto [begin, end] = boost::edges(graph);
  for (auto edge = begin; edge != end; ++edge) {
    edges.insert(graph[boost::source(*edge, graph)].name + " --" + graph[*edge].label() + "--> " +
                 graph[boost::target(*edge, graph)].name);
  }
  return edges;
}

/// The names of the vertices.
inline std::set<std::string> vertices_of(const graph::Graph& graph) {
  std::set<std::string> names;
  const auto [begin, end] = boost::vertices(graph);
  for (auto vertex = begin; vertex != end; ++vertex) names.insert(graph[*vertex].name);
  return names;
}

}  // namespace leasecheck::tests
