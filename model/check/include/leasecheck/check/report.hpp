#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "leasecheck/check/model.hpp"

namespace leasecheck::check {

enum class Verdict { held, violated, inconclusive };

/// Why a search has not seen everything: what ended it before; or, `omission`, that by the odds of
/// its hash compaction it may well have taken some state for another.
enum class Limit { depth, memory, stopped, omission };

/// Above these odds that a state was omitted nothing is said to hold.
inline constexpr double most_omission_odds = 1e-3;

/// Whether a state in which nothing is enabled counts as a violation.
enum class Deadlock { allowed, reported };

/// How far a search has come. There is no clock here: a rate is the caller's division.
struct Progress {
  std::uint64_t states = 0;
  std::uint64_t queue = 0;  ///< Found, but not yet expanded.
  std::uint64_t transitions = 0;
  std::uint64_t depth = 0;
  std::size_t memory_bytes = 0;
};

/// What a progress callback asks for.
enum class Continue { yes, no };

/// How to search. The defaults are exact and without reductions.
struct Options {
  /// Worker threads, at least one. No result depends on their number, but for the counts of a
  /// search that a limit of memory or the caller has ended.
  unsigned jobs = 1;
  /// The table of visited states and the states themselves stay below; a search that needs more
  /// ends as inconclusive.
  std::size_t memory_limit_bytes = std::size_t{4} << 30;
  /// States further from the initial ones than this are not looked for.
  std::optional<std::uint64_t> max_depth = {};
  /// Search one state of each set of states that are equal up to renaming (`Symmetric` models).
  bool symmetry = false;
  /// Leave out interleavings that make no difference (`Concurrent` models).
  bool partial_order = false;
  Deadlock deadlock = Deadlock::reported;
  /// Without a value visited states are kept whole. With one, from 1 to 62, a hash of so many bits
  /// is kept in their place, states of equal hash are taken for one, and `Report::omission_odds`
  /// says how likely that was; above `most_omission_odds` what was not violated is inconclusive.
  /// Then results may depend on `jobs`.
  std::optional<unsigned> hash_bits = {};
  /// Called on the calling thread about every `pause_states` states.
  std::function<Continue(const Progress&)> progress = {};
  std::uint64_t pause_states = std::uint64_t{1} << 18;
  /// Where to save the search: at every pause at which `checkpoint_states` more states were
  /// expanded, when a limit ends it, and before an `eventually` is decided, which is not saved: a
  /// search that is resumed there decides it from the start. Replaced in one step; never
  /// half-written.
  std::optional<std::filesystem::path> checkpoint = {};
  std::uint64_t checkpoint_states = std::uint64_t{1} << 24;
  /// A checkpoint to go on from, written by a search of the same model with the same reductions.
  std::optional<std::filesystem::path> resume = {};
};

/// An execution: from `initial`, each step's action leads to its state.
template <Model M>
struct Path {
  struct Step {
    typename M::Action action;
    typename M::State state;
  };
  typename M::State initial;
  std::vector<Step> steps = {};
  /// With a value the execution is infinite: after the last step it goes on from the state after
  /// so many steps. If that is the last state itself, nothing more changes for ever.
  std::optional<std::size_t> loop = {};

  [[nodiscard]] const typename M::State& last() const {
    return steps.empty() ? initial : steps.back().state;
  }
};

/// What became of one property.
template <Model M>
struct Outcome {
  std::string property;
  Kind kind = Kind::always;
  Verdict verdict = Verdict::inconclusive;
  /// The state nearest to an initial one that violates an `always` or shows a `sometimes`, the
  /// least by its encoding where several are; and how near.
  std::optional<Encoded<M::encoded_words>> state = {};
  std::uint64_t depth = 0;
  /// For what is violated, except for a `sometimes`: there is nothing to show.
  std::optional<Path<M>> counterexample = {};
};

/// The result of a search. Equal for equal models and options, whatever the number of workers; only
/// one that ended by `Limit::memory` or `Limit::stopped` has counts that depend on the moment.
template <Model M>
struct Report {
  Verdict verdict = Verdict::inconclusive;
  std::optional<Limit> limit = {};
  std::uint64_t states = 0;
  /// Enabled action instances, summed over the states expanded.
  std::uint64_t transitions = 0;
  /// The last level that has states; the initial ones are level 0.
  std::uint64_t depth = 0;
  std::size_t peak_bytes = 0;
  /// Above 0 only with hash compaction: the odds that some state was taken for another.
  double omission_odds = 0;
  /// Why the checkpoint that was to be written last was not, in words; empty if there is no such.
  std::string not_saved = {};
  /// In the order of `properties()`; then, if it is reported, "no deadlock".
  std::vector<Outcome<M>> outcomes = {};

  [[nodiscard]] double bytes_per_state() const {
    return states == 0 ? 0 : static_cast<double>(peak_bytes) / static_cast<double>(states);
  }
};

/// The odds that among `states` keys of `bits` random bits at least two are equal.
inline double collision_odds(std::uint64_t states, unsigned bits) {
  const double n = static_cast<double>(states);
  return -std::expm1(-std::ldexp(n * (n - 1) / 2, -static_cast<int>(bits)));
}

}  // namespace leasecheck::check
