#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "model/graph/graph.hpp"
#include "sim/conformance/observe_options.hpp"
#include "traces/trace.hpp"

namespace leasecheck::sim {

/// One edge, as the model and as the subject take it.
struct ObservedEdge {
  enum class Kind : std::uint8_t {
    equal,        ///< both take it in the same transitions
    extra,        ///< the subject takes it, the model never does
    missing,      ///< the model takes it, the subject never does
    differs,      ///< both take it, but not in the same transitions
    never_taken,  ///< it is in the contract, and the subject was never asked for it
  };
  Kind kind = Kind::equal;
  std::string name;           ///< `graph::edge_name`
  std::uint64_t model = 0;    ///< in how many of the transitions that were carried out
  std::uint64_t subject = 0;  ///< likewise
  std::uint64_t apart = 0;    ///< transitions in which only one of them takes it
  std::string instead = {};   ///< what the other one does in the transition of the witness
  /// What shows it in the fewest calls: for a missing, extra or differing edge a violation, for one
  /// that was never taken how the model takes it. None, if it did not happen a second time.
  std::optional<traces::Trace> witness = {};
};

/// The graph that an implementation has, beside the model's.
struct ObservedGraph {
  /// `violated`, if some transition ended in another answer or state than the model's, also where
  /// the lens shows none of it; `inconclusive` and `broken` as in `conform`.
  traces::Verdict verdict;
  graph::Graph subject;             ///< counts are of transitions that were carried out
  graph::Graph both;                ///< the subject's and the model's, marked
  std::vector<ObservedEdge> edges;  ///< all of both; by kind, then by name
  std::uint64_t transitions = 0;    ///< of the worlds that the subject offers
  std::uint64_t carried_out = 0;
  std::uint64_t apart = 0;   ///< of these, ended otherwise than in the model
  std::uint64_t hidden = 0;  ///< of these, alike through the lens
  /// The first of the hidden ones, in the fewest calls.
  std::optional<traces::Trace> hidden_witness;

  [[nodiscard]] std::vector<const ObservedEdge*> of(ObservedEdge::Kind kind) const;
};

/// "equal", "extra", "missing", "differs", "never taken".
[[nodiscard]] std::string_view word(ObservedEdge::Kind kind);

/// Walks every transition of bounded worlds on the subject, as `conform` does, but goes on after a
/// difference: with a new subject, by a way that avoids it. What comes after a difference is not
/// followed, since there the model says nothing any more.
/// Errors: options that make no sense, a world that is too large, or a subject that cannot be made.
[[nodiscard]] std::expected<ObservedGraph, std::string> observe(const ObserveOptions& options);

}  // namespace leasecheck::sim
