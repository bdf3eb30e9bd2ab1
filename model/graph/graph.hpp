#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <cstdint>
#include <string>

namespace leasecheck::graph {

/// How a vertex is drawn.
enum class Role : std::uint8_t {
  initial,  ///< where everything begins
  ordinary,
  terminal,  ///< where an attempt may rest for ever
  failed     ///< terminal, and somebody has to look at it
};

struct Vertex {
  std::string name;  ///< unique in its graph
  Role role = Role::ordinary;
  std::uint64_t states = 1;  ///< how many states of the walk it stands for
};

struct Edge {
  std::string op;
  std::string guard;        ///< the case that applied, or the error; empty if there is only one
  std::uint64_t count = 1;  ///< how many transitions of the walk it stands for

  /// "ack_attempt [failed, retries left]".
  [[nodiscard]] std::string label() const { return guard.empty() ? op : op + " [" + guard + "]"; }
};

/// A state-transition graph that somebody looks at: a whole walk, or what a lens makes of it.
using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, Vertex, Edge>;

}  // namespace leasecheck::graph
