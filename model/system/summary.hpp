#pragma once

#include "leasecheck/check/checker.hpp"
#include "leasecheck/check/drawing.hpp"
#include "model/system/explored.hpp"

namespace leasecheck::system {

/// What a search has found, in words: of any model.
template <check::Model M>
[[nodiscard]] Run described(const M& model, const check::Path<M>& path) {
  Run run{.world = {}, .initial = {}, .actions = {}, .lines = {}, .loop = path.loop};
  run.lines.push_back(model.describe(path.initial));
  for (const auto& [action, state] : path.steps) {
    run.lines.push_back(model.describe(action) + " -> " + model.describe(state));
  }
  return run;
}

/// The report in the form of `Explored`; runs without world and actions, and no graph.
template <check::Model M>
[[nodiscard]] Explored summary(const M& model, const check::Report<M>& report) {
  Explored explored{.verdict = report.limit ? check::Verdict::inconclusive : check::Verdict::held,
                    .limit = report.limit,
                    .states = report.states,
                    .transitions = report.transitions,
                    .depth = report.depth,
                    .bytes_per_state = report.bytes_per_state(),
                    .omission_odds = report.omission_odds,
                    .not_saved = report.not_saved};
  for (const auto& outcome : report.outcomes) {
    Finding finding{.property = outcome.property,
                    .kind = outcome.kind,
                    .verdict = outcome.verdict,
                    .depth = outcome.depth,
                    .counterexample = std::nullopt};
    if (outcome.counterexample) finding.counterexample = described(model, *outcome.counterexample);
    const bool is_claimed = outcome.kind != check::Kind::sometimes;
    if (is_claimed && outcome.verdict == check::Verdict::violated) {
      explored.verdict = check::Verdict::violated;
    }
    explored.findings.push_back(std::move(finding));
  }
  return explored;
}

/// What a search with symmetry has saved.
template <check::CountsRenamings M>
[[nodiscard]] Reduction reduction(const M& model, const check::Checked<M>& checked) {
  return {.represented = checked.represented_states(), .renamings = model.renamings()};
}

}  // namespace leasecheck::system
