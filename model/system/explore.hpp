#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "leasecheck/check/report.hpp"
#include "leasecheck/check/searched_graph.hpp"
#include "model/lease_core/lease_core.hpp"
#include "model/system/lens.hpp"
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
  /// Of what is claimed: a `sometimes` that was never reached is told by name and violates nothing.
  check::Verdict verdict = check::Verdict::inconclusive;
  std::optional<check::Limit> limit;
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t depth = 0;
  double bytes_per_state = 0;
  double omission_odds = 0;
  std::vector<Finding> findings = {};
  std::optional<Reduction> reduction = {};
  std::optional<check::SearchedGraph> graph = {};

  /// Null if the world has no property of this name.
  [[nodiscard]] const Finding* find(std::string_view property) const;
};

/// What is wanted of a search beyond its findings.
struct Wanted {
  /// The graph that was searched, looked at through this lens.
  std::optional<Lens> graph;
  /// With symmetry: how many states those found stand for. Takes as long as part of the search.
  bool reduction = false;
};

/// Searches the world. The one place where the checker meets the system model.
/// Errors: bounds that are out of range, options that the checker refuses, a checkpoint that cannot
/// be read or written; in words.
[[nodiscard]] std::expected<Explored, std::string> explore(const Options& world,
                                                           const check::Options& how,
                                                           const Wanted& wanted = Wanted{});

/// The same for the benchmark's model, whose runs have no actions of this one, and whose graph has
/// no lens.
[[nodiscard]] std::expected<Explored, std::string> explore(const check::LeaseCore& model,
                                                           const check::Options& how,
                                                           const Wanted& wanted);

}  // namespace leasecheck::system
