#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "leasecheck/check/report.hpp"
#include "leasecheck/check/searched_graph.hpp"
#include "model/system/state.hpp"

namespace leasecheck::system {

/// One execution of a searched world.
struct Run {
  Options world;
  State initial;
  std::vector<Action> actions;
  /// In words: the initial state, then each action and the state it leads to.
  std::vector<std::string> lines;
  /// With a value the execution never ends: it goes on from the state after so many actions.
  std::optional<std::size_t> loop;
};

/// What became of one property.
struct Finding {
  std::string property;
  check::Kind kind = check::Kind::always;
  check::Verdict verdict = check::Verdict::inconclusive;
  std::uint64_t depth = 0;  ///< Of the nearest state that violates or shows it.
  std::optional<Run> counterexample;
};

/// What symmetry has saved.
struct Reduction {
  std::uint64_t represented = 0;  ///< States that those found stand for.
  std::uint64_t renamings = 1;    ///< No state stands for more.
};

/// The result of a search: `check::Report`, whatever the model and the size of a state.
struct Explored {
  /// Of what is claimed: a `sometimes` that was never reached is reported and violates nothing.
  check::Verdict verdict = check::Verdict::inconclusive;
  std::optional<check::Limit> limit;
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t depth = 0;
  double bytes_per_state = 0;
  double omission_odds = 0;
  std::string not_saved;  ///< Why there is no last checkpoint, in words; empty if there is.
  std::vector<Finding> findings = {};
  std::optional<Reduction> reduction = {};
  std::optional<check::SearchedGraph> graph = {};

  /// Null if the world has no property of this name.
  [[nodiscard]] const Finding* find(std::string_view property) const;
};

}  // namespace leasecheck::system
