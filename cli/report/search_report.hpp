#pragma once

#include <string>

#include "model/system/explore.hpp"

namespace leasecheck::cli {

/// A search that is over, and what it left behind.
struct SearchReport {
  std::string world;  ///< The model and its bounds.
  system::Explored explored;
  double seconds = 0;
  std::string trace;  ///< File of the counterexample; empty if there is none.
  std::string graph;  ///< File of the graph; empty if none was asked for.
};

/// The first claim that does not hold; null if all do, or nothing is known.
[[nodiscard]] const system::Finding* first_violated(const system::Explored& explored);

/// For people: figures, a line for each property, the shortest counterexample. The files that it
/// leaves behind are named after them, when they have been written.
[[nodiscard]] std::string in_words(const SearchReport& world);

/// For programs: one document.
[[nodiscard]] std::string in_json(const SearchReport& world);

}  // namespace leasecheck::cli
