#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "leasecheck/check/counterexample.hpp"
#include "leasecheck/check/graph.hpp"
#include "leasecheck/check/report.hpp"
#include "leasecheck/check/state_log.hpp"

namespace leasecheck::check {

/// A directed graph over 0 … n-1: the edges of `i` are `targets[first[i]]` up to `first[i + 1]`.
struct Edges {
  std::vector<std::uint64_t> first = {0};
  std::vector<std::uint32_t> targets;

  [[nodiscard]] std::span<const std::uint32_t> of(std::uint32_t node) const {
    return std::span(targets).subspan(first[node], first[node + 1] - first[node]);
  }
  [[nodiscard]] std::uint32_t nodes() const { return static_cast<std::uint32_t>(first.size() - 1); }
};

/// The strongly connected component of each node, numbered from 0.
/// Source: Tarjan, "Depth-First Search and Linear Graph Algorithms", 1972; without recursion.
std::vector<std::uint32_t> strong_components(const Edges& edges);

/// The nodes of a shortest path from `from` to the nearest node that is a `target`, both ends
/// included, through nodes that are `inside`. Pre: there is one.
std::vector<std::uint32_t> shortest_walk(const Edges& edges, std::uint32_t from,
                                         const std::function<bool(std::uint32_t)>& inside,
                                         const std::function<bool(std::uint32_t)>& target);

/// Decides an `eventually` on the part of the graph that avoids it, and shows how it is violated.
///
/// An execution violates it if it never leaves that part and is weakly fair: each class of fairness
/// is, again and again, disabled or taken. Steps that change nothing count neither as enabled nor
/// as taken, and an execution may go on without changing for ever if no class is enabled (this is
/// WF of TLA+). So a strongly connected component holds such an execution exactly if each class is
/// disabled in one of its states or taken on one of its edges: going round all of it is fair, and
/// a fair cycle in a part of it has what is asked for in the whole. A component of one state
/// without edges is the case in which nothing changes any more.
template <Model M>
class Liveness {
 public:
  using Code = Encoded<M::encoded_words>;
  using Log = StateLog<M::encoded_words>;

  /// Pre: `log` has every state of `graph`, which has neither symmetry nor partial-order reduction.
  Liveness(const Graph<M>& graph, const Log& log) : graph_(graph), log_(log) {}

  /// The memory that `run` takes for a part of so many states and transitions.
  static std::size_t bytes_for(std::uint64_t states, std::uint64_t transitions) {
    return states * (sizeof(Code) + 6 * sizeof(std::uint64_t)) +
           transitions * sizeof(std::uint32_t);
  }

  static constexpr std::uint64_t most_states = std::numeric_limits<std::uint32_t>::max();

  /// Pre: at most `most_states`.
  /// Returns: a weakly fair execution that never leaves the graph, if there is one: a shortest way
  /// to a component that has one, then round it.
  std::optional<Path<M>> run() {
    index();
    component_ = strong_components(edges_);
    weigh();
    const auto entry = nearest_fair();
    if (!entry) return std::nullopt;
    auto path = shortest_execution(graph_, log_, 1, entry->depth, entry->state);
    require(path.has_value(), "no execution leads to a state that was found");
    add_loop(*path, number(entry->state));
    return path;
  }

 private:
  static constexpr std::uint64_t changes = 1;  ///< The one class of a model that names none.

  void index() {
    for (const auto& level : log_.levels()) {
      for (const auto run : level.runs) codes_.insert(codes_.end(), run.begin(), run.end());
    }
    std::ranges::sort(codes_);
    for (const Code& code : codes_) {
      each_change(code, [&](std::uint64_t, std::uint32_t next) { edges_.targets.push_back(next); });
      edges_.first.push_back(edges_.targets.size());
    }
  }

  [[nodiscard]] std::uint32_t number(const Code& code) const {
    return static_cast<std::uint32_t>(std::ranges::lower_bound(codes_, code) - codes_.begin());
  }

  // Calls `visit(classes, next)` for each step within the graph that changes the state; returns
  // the classes that have such a step, whether it stays within the graph or not.
  template <typename Visit>
  std::uint64_t each_change(const Code& code, Visit&& visit) const {
    std::uint64_t enabled = 0;
    graph_.model().successors(graph_.state(code), [&](const auto& action, const auto& next) {
      const Code to = graph_.code(next);
      if (to == code) return;
      enabled |= classes(action);
      if (graph_.contains(next)) visit(classes(action), number(to));
    });
    return enabled;
  }

  [[nodiscard]] std::uint64_t classes(const typename M::Action& action) const {
    if constexpr (!Fair<M>)
      return changes;
    else {
      const auto of_action = graph_.model().fairness_class(action);
      return of_action ? std::uint64_t{1} << *of_action : 0;
    }
  }
  [[nodiscard]] std::uint64_t all_classes() const {
    if constexpr (!Fair<M>)
      return changes;
    else {
      const unsigned count = graph_.model().fairness_classes();
      return count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
    }
  }

  void weigh() {
    served_.assign(edges_.nodes(), 0);
    for (std::uint32_t node = 0; node < edges_.nodes(); ++node) {
      served_[component_[node]] |= serves(node);
    }
  }

  [[nodiscard]] bool fair(std::uint32_t node) const {
    return served_[component_[node]] == all_classes();
  }

  std::optional<Finding<Code>> nearest_fair() const {
    for (std::uint64_t depth = 0; depth < log_.levels().size(); ++depth) {
      std::optional<Code> least;
      for (const auto run : log_.levels()[depth].runs) {
        for (const Code& code : run) {
          if ((!least || code < *least) && fair(number(code))) least = code;
        }
      }
      if (least) return Finding<Code>{depth, *least};
    }
    return std::nullopt;
  }

  // From `entry`, which the path has reached, to a place that serves each class still owed, and
  // back.
  void add_loop(Path<M>& path, std::uint32_t entry) const {
    path.loop = path.steps.size();
    std::uint32_t here = entry;
    std::uint64_t owed = all_classes() & ~disabled(entry);
    while (owed != 0) {
      const std::uint64_t wanted = owed & -owed;
      here = walk(path, here, owed, [&](std::uint32_t node) { return serves(node) & wanted; });
      if ((owed & wanted) != 0) here = take(path, here, owed, wanted);
    }
    walk(path, here, owed, [&](std::uint32_t node) { return node == entry; });
  }

  [[nodiscard]] std::uint64_t disabled(std::uint32_t node) const {
    return all_classes() & ~each_change(codes_[node], [](std::uint64_t, std::uint32_t) {});
  }

  // The classes that are disabled at `node` or taken by a step from it within its component.
  [[nodiscard]] std::uint64_t serves(std::uint32_t node) const {
    std::uint64_t served = 0;
    const auto enabled = each_change(codes_[node], [&](std::uint64_t taken, std::uint32_t next) {
      if (component_[next] == component_[node]) served |= taken;
    });
    return served | (all_classes() & ~enabled);
  }

  // Goes on within the component to the nearest node that is a `target`; returns it.
  template <typename Target>
  std::uint32_t walk(Path<M>& path, std::uint32_t from, std::uint64_t& owed,
                     Target&& target) const {
    const auto inside = [&](std::uint32_t node) { return component_[node] == component_[from]; };
    const auto nodes = shortest_walk(edges_, from, inside, target);
    for (const std::uint32_t node : std::span(nodes).subspan(1)) {
      auto step = step_to(graph_, path.last(), codes_[node]);
      require(step.has_value(), "a state of a loop has no successor that goes on");
      path.steps.push_back(*std::move(step));
      owed &= ~(classes(path.steps.back().action) | disabled(node));
    }
    return nodes.back();
  }

  // Goes on by the first step of class `wanted` that stays within the component.
  std::uint32_t take(Path<M>& path, std::uint32_t from, std::uint64_t& owed,
                     std::uint64_t wanted) const {
    std::optional<typename Path<M>::Step> step;
    graph_.successors(graph_.state(codes_[from]), [&](const auto& action, const auto& next) {
      if (step || (classes(action) & wanted) == 0) return;
      const Code code = graph_.code(next);
      if (code != codes_[from] && component_[number(code)] == component_[from]) {
        step = {action, next};
      }
    });
    require(step.has_value(), "fairness_class() is not a function of the action");
    path.steps.push_back(*step);
    const std::uint32_t reached = number(graph_.code(step->state));
    owed &= ~(wanted | disabled(reached));
    return reached;
  }

  const Graph<M>& graph_;
  const Log& log_;
  std::vector<Code> codes_;  ///< Sorted: a state's number is its place here.
  Edges edges_;
  std::vector<std::uint32_t> component_;
  std::vector<std::uint64_t> served_;  ///< By component: classes disabled or taken in it.
};

}  // namespace leasecheck::check
