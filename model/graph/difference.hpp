#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/graph/picture.hpp"

namespace leasecheck::graph {

/// One state or transition of which the two graphs say something different.
struct Change {
  Mark mark = Mark::changed;  ///< added, removed or changed
  std::string name;           ///< of the state, or `edge_name`
  std::string was = {};       ///< "98 times", "ordinary, 4 states"; empty where it was added
  std::string is = {};        ///< the same of the newer graph; empty where it was removed
  bool operator==(const Change&) const = default;
};

/// What two graphs have in common and what only one of them has. States are told apart by their
/// names, transitions by both of their states, operation and case.
struct Difference {
  /// The states and transitions of both, marked; counts are those of the newer one where it has
  /// them.
  Graph both;
  std::vector<Change> states;       ///< added, removed, changed; by name within these
  std::vector<Change> transitions;  ///< likewise

  [[nodiscard]] bool is_empty() const { return states.empty() && transitions.empty(); }
};

/// A vertex that stands for 0 states is one of which nothing is known but the name (a table of
/// transitions says no more), so that its role and its states are not compared.
/// Pre: names are unique in their graph, and so are transitions.
[[nodiscard]] Difference difference(const Graph& older, const Graph& newer);

/// The changes, one in a line, and how many there are.
[[nodiscard]] std::string in_words(const Difference& difference);

/// How a difference is drawn.
[[nodiscard]] Picture picture_of_difference(std::string_view title);

/// The graph without the edges that are not marked, and the states that then have none: what there
/// is to see in a difference that is too large to be drawn whole.
[[nodiscard]] Graph only_marked(const Graph& graph);

}  // namespace leasecheck::graph
