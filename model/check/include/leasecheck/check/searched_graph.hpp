#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace leasecheck::check {

/// The graph that a search has seen, in words, for review. Equal searches give equal graphs,
/// whatever the number of workers: nearer vertices come first, edges are in the order of what they
/// connect and then of what they are called.
struct SearchedGraph {
  struct Vertex {
    std::string name;          ///< Unique.
    std::uint64_t states = 0;  ///< How many it stands for.
    bool is_initial = false;   ///< One of its states is.
    bool is_end = false;       ///< Nothing leads out of it.
    bool is_bad = false;       ///< An `always` is false in one of its states.
  };
  struct Edge {
    std::size_t from = 0;
    std::size_t to = 0;
    std::string name;
    std::uint64_t count = 0;  ///< How many transitions it stands for.
  };
  std::vector<Vertex> vertices;
  std::vector<Edge> edges;
};

}  // namespace leasecheck::check
