#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/state.hpp"

/// Every transition of a bounded contract, to be carried out on something: unlike the walk for
/// pictures it has every operation, refused ones, repeated ones and readings included, and tells
/// apart all that can change an answer.
namespace leasecheck::graph {

/// What a move names that speaks of a lease where there was none.
inline const model::Id never_issued = "never issued";

/// The last lease of each attempt that is over, so that it can be tried again.
class EndedLeases {
 public:
  /// To be called after every step.
  void update(const model::State& state);

  /// The lease of this attempt that ended last, or null.
  [[nodiscard]] const model::Id* of(const model::Id& attempt) const;

 private:
  std::map<model::Id, model::Id> current_;
  std::map<model::Id, model::Id> ended_;
};

/// A concrete state that is somewhere in the bounded world, and what a caller there knows.
struct Position {
  const model::State& state;
  model::Time now;
  const EndedLeases& ended;

  /// The attempt, or null.
  [[nodiscard]] const model::Attempt* attempt(const model::Id& id) const;
};

/// One thing that can be done everywhere.
struct Move {
  std::string name;  ///< the operation's
  /// What exactly is done at a position; empty for the move that lets a millisecond pass.
  std::function<model::Operation(const Position&)> operation;
  /// By how much the clock of whoever does it is ahead.
  model::Duration ahead{0};
};

/// The move number `move` leads from one state to another.
struct Arc {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint32_t move = 0;
};

struct BoundedOptions {
  int workers = 2;
  /// One attempt for each: what it is enqueued with. Ids are filled in, and `not_before` counts
  /// from the time of the enqueue.
  std::vector<model::AttemptSpec> specs;
  /// Whether an operation may be used at all; absent means all.
  std::function<bool(const model::Operation&)> offers;
  model::Variant variant = {};  ///< of the repository
  std::size_t most_states = 200'000;
};

/// The bounded world, state 0 being the empty repository. Every state has every move once.
struct Bounded {
  std::vector<Move> moves;
  std::vector<std::string> names;  ///< of the states: all that can still change an answer
  std::vector<Arc> arcs;
};

/// Builds it, by a search of `model/check`.
/// Errors: options that make no sense; more than `most_states` states.
[[nodiscard]] std::expected<Bounded, std::string> bounded_world(const BoundedOptions& options);

/// Where a position lies: equal names allow the same moves, with like answers, to equal names.
[[nodiscard]] std::string name_of_state(const model::State& state, model::Time now);

}  // namespace leasecheck::graph
