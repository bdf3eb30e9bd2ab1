#include "sim/conformance/observed_graph.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "sim/conformance/observation.hpp"

namespace leasecheck::sim {
namespace {

using Kind = ObservedEdge::Kind;

// -- the result ---------------------------------------------------------------------------------

Kind kind_of(const EdgeRecord& record) {
  if (record.model == 0) return Kind::extra;
  if (record.subject == 0) return Kind::missing;
  return record.apart == 0 ? Kind::equal : Kind::differs;
}

graph::Mark mark_of(Kind kind) {
  switch (kind) {
    case Kind::equal:
      return graph::Mark::none;
    case Kind::extra:
      return graph::Mark::added;
    case Kind::missing:
      return graph::Mark::removed;
    case Kind::differs:
      return graph::Mark::changed;
    case Kind::never_taken:
      return graph::Mark::untaken;
  }
  std::unreachable();
}

/// Puts a graph together from edges by name of their vertices.
class Drawing {
 public:
  explicit Drawing(const std::map<std::string, graph::Role>& roles) : roles_(roles) {}

  void add(const EdgeKey& key, std::uint64_t count, graph::Mark mark) {
    const std::size_t from = vertex(key.from);
    boost::add_edge(from, vertex(key.to), graph::Edge{key.op, key.guard, count, mark}, graph_);
  }

  [[nodiscard]] graph::Graph& graph() { return graph_; }

 private:
  std::size_t vertex(const std::string& name) {
    const auto [entry, is_new] = places_.try_emplace(name, boost::num_vertices(graph_));
    if (is_new) boost::add_vertex(graph::Vertex{name, roles_.at(name), 0}, graph_);
    return entry->second;
  }

  const std::map<std::string, graph::Role>& roles_;
  graph::Graph graph_;
  std::map<std::string, std::size_t> places_;
};

auto ends_as(traces::Result wanted) {
  return [wanted](const traces::Trace& trace) { return trace.verdict.result == wanted; };
}

class Comparison {
 public:
  Comparison(const ObserveOptions& options, const Walked& model, const Walked& subject)
      : options_(options), model_(model), subject_(subject), roles_(model.log.roles) {
    roles_.insert(subject.log.roles.begin(), subject.log.roles.end());
  }

  ObservedGraph result() {
    const Log& log = subject_.log;
    ObservedGraph found{.verdict = log.verdict,
                        .subject = {},
                        .both = {},
                        .edges = {},
                        .transitions = log.transitions,
                        .carried_out = log.carried_out,
                        .apart = log.apart,
                        .hidden = log.hidden,
                        .hidden_witness = {}};
    Drawing subject(roles_);
    Drawing both(roles_);
    for (const auto& [key, record] : log.edges) {
      found.edges.push_back(edge_of(key, record));
      if (record.subject > 0) subject.add(key, record.subject, graph::Mark::none);
      both.add(key, std::max(record.model, record.subject), mark_of(found.edges.back().kind));
    }
    for (const auto& [key, record] : model_.log.edges) {
      if (log.edges.contains(key)) continue;
      found.edges.push_back(never_taken(key, record));
      both.add(key, 0, graph::Mark::untaken);
    }
    std::ranges::sort(found.edges, {},
                      [](const ObservedEdge& edge) { return std::tie(edge.kind, edge.name); });
    found.subject = std::move(subject.graph());
    found.both = std::move(both.graph());
    if (log.nearest_hidden) {
      found.hidden_witness =
          witness_of(subject_, *log.nearest_hidden, options_.make, bounds(options_.backend),
                     ends_as(traces::Result::violated));
    }
    return found;
  }

 private:
  [[nodiscard]] WalkBounds bounds(const std::string& backend) const {
    return {.workers = options_.workers, .attempts = options_.attempts, .backend = backend};
  }

  [[nodiscard]] ObservedEdge edge_of(const EdgeKey& key, const EdgeRecord& record) const {
    ObservedEdge edge{.kind = kind_of(record),
                      .name = key.name(),
                      .model = record.model,
                      .subject = record.subject,
                      .apart = record.apart,
                      .instead = record.instead};
    if (edge.kind != Kind::equal && record.nearest) {
      edge.witness = witness_of(subject_, *record.nearest, options_.make, bounds(options_.backend),
                                ends_as(traces::Result::violated));
    }
    return edge;
  }

  [[nodiscard]] ObservedEdge never_taken(const EdgeKey& key, const EdgeRecord& record) const {
    ObservedEdge edge{.kind = Kind::never_taken, .name = key.name()};
    if (record.nearest) {
      edge.witness = witness_of(model_, *record.nearest, make_model, bounds("model"),
                                ends_as(traces::Result::held));
    }
    return edge;
  }

 public:
  static std::expected<std::unique_ptr<Subject>, BrokenSubject> make_model() {
    return make_model_subject();
  }

 private:
  const ObserveOptions& options_;
  const Walked& model_;
  const Walked& subject_;
  std::map<std::string, graph::Role> roles_;
};

}  // namespace

std::string_view word(Kind kind) {
  switch (kind) {
    case Kind::equal:
      return "equal";
    case Kind::extra:
      return "extra";
    case Kind::missing:
      return "missing";
    case Kind::differs:
      return "differs";
    case Kind::never_taken:
      return "never taken";
  }
  std::unreachable();
}

std::vector<const ObservedEdge*> ObservedGraph::of(Kind kind) const {
  std::vector<const ObservedEdge*> found;
  for (const ObservedEdge& edge : edges) {
    if (edge.kind == kind) found.push_back(&edge);
  }
  return found;
}

std::expected<ObservedGraph, std::string> observe(const ObserveOptions& options) {
  ObserveOptions of_model = options;
  of_model.progress = {};
  const auto model = walk_all(of_model, Comparison::make_model);
  if (!model) return std::unexpected(model.error());
  const auto subject = walk_all(options, options.make);
  if (!subject) return std::unexpected(subject.error());
  return Comparison(options, *model, *subject).result();
}

}  // namespace leasecheck::sim
