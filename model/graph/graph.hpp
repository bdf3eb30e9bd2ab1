#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <cstdint>
#include <string>

#include "leasecheck/spec/operation_case.hpp"

namespace leasecheck::graph {

/// How a vertex is drawn.
enum class Role : std::uint8_t {
  initial,  ///< where everything begins
  ordinary,
  terminal,  ///< where an attempt may rest for ever
  failed     ///< terminal, and somebody has to look at it
};

/// What sets a vertex or an edge apart from the others in a comparison.
enum class Mark : std::uint8_t {
  none,
  added,    ///< only in the second of two graphs
  removed,  ///< only in the first one
  changed,  ///< in both, and not alike
  untaken   ///< never taken by what is looked at
};

struct Vertex {
  std::string name;  ///< unique in its graph
  Role role = Role::ordinary;
  std::uint64_t states = 1;  ///< how many states of the walk it stands for; 0 if that is unknown
  Mark mark = Mark::none;
};

struct Edge {
  std::string op;
  std::string guard;        ///< the case that applied, or the error; empty if there is only one
  std::uint64_t count = 1;  ///< how many transitions it stands for, or how often it was taken
  Mark mark = Mark::none;

  /// "ack_attempt [failed, retries left]".
  [[nodiscard]] std::string label() const { return guard.empty() ? op : op + " [" + guard + "]"; }
};

/// A state-transition graph that somebody looks at: a whole walk, or what a lens makes of it.
using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, Vertex, Edge>;

/// Calls `visit(from, to, edge)` with two vertices and the properties of the edge between them, in
/// the order of vertices and then of insertion.
template <class AnyGraph, class Visit>
void for_each_edge(AnyGraph& graph, Visit visit) {
  for (std::size_t from = 0; from < boost::num_vertices(graph); ++from) {
    const auto [begin, end] = boost::out_edges(from, graph);
    for (auto edge = begin; edge != end; ++edge) {
      visit(from, boost::target(*edge, graph), graph[*edge]);
    }
  }
}

/// The edge in words, which name it: "leased to failed by ack_attempt [failed, no retries left]".
[[nodiscard]] inline std::string edge_name(const Graph& graph, std::size_t from, std::size_t to,
                                           const Edge& edge) {
  return model::move_name(graph[from].name, graph[to].name, edge.op, edge.guard);
}

}  // namespace leasecheck::graph
