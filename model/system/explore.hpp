#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/check/report.hpp"
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
  std::vector<Finding> findings;

  /// Null if the world has no property of this name.
  [[nodiscard]] const Finding* find(std::string_view property) const;
};

/// The report in this form; the runs are told in words, without world and actions.
template <check::Model M>
[[nodiscard]] Explored summary(const M& model, const check::Report<M>& report) {
  Explored explored{.verdict = report.limit ? check::Verdict::inconclusive : check::Verdict::held,
                    .limit = report.limit,
                    .states = report.states,
                    .transitions = report.transitions,
                    .depth = report.depth,
                    .bytes_per_state = report.bytes_per_state(),
                    .omission_odds = report.omission_odds,
                    .findings = {}};
  for (const auto& outcome : report.outcomes) {
    Finding finding{.property = outcome.property,
                    .kind = outcome.kind,
                    .verdict = outcome.verdict,
                    .depth = outcome.depth,
                    .counterexample = std::nullopt};
    if (outcome.counterexample) {
      const auto& path = *outcome.counterexample;
      Run run{.world = {}, .initial = {}, .actions = {}, .lines = {}, .loop = path.loop};
      run.lines.push_back(model.describe(path.initial));
      for (const auto& [action, state] : path.steps) {
        run.lines.push_back(model.describe(action) + " -> " + model.describe(state));
      }
      finding.counterexample = std::move(run);
    }
    const bool is_claimed = outcome.kind != check::Kind::sometimes;
    if (is_claimed && outcome.verdict == check::Verdict::violated) {
      explored.verdict = check::Verdict::violated;
    }
    explored.findings.push_back(std::move(finding));
  }
  return explored;
}

/// Searches the world. The one place where the checker meets the system model.
/// Errors: bounds that are out of range, options that the checker refuses, a checkpoint that cannot
/// be read or written; in words.
[[nodiscard]] std::expected<Explored, std::string> explore(const Options& world,
                                                           const check::Options& how);

}  // namespace leasecheck::system
