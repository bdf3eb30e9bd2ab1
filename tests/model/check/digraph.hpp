#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "leasecheck/check/checker.hpp"

namespace leasecheck::tests {

using namespace leasecheck::check;

/// A model that is nothing but a graph: node 0 is initial, an edge is an action, and one property
/// is true of the marked nodes. Its encoding takes `words` words, every one of them.
template <std::size_t words = 1>
struct Digraph {
  struct Edge {
    std::uint32_t to = 0;
    std::optional<unsigned> fairness = {};
  };
  struct Action {
    std::uint32_t from = 0;
    Edge edge = {};
  };
  using State = std::uint32_t;
  static constexpr std::size_t encoded_words = words;

  std::vector<std::vector<Edge>> edges;
  Kind kind = Kind::always;
  std::vector<bool> marked = std::vector<bool>(edges.size(), kind == Kind::always);
  unsigned classes = 0;

  std::string name() const { return "digraph of " + std::to_string(edges.size()); }
  std::vector<State> initial_states() const { return {0}; }
  template <typename Emit>
  void successors(const State& state, Emit&& emit) const {
    for (const Edge& edge : edges[state]) emit(Action{state, edge}, edge.to);
  }
  Encoded<words> encode(const State& state) const {
    Encoded<words> code{};
    for (std::size_t i = 0; i < words; ++i) code[i] = state >> i;
    code[words - 1] = state;
    return code;
  }
  State decode(const Encoded<words>& code) const { return static_cast<State>(code[words - 1]); }
  std::vector<Property<Digraph>> properties() const {
    return {{"marked", kind, [](const Digraph& m, const State& s) { return bool(m.marked[s]); }}};
  }
  std::string describe(const State& state) const { return std::to_string(state); }
  std::string describe(const Action& action) const {
    return std::to_string(action.from) + " to " + std::to_string(action.edge.to);
  }
  unsigned fairness_classes() const { return classes; }
  std::optional<unsigned> fairness_class(const Action& action) const {
    return action.edge.fairness;
  }
};

/// A graph of `nodes` nodes in which node i leads to 2i + 1 and 2i + 2 and the last ones back to 0.
template <std::size_t words = 1>
Digraph<words> binary_tree(std::uint32_t nodes) {
  Digraph<words> model{.edges = std::vector<std::vector<typename Digraph<words>::Edge>>(nodes)};
  for (std::uint32_t i = 0; i < nodes; ++i) {
    for (const std::uint32_t child : {2 * i + 1, 2 * i + 2}) {
      model.edges[i].push_back({child < nodes ? child : 0});
    }
  }
  return model;
}

/// Runs a check that is expected to have no error.
template <typename M>
Report<M> run(const M& model, const Options& options = {}) {
  auto report = Checker(model, options).run();
  require(report.has_value(), report ? "" : report.error().c_str());
  return *std::move(report);
}

/// Whether each step of the path is one of the model's, from an initial state on.
template <typename M>
bool is_execution(const M& model, const Path<M>& path) {
  const auto initial = model.initial_states();
  bool valid = std::ranges::find(initial, path.initial) != initial.end();
  auto state = path.initial;
  for (const auto& step : path.steps) {
    bool found = false;
    model.successors(state, [&](const auto& action, const auto& next) {
      found =
          found || (next == step.state && model.describe(action) == model.describe(step.action));
    });
    valid = valid && found;
    state = step.state;
  }
  return valid;
}

}  // namespace leasecheck::tests
