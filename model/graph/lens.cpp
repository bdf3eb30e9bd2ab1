#include "model/graph/lens.hpp"

#include <array>
#include <map>
#include <tuple>

namespace leasecheck::graph {
namespace {

using model::Attempt;
using model::Duration;
using model::Status;

const char* const absent = "absent";

std::string attempt_class(const Attempt* attempt, const WalkOptions&) {
  return attempt ? std::string(model::word(attempt->status)) : absent;
}

/// What attempts without a lease are, where nothing but the lease counts.
std::string class_without_lease(const Attempt* attempt) {
  if (attempt == nullptr) return absent;
  return model::is_terminal(attempt->status) ? "terminal" : "free";
}

std::string lease_class(const Attempt* attempt, const WalkOptions& options) {
  if (attempt == nullptr || !attempt->lease) return class_without_lease(attempt);
  const Duration left = attempt->lease->expires_at.time_since_epoch();
  if (left > Duration{0}) return "held_in_time";
  return left >= -options.grace ? "held_past_expiry" : "held_past_grace";
}

std::string worker_class(const Attempt* attempt, const WalkOptions&) {
  if (attempt == nullptr || !attempt->lease) return class_without_lease(attempt);
  return "held_by_" + attempt->lease->worker_id;
}

/// Adds the edges sorted, so that every exporter may print them as they come.
using SortedEdges =
    std::map<std::tuple<std::size_t, std::string, std::string, std::size_t>, std::uint64_t>;

void add_edges(const SortedEdges& edges, Graph& graph) {
  for (const auto& [edge, count] : edges) {
    const auto& [from, op, guard, to] = edge;
    boost::add_edge(from, to, Edge{op, guard, count}, graph);
  }
}

}  // namespace

constinit const Lens attempt_lens{"attempt", "Life cycle of an attempt", attempt_class};
constinit const Lens lease_lens{"lease", "An attempt's lease", lease_class};
constinit const Lens worker_lens{"worker", "Which worker holds an attempt", worker_class};

std::span<const Lens* const> all_lenses() {
  static constexpr std::array lenses{&attempt_lens, &lease_lens, &worker_lens};
  return lenses;
}

const Lens* find_lens(std::string_view name) {
  for (const Lens* lens : all_lenses()) {
    if (lens->name == name) return lens;
  }
  return nullptr;
}

Role role_of(const Attempt* attempt) {
  if (attempt == nullptr) return Role::initial;
  if (!model::is_terminal(attempt->status)) return Role::ordinary;
  return attempt->status == Status::failed ? Role::failed : Role::terminal;
}

Graph through(const Lens& lens, const Walk& walk, int attempt) {
  const model::Id id = attempt_id(attempt);
  Graph graph;
  std::map<std::string, std::size_t> vertex_of_class;
  std::vector<std::size_t> vertex_of_state;
  for (const model::State& state : walk.states) {
    const auto found = state.attempts.find(id);
    const Attempt* present = found == state.attempts.end() ? nullptr : &found->second;
    const std::string name = lens.class_of(present, walk.options);
    const auto [entry, is_new] = vertex_of_class.try_emplace(name, boost::num_vertices(graph));
    if (is_new) boost::add_vertex(Vertex{name, role_of(present), 0}, graph);
    Vertex& vertex = graph[entry->second];
    if (vertex.role != role_of(present)) vertex.role = Role::terminal;
    ++vertex.states;
    vertex_of_state.push_back(entry->second);
  }
  SortedEdges edges;
  for (const Transition& step : walk.transitions) {
    const std::size_t from = vertex_of_state[step.from];
    const std::size_t to = vertex_of_state[step.to];
    const bool is_own = step.attempt == attempt && step.effect == Effect::changed;
    const bool is_time = step.op == time_passes && from != to;
    if (!is_own && !is_time) continue;
    ++edges[{from, std::string(step.op), std::string(step.guard), to}];
  }
  add_edges(edges, graph);
  return graph;
}

Graph concrete(const Walk& walk) {
  Graph graph;
  for (const std::string& name : walk.names) boost::add_vertex(Vertex{name}, graph);
  if (!walk.names.empty()) graph[0].role = Role::initial;
  SortedEdges edges;
  for (const Transition& step : walk.transitions) {
    ++edges[{step.from, std::string(step.op), std::string(step.guard), step.to}];
  }
  add_edges(edges, graph);
  return graph;
}

}  // namespace leasecheck::graph
