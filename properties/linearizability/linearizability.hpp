#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "leasecheck/spec/step.hpp"
#include "properties/linearizability/history.hpp"

/// Rule 17's other half: whatever several clients do at once, each operation takes effect at one
/// instant between its invocation and its answer, and the answers are those of the model in that
/// order.
namespace leasecheck::properties {

enum class Linearizability : std::uint8_t { linearizable, not_linearizable, gave_up };

/// How the model follows what was seen and is compared with it. Where nothing is set: to the
/// letter.
struct Comparison {
  /// What the model does and answers to a call.
  std::function<model::Step(model::State, const ConcurrentCall&)> step = {};
  std::function<bool(const model::Outcome& seen, const model::Outcome& expected)> are_same_answers =
      {};
  std::function<bool(const model::Snapshot& seen, const model::Snapshot& expected)>
      are_same_states = {};
};

/// Rule 26: a claim of several may pass over attempts that overlapping calls may hold, which are
/// those that they name and, of calls about several, all; calls that only read hold none. Nothing
/// else is compared more leniently.
/// `history` must outlive what is answered.
[[nodiscard]] Comparison with_claims_passing_over(const History& history);

/// Beyond one of these bounds the verdict is `gave_up`.
struct LinearizabilityOptions {
  std::uint64_t most_steps = 10'000'000;            ///< of the model
  std::size_t most_bytes = std::size_t{512} << 20;  ///< of the states that are remembered, about
  Comparison comparison = {};
};

struct LinearizabilityResult {
  Linearizability verdict = Linearizability::gave_up;
  std::uint64_t steps = 0;
};

/// Looks for an order of the calls that explains every answer and the final snapshot.
/// Complexity: exponential in the number of calls that overlap; a state that was reached with the
/// same calls before is not looked at again. States are compared whole, so no collision of hashes
/// can hide an order.
/// Source: Wing and Gong, "Testing and Verifying Concurrent Objects", JPDC 1993; memoised states
/// and partitions: Lowe, "Testing for Linearizability", CCPE 2017.
[[nodiscard]] LinearizabilityResult check_linearizable(const History& history,
                                                       const LinearizabilityOptions& options = {});

struct Explanations {
  Linearizability verdict = Linearizability::gave_up;
  /// Every state in which the repository may be now: those that an order of the calls leads to
  /// which explains the history, each once. More than one where the snapshot does not show a
  /// difference, as between two orders of enqueueing.
  std::vector<model::State> states;
};

/// As `check_linearizable`, for one of many stretches of a long run: it began in one of `initial`,
/// and the next stretch begins in one of the states that are answered. `history.initial` is
/// ignored. Unknown outcomes are settled with the stretch: none takes effect after its final
/// snapshot.
[[nodiscard]] Explanations explain(const std::vector<model::State>& initial, const History& history,
                                   const LinearizabilityOptions& options = {});

}  // namespace leasecheck::properties
