#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/graph/graph.hpp"

/// What pictures of a graph have in common, in whatever language they are written: their order,
/// which hangs on names alone, their arrows, and short labels.
namespace leasecheck::graph {

/// How a graph is drawn.
struct Picture {
  std::string_view title = {};
  /// Whether counts are shown: in the labels, and as the width of the arrows.
  enum class Counts : std::uint8_t { hidden, shown } counts = Counts::hidden;
  /// What each mark stands for, for the legend: "only in the new graph".
  std::map<Mark, std::string> meanings = {};
  /// How many of the edges that are marked the legend names.
  std::size_t most_named = 12;
};

/// Edges of one mark from one vertex to another, drawn as one arrow.
struct Arrow {
  std::size_t from = 0;
  std::size_t to = 0;
  Mark mark = Mark::none;
  std::vector<const Edge*> edges = {};  ///< sorted by their labels

  [[nodiscard]] std::uint64_t count() const;
};

/// The vertices in the order in which they are drawn: by role, then by name.
[[nodiscard]] std::vector<std::size_t> drawing_order(const Graph& graph);

/// The arrows in the order in which they are drawn. They refer to the graph.
[[nodiscard]] std::vector<Arrow> arrows_of(const Graph& graph);

/// "s" and a hash of 64 bits (FNV-1a) of the name, in hexadecimal: a name for a state that no other
/// state changes.
[[nodiscard]] std::string state_id(std::string_view name);

/// The field's short word for an operation: "claim" for "upsert_lease". An operation of another
/// model is its own.
[[nodiscard]] std::string_view short_word(std::string_view operation);

/// "[+]", "[-]", "[~]" for what was added, removed or changed; empty for the rest.
[[nodiscard]] std::string_view sign_of(Mark mark);

/// What stands beside an arrow, in one short line or two: its sign, the short words of its
/// operations ("ack, cancel, +2" where there are too many), and how often it was taken, if counts
/// are shown.
[[nodiscard]] std::vector<std::string> label_lines(const Arrow& arrow, const Picture& picture);

/// The width of an arrow's line in tenths of a unit, 10 to 50: the logarithm of its count, as a
/// part of that of the largest.
[[nodiscard]] unsigned width_in_tenths(std::uint64_t count, std::uint64_t largest);

/// What those marks stand for that occur in the graph; no mark is one as well.
[[nodiscard]] std::map<Mark, std::string> meanings_in(const Graph& graph, const Picture& picture);

/// The short words that differ from their operations, and the operations that they stand for.
[[nodiscard]] std::map<std::string, std::set<std::string>> short_words_in(const Graph& graph);

/// The names of the edges with this mark, sorted.
[[nodiscard]] std::vector<std::string> edges_marked(const Graph& graph, Mark mark);

/// "1,234,567".
[[nodiscard]] std::string with_commas(std::uint64_t number);

}  // namespace leasecheck::graph
