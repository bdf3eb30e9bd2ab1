#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "leasecheck/spec/state.hpp"
#include "leasecheck/spec/time.hpp"

/// State-transition graphs of the contract, for review: an exhaustive walk of a small
/// configuration, lenses that make pictures of it, and exporters.
namespace leasecheck::graph {

/// Specs that between them take every way through an attempt's life: nothing promised; one retry
/// and a timeout that retries; a limit of deliveries and a timeout that fails; a timeout that
/// cancels.
[[nodiscard]] std::vector<model::AttemptSpec> life_cycle_specs();

/// What is walked: which attempts and workers there are, and how long things last, in steps of the
/// clock, which moves by one millisecond.
struct WalkOptions {
  int attempts = 1;  ///< "a1", "a2", …
  int workers = 2;   ///< "w1", "w2", …
  /// Each attempt may be enqueued with each of these; ids are filled in. Without `not_before`.
  std::vector<model::AttemptSpec> specs = life_cycle_specs();
  model::Duration ttl{2};
  model::Duration grace{1};
  std::size_t most_states = 1'000'000;
};

enum class Effect : std::uint8_t {
  refused,    ///< an error; nothing changed
  unchanged,  ///< Ok, and nothing changed: a repetition, or nothing to do
  changed     ///< the repository is another one
};

/// The operation that is none: the clock moves on.
inline constexpr std::string_view time_passes = "time_passes";

/// One enabled action, as seen by one attempt: an action that changes several attempts is several
/// transitions. The views name constants.
struct TransitionKind {
  std::string_view op;
  std::string_view guard = {};  ///< the case that applied, "retries left"; a refusal's error word
  std::optional<int> attempt = {};  ///< its index; none where an operation on all changed none
  Effect effect = Effect::changed;
};

struct Transition : TransitionKind {
  std::size_t from = 0;
  std::size_t to = 0;
};

/// The whole of a configuration. States are normalised (see walk.cpp) and numbered in breadth-first
/// order; transitions are in the order in which they were found.
struct Walk {
  WalkOptions options;
  std::vector<model::State> states;
  std::vector<std::string> names;  ///< one per state, in words, unique
  std::vector<Transition> transitions;
  std::size_t depth = 0;  ///< the longest shortest path from the empty repository
};

/// Takes every action in every state that can be reached from the empty repository: a search of
/// `model/check`.
/// Errors: options that make no sense; more than `most_states` states.
/// Complexity: states times actions, about 2 µs each.
[[nodiscard]] std::expected<Walk, std::string> walk(const WalkOptions& options);

/// The id of the attempt with this index: "a1" for 0.
[[nodiscard]] model::Id attempt_id(int index);

}  // namespace leasecheck::graph
