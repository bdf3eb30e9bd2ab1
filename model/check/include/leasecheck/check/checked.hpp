#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "leasecheck/check/counterexample.hpp"
#include "leasecheck/check/report.hpp"
#include "leasecheck/check/search.hpp"

namespace leasecheck::check {

/// The graph of a search, and the states of it that the search has seen.
template <Model M>
struct Searched {
  using Code = Encoded<M::encoded_words>;

  Searched(const M& model, const Options& options)
      : graph(model, {.symmetry = options.symmetry, .partial_order = options.partial_order}),
        budget(options.memory_limit_bytes),
        search(options.jobs, budget),
        jobs(options.jobs) {}

  /// A shortest execution to a state of level `depth`. Returns: nothing if the levels have none,
  /// which those of a search of this model do, but not any that a file may claim to have seen.
  [[nodiscard]] std::optional<Path<M>> path(std::uint64_t depth, const Code& code) const {
    return shortest_execution(graph, search.log, jobs, depth, code);
  }

  Graph<M> graph;
  Budget budget;
  SearchState<M::encoded_words> search;
  unsigned jobs;
};

/// What a check has found: the report, and the states that it was found in.
///
/// Pre: the model outlives it. Thread: any, one at a time.
template <Model M>
class Checked : public Report<M> {
 public:
  using State = typename M::State;

  Checked(Report<M> report, std::unique_ptr<const Searched<M>> searched)
      : Report<M>(std::move(report)), searched_(std::move(searched)) {}

  /// The graph that was searched, reductions included.
  [[nodiscard]] const Graph<M>& graph() const { return searched_->graph; }

  /// The bytes that the search was allowed and does not hold.
  [[nodiscard]] std::size_t memory_left() const { return searched_->budget.left(); }

  /// How many states those that were found stand for: with symmetry more than there are, and
  /// exactly those that a search without it would have found.
  [[nodiscard]] std::uint64_t represented_states() const requires CountsRenamings<M> {
    if (!graph().has_symmetry()) return this->states;
    std::uint64_t count = 0;
    each_state([&](const State& state, std::uint64_t) { count += graph().model().orbit(state); });
    return count;
  }

  /// A shortest execution to `state`, or under a reduction to one that stands for it; none if the
  /// search has not seen it.
  /// Complexity: looks through all states, then builds the successors of the levels before.
  [[nodiscard]] std::optional<Path<M>> path_to(const State& state) const {
    const auto code = graph().code(state);
    const auto& levels = searched_->search.log.levels();
    for (std::uint64_t depth = 0; depth < levels.size(); ++depth) {
      for (const auto run : levels[depth].runs) {
        if (std::ranges::find(run, code) != run.end()) return searched_->path(depth, code);
      }
    }
    return std::nullopt;
  }

  /// Calls `visit(state, depth)` for every state that was found, nearer ones first, those of one
  /// depth in no particular order.
  template <typename Visit>
  void each_state(Visit&& visit) const {
    const auto& levels = searched_->search.log.levels();
    for (std::uint64_t depth = 0; depth < levels.size(); ++depth) {
      for (const auto run : levels[depth].runs) {
        for (const auto& code : run) visit(graph().state(code), depth);
      }
    }
  }

 private:
  std::unique_ptr<const Searched<M>> searched_;
};

}  // namespace leasecheck::check
