#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "leasecheck/check/graph.hpp"
#include "leasecheck/check/parallel.hpp"
#include "leasecheck/check/report.hpp"
#include "leasecheck/check/state_log.hpp"

namespace leasecheck::check {

/// The states of a shortest path to a state of level `depth`, found from the levels alone: nothing
/// about how a state was reached is stored with it. From the end backwards, each is the least
/// state of its level that has the following one among its successors.
///
/// Pre: `state` is in level `depth` of the log.
/// Returns: nothing if no state of a level leads on, which is so for no log that a search has
/// filled whose model is sound. Complexity: builds the successors of all earlier levels once more,
/// without any table.
template <Model M>
std::optional<std::vector<Encoded<M::encoded_words>>> shortest_path_codes(
    const Graph<M>& graph, const StateLog<M::encoded_words>& log, unsigned jobs,
    std::uint64_t depth, const Encoded<M::encoded_words>& state) {
  using Code = Encoded<M::encoded_words>;
  std::vector<Code> path(depth + 1, state);
  for (std::uint64_t level = depth; level-- > 0;) {
    const auto& runs = log.levels()[level].runs;
    std::vector<std::optional<Code>> best(jobs);
    std::atomic<std::size_t> next = 0;
    parallel(runs.size() > 1 ? jobs : 1, [&](unsigned job) {
      std::optional<Code>& least = best[job];
      const auto leads_on = [&](const Code& code) {
        bool found = false;
        graph.successors(graph.state(code), [&](const auto&, const typename M::State& successor) {
          found = found || graph.code(successor) == path[level + 1];
        });
        return found;
      };
      for (std::size_t run; (run = next.fetch_add(1)) < runs.size();) {
        for (const Code& code : runs[run]) {
          if ((!least || code < *least) && leads_on(code)) least = code;
        }
      }
    });
    std::optional<Code> least;
    for (const auto& found : best) {
      if (found && (!least || *found < *least)) least = found;
    }
    if (!least) return std::nullopt;
    path[level] = *least;
  }
  return path;
}

/// The step from `from` to the first successor whose code is `to`, if there is one.
template <Model M>
std::optional<typename Path<M>::Step> step_to(const Graph<M>& graph, const typename M::State& from,
                                              const Encoded<M::encoded_words>& to) {
  std::optional<typename Path<M>::Step> step;
  graph.model().successors(from, [&](const auto& action, const typename M::State& next) {
    if (!step && graph.code(next) == to) step = {action, next};
  });
  return step;
}

/// The execution whose states have these codes, from an initial state of the model, in the model's
/// own actions: under symmetry the codes stand for whole sets of states, the execution is one.
/// Returns: nothing if there is none.
template <Model M>
std::optional<Path<M>> execution(const Graph<M>& graph,
                                 const std::vector<Encoded<M::encoded_words>>& codes) {
  for (const auto& initial : graph.model().initial_states()) {
    if (graph.code(initial) != codes.front()) continue;
    Path<M> path{initial, {}, std::nullopt};
    for (std::size_t i = 1; i < codes.size(); ++i) {
      auto step = step_to(graph, path.last(), codes[i]);
      if (!step) return std::nullopt;
      path.steps.push_back(*std::move(step));
    }
    return path;
  }
  return std::nullopt;
}

/// A shortest execution to `state`: see the two functions before.
template <Model M>
std::optional<Path<M>> shortest_execution(const Graph<M>& graph,
                                          const StateLog<M::encoded_words>& log, unsigned jobs,
                                          std::uint64_t depth,
                                          const Encoded<M::encoded_words>& state) {
  const auto codes = shortest_path_codes(graph, log, jobs, depth, state);
  return codes ? execution(graph, *codes) : std::nullopt;
}

/// The execution as text: the initial state, then an action and a state per line, numbered.
template <Model M>
std::string describe(const M& model, const Path<M>& path) {
  std::string text = "0. " + model.describe(path.initial) + "\n";
  for (std::size_t i = 0; i < path.steps.size(); ++i) {
    const auto& [action, state] = path.steps[i];
    text += std::to_string(i + 1) + ". " + model.describe(action) + " -> " + model.describe(state);
    text += "\n";
  }
  if (!path.loop) return text;
  if (*path.loop == path.steps.size()) return text + "and stays so for ever\n";
  return text + "and again from " + std::to_string(*path.loop) + " for ever\n";
}

}  // namespace leasecheck::check
