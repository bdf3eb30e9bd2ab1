#include "model/graph/tour.hpp"

#include <algorithm>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <boost/graph/strong_components.hpp>
#include <functional>
#include <limits>
#include <queue>
#include <utility>

// The flow is our own: Boost.Graph's minimum-cost flows send one path at a time and take minutes
// where a phase per distance takes a fraction of a second, since costs are 0 and 1 and detours
// short.

namespace leasecheck::graph {
namespace {

using Cost = std::int64_t;
constexpr Cost unreachable = std::numeric_limits<Cost>::max();
constexpr std::int64_t unbounded = std::numeric_limits<std::int64_t>::max() / 4;

/// A network of arcs with capacities, each beside its reverse: arc `i` and arc `i ^ 1`.
class Network {
 public:
  explicit Network(std::size_t vertices)
      : arcs_of_(vertices), potential_(vertices, 0), level_(vertices), next_(vertices) {}

  std::size_t add(std::uint32_t from, std::uint32_t to, Cost cost, std::int64_t capacity) {
    arcs_of_[from].push_back(arcs_.size());
    arcs_.push_back({to, capacity, cost});
    arcs_of_[to].push_back(arcs_.size());
    arcs_.push_back({from, 0, -cost});
    return arcs_.size() - 2;
  }

  /// What flows through the arc.
  [[nodiscard]] std::int64_t flow(std::size_t arc) const { return arcs_[arc ^ 1].capacity; }

  /// Sends as much as possible as cheaply as possible.
  std::int64_t send(std::uint32_t source, std::uint32_t sink) {
    std::int64_t sent = 0;
    while (shift_potentials(source, sink)) {
      while (level(source, sink)) {
        std::ranges::fill(next_, 0);
        while (const std::int64_t more = push(source, sink, unbounded)) sent += more;
      }
    }
    return sent;
  }

 private:
  struct Arc {
    std::uint32_t to;
    std::int64_t capacity;
    Cost cost;
  };

  [[nodiscard]] Cost reduced(std::uint32_t from, const Arc& arc) const {
    return arc.cost + potential_[from] - potential_[arc.to];
  }

  // Dijkstra over reduced costs, which are never negative; afterwards those along a shortest path
  // are zero.
  bool shift_potentials(std::uint32_t source, std::uint32_t sink) {
    std::vector<Cost> distance(arcs_of_.size(), unreachable);
    using Entry = std::pair<Cost, std::uint32_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
    open.emplace(distance[source] = 0, source);
    while (!open.empty()) {
      const auto [here, vertex] = open.top();
      open.pop();
      if (here != distance[vertex]) continue;
      for (const std::size_t number : arcs_of_[vertex]) {
        const Arc& arc = arcs_[number];
        const Cost there = here + reduced(vertex, arc);
        if (arc.capacity == 0 || there >= distance[arc.to]) continue;
        open.emplace(distance[arc.to] = there, arc.to);
      }
    }
    if (distance[sink] == unreachable) return false;
    // Beyond the sink nothing is shifted farther, so that reduced costs stay as they must.
    for (std::size_t vertex = 0; vertex < potential_.size(); ++vertex) {
      potential_[vertex] += std::min(distance[vertex], distance[sink]);
    }
    return true;
  }

  // Distances in arcs among those of reduced cost zero: pushing only from one level to the next
  // goes round no circle.
  bool level(std::uint32_t source, std::uint32_t sink) {
    std::ranges::fill(level_, -1);
    std::vector<std::uint32_t> open{source};
    level_[source] = 0;
    for (std::size_t i = 0; i < open.size(); ++i) {
      for (const std::size_t number : arcs_of_[open[i]]) {
        const Arc& arc = arcs_[number];
        if (arc.capacity == 0 || level_[arc.to] >= 0 || reduced(open[i], arc) != 0) continue;
        level_[arc.to] = level_[open[i]] + 1;
        open.push_back(arc.to);
      }
    }
    return level_[sink] >= 0;
  }

  std::int64_t push(std::uint32_t vertex, std::uint32_t sink, std::int64_t most) {
    if (vertex == sink) return most;
    for (std::size_t& i = next_[vertex]; i < arcs_of_[vertex].size(); ++i) {
      const std::size_t number = arcs_of_[vertex][i];
      Arc& arc = arcs_[number];
      const bool leads_on =
          arc.capacity > 0 && level_[arc.to] == level_[vertex] + 1 && reduced(vertex, arc) == 0;
      if (!leads_on) continue;
      if (const std::int64_t pushed = push(arc.to, sink, std::min(most, arc.capacity))) {
        arc.capacity -= pushed;
        arcs_[number ^ 1].capacity += pushed;
        return pushed;
      }
    }
    return 0;
  }

  std::vector<Arc> arcs_;
  std::vector<std::vector<std::size_t>> arcs_of_;
  std::vector<Cost> potential_;
  std::vector<std::int64_t> level_;
  std::vector<std::size_t> next_;
};

/// How often each arc is taken: once, and as often again as balances every vertex.
std::vector<std::int64_t> times_taken(std::size_t vertices, std::span<const TourArc> arcs) {
  const auto source = static_cast<std::uint32_t>(vertices);
  const auto sink = source + 1;
  Network network(vertices + 2);
  std::vector<std::int64_t> surplus(vertices, 0);
  std::vector<std::size_t> number_of(arcs.size());
  for (std::size_t i = 0; i < arcs.size(); ++i) {
    const TourArc& arc = arcs[i];
    ++surplus[arc.to];
    --surplus[arc.from];
    // A loop balances itself and leads nowhere.
    if (arc.from != arc.to) number_of[i] = network.add(arc.from, arc.to, arc.cost, unbounded);
  }
  for (std::uint32_t vertex = 0; vertex < vertices; ++vertex) {
    if (surplus[vertex] > 0) network.add(source, vertex, 0, surplus[vertex]);
    if (surplus[vertex] < 0) network.add(vertex, sink, 0, -surplus[vertex]);
  }
  network.send(source, sink);
  std::vector<std::int64_t> times(arcs.size(), 1);
  for (std::size_t i = 0; i < arcs.size(); ++i) {
    if (arcs[i].from != arcs[i].to) times[i] += network.flow(number_of[i]);
  }
  return times;
}

/// Numbers of arcs, grouped by where they begin.
std::vector<std::vector<std::uint32_t>> arcs_by_vertex(std::size_t vertices,
                                                       std::span<const TourArc> arcs) {
  std::vector<std::vector<std::uint32_t>> result(vertices);
  for (std::uint32_t i = 0; i < arcs.size(); ++i) result[arcs[i].from].push_back(i);
  return result;
}

// Every time the walk is stuck it is back where it began, and what it has left out hangs on a
// vertex that it has passed.
std::vector<std::uint32_t> euler_tour(std::span<const TourArc> arcs,
                                      const std::vector<std::vector<std::uint32_t>>& arcs_of,
                                      std::vector<std::int64_t> times) {
  std::vector<std::size_t> next(arcs_of.size(), 0);
  struct Step {
    std::uint32_t vertex;
    std::uint32_t by;  // the arc that led here
  };
  constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  std::vector<Step> walk{{0, none}};
  std::vector<std::uint32_t> tour;
  while (!walk.empty()) {
    const Step here = walk.back();
    std::size_t& i = next[here.vertex];
    while (i < arcs_of[here.vertex].size() && times[arcs_of[here.vertex][i]] == 0) ++i;
    if (i == arcs_of[here.vertex].size()) {
      if (here.by != none) tour.push_back(here.by);
      walk.pop_back();
      continue;
    }
    const std::uint32_t arc = arcs_of[here.vertex][i];
    --times[arc];
    walk.push_back({arcs[arc].to, arc});
  }
  std::ranges::reverse(tour);
  return tour;
}

using Csr = boost::compressed_sparse_row_graph<boost::directedS>;

Csr csr_of(std::size_t vertices, std::span<const TourArc> arcs) {
  std::vector<std::pair<std::size_t, std::size_t>> ends;
  ends.reserve(arcs.size());
  for (const TourArc& arc : arcs) ends.emplace_back(arc.from, arc.to);
  return {boost::edges_are_unsorted_multi_pass, ends.begin(), ends.end(), vertices};
}

}  // namespace

std::expected<Tour, std::string> covering_tour(std::size_t vertices,
                                               std::span<const TourArc> arcs) {
  if (vertices == 0) return Tour{};
  std::vector<std::size_t> component(vertices);
  const auto count = boost::strong_components(
      csr_of(vertices, arcs),
      boost::make_iterator_property_map(component.begin(), boost::identity_property_map{}));
  if (count != 1) {
    return std::unexpected("no tour covers all: there are " + std::to_string(count) +
                           " parts with no way back between them");
  }
  std::vector<std::int64_t> times = times_taken(vertices, arcs);
  Tour tour{.arcs = euler_tour(arcs, arcs_by_vertex(vertices, arcs), std::move(times)), .cost = 0};
  for (const std::uint32_t arc : tour.arcs) tour.cost += arcs[arc].cost;
  return tour;
}

Tour reordered(const Tour& tour, std::size_t vertices, std::span<const TourArc> arcs,
               std::span<const std::uint32_t> order) {
  std::vector<std::int64_t> times(arcs.size(), 0);
  for (const std::uint32_t arc : tour.arcs) ++times[arc];
  std::vector<std::vector<std::uint32_t>> arcs_of(vertices);
  for (const std::uint32_t arc : order) arcs_of[arcs[arc].from].push_back(arc);
  return {.arcs = euler_tour(arcs, arcs_of, std::move(times)), .cost = tour.cost};
}

std::expected<std::vector<std::uint32_t>, std::string> shortest_path(std::size_t vertices,
                                                                     std::span<const TourArc> arcs,
                                                                     std::uint32_t from,
                                                                     std::uint32_t to) {
  const auto arcs_of = arcs_by_vertex(vertices, arcs);
  std::vector<std::uint32_t> distance(vertices, std::numeric_limits<std::uint32_t>::max());
  std::vector<std::uint32_t> by(vertices);
  using Entry = std::pair<std::uint32_t, std::uint32_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
  open.emplace(distance[from] = 0, from);
  while (!open.empty()) {
    const auto [here, vertex] = open.top();
    open.pop();
    if (here != distance[vertex]) continue;
    for (const std::uint32_t number : arcs_of[vertex]) {
      const TourArc& arc = arcs[number];
      if (here + arc.cost >= distance[arc.to]) continue;
      by[arc.to] = number;
      open.emplace(distance[arc.to] = here + arc.cost, arc.to);
    }
  }
  if (distance[to] == std::numeric_limits<std::uint32_t>::max()) {
    return std::unexpected("there is no way from " + std::to_string(from) + " to " +
                           std::to_string(to));
  }
  std::vector<std::uint32_t> path;
  for (std::uint32_t at = to; at != from; at = arcs[by[at]].from) path.push_back(by[at]);
  std::ranges::reverse(path);
  return path;
}

}  // namespace leasecheck::graph
