#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "leasecheck/check/checked.hpp"
#include "leasecheck/check/searched_graph.hpp"

namespace leasecheck::check {

/// A way to look at the graph of a model: states of one class are one vertex, and what happens
/// within a class is not shown. Without `class_of` every state is a vertex of its own, under its
/// number and in words, and every transition is shown.
template <Model M>
struct View {
  std::function<std::string(const typename M::State&)> class_of = {};
  std::function<std::string(const typename M::Action&)> name_of = {};
};

/// Draws what a search has seen: see `searched_graph`.
template <Model M>
class GraphDrawing {
 public:
  GraphDrawing(const Checked<M>& checked, View<M> view)
      : checked_(checked),
        graph_(checked.graph()),
        view_(std::move(view)),
        claims_(graph_.model().properties()),
        budget_(checked.memory_left()) {}

  std::optional<SearchedGraph> run() && {
    if (!budget_.take(checked_.states * bytes_of_state)) return std::nullopt;
    found_.reserve(checked_.states);
    checked_.each_state([&](const State& state, std::uint64_t depth) {
      found_.emplace_back(depth, graph_.code(state));
    });
    std::ranges::sort(found_);
    for (const auto& [depth, code] : found_) {
      if (!add_vertex(depth, code)) return std::nullopt;
    }
    for (const auto& [depth, code] : found_) {
      if (!add_edges(code)) return std::nullopt;
    }
    drawn_.edges.reserve(counts_.size());
    for (auto& [ends, count] : counts_) {
      drawn_.edges.push_back({std::get<0>(ends), std::get<1>(ends), std::get<2>(ends), count});
    }
    return std::move(drawn_);
  }

 private:
  using State = typename M::State;
  using Code = Encoded<M::encoded_words>;

  /// What is kept of each state, and of each vertex and edge besides its name: here, in the graph
  /// that is handed out, in the one that is made of it to be exported, and in the exported text.
  static constexpr std::size_t bytes_of_state = 2 * sizeof(Code) + 64;
  static constexpr std::size_t bytes_of_part = 512;
  static constexpr std::size_t copies_of_name = 5;

  [[nodiscard]] bool take_part(const std::string& name) {
    return budget_.take(bytes_of_part + copies_of_name * name.size());
  }

  /// Returns: false if there is no memory left for it.
  [[nodiscard]] bool add_vertex(std::uint64_t depth, const Code& code) {
    const State state = graph_.state(code);
    const std::string name =
        view_.class_of ? view_.class_of(state)
                       : std::to_string(vertex_of_.size()) + ": " + graph_.model().describe(state);
    const auto [place, is_new] = vertex_of_name_.try_emplace(name, drawn_.vertices.size());
    if (is_new && !take_part(name)) return false;
    if (is_new) drawn_.vertices.push_back({.name = name, .is_end = true});
    SearchedGraph::Vertex& vertex = drawn_.vertices[place->second];
    ++vertex.states;
    vertex.is_initial |= depth == 0;
    vertex.is_bad |= is_bad(state);
    graph_.model().successors(state, [&](const auto&, const State& next) {
      const bool leads_out = view_.class_of ? view_.class_of(next) != name : next != state;
      if (leads_out) vertex.is_end = false;
    });
    vertex_of_.emplace(code, place->second);
    return true;
  }

  [[nodiscard]] bool is_bad(const State& state) const {
    return std::ranges::any_of(claims_, [&](const Property<M>& claim) {
      return claim.kind == Kind::always && !claim.holds(graph_.model(), state);
    });
  }

  // A bounded search has not found every successor.
  [[nodiscard]] bool add_edges(const Code& code) {
    const std::size_t from = vertex_of_.at(code);
    bool has_room = true;
    graph_.successors(graph_.state(code), [&](const auto& action, const State& next) {
      const auto to = vertex_of_.find(graph_.code(next));
      if (to == vertex_of_.end()) return;
      if (view_.class_of && to->second == from) return;
      const std::string name =
          view_.name_of ? view_.name_of(action) : graph_.model().describe(action);
      const std::size_t before = counts_.size();
      ++counts_[{from, to->second, name}];
      has_room = has_room && (counts_.size() == before || take_part(name));
    });
    return has_room;
  }

  const Checked<M>& checked_;
  const Graph<M>& graph_;
  View<M> view_;
  std::vector<Property<M>> claims_;
  Budget budget_;
  std::vector<std::pair<std::uint64_t, Code>> found_;
  std::map<Code, std::size_t> vertex_of_;
  std::map<std::string, std::size_t> vertex_of_name_;
  std::map<std::tuple<std::size_t, std::size_t, std::string>, std::uint64_t> counts_;
  SearchedGraph drawn_;
};

/// What was searched, looked at in this way. Returns: nothing if that, and what is made of it for
/// an export, would take more memory than the search was allowed and does not hold.
/// Complexity: builds the successors of all states once more; about a kilobyte a state.
template <Model M>
std::optional<SearchedGraph> searched_graph(const Checked<M>& checked, View<M> view = {}) {
  return GraphDrawing<M>(checked, std::move(view)).run();
}

}  // namespace leasecheck::check
