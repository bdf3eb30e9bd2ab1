#include "model/graph/difference.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "model/graph/export.hpp"

namespace leasecheck::graph {
namespace {

std::string times(std::uint64_t count) {
  return with_commas(count) + (count == 1 ? " time" : " times");
}

std::string in_words(const Vertex& vertex) {
  if (vertex.states == 0) return "in transitions";
  return std::string(word(vertex.role)) + ", " + with_commas(vertex.states) +
         (vertex.states == 1 ? " state" : " states");
}

bool is_known(const Vertex& vertex) {
  return vertex.states != 0;
}

void sort(std::vector<Change>& changes) {
  std::ranges::sort(changes, {},
                    [](const Change& change) { return std::tie(change.mark, change.name); });
}

/// The union of two graphs, while it is put together.
class Union {
 public:
  explicit Union(const Graph& older) : older_(older) {
    for (std::size_t vertex = 0; vertex < boost::num_vertices(older); ++vertex) {
      place(older[vertex]);
      difference_.both[vertex].mark = Mark::removed;
    }
    for_each_edge(older, [&](std::size_t from, std::size_t to, const Edge& edge) {
      edges_[{from, to, edge.op, edge.guard}] = {edge.count, edge.count, Mark::removed};
    });
  }

  Difference with(const Graph& newer) && {
    for (std::size_t vertex = 0; vertex < boost::num_vertices(newer); ++vertex) {
      add(newer[vertex]);
    }
    for_each_edge(newer, [&](std::size_t from, std::size_t to, const Edge& edge) {
      add(place(newer[from]), place(newer[to]), edge);
    });
    finish();
    return std::move(difference_);
  }

 private:
  struct Counts {
    std::uint64_t was;
    std::uint64_t is;
    Mark mark;
  };

  std::size_t place(const Vertex& vertex) {
    const auto [entry, is_new] =
        place_of_.try_emplace(vertex.name, boost::num_vertices(difference_.both));
    if (is_new) boost::add_vertex(vertex, difference_.both);
    return entry->second;
  }

  void add(const Vertex& vertex) {
    const std::size_t before = boost::num_vertices(difference_.both);
    const std::size_t at = place(vertex);
    Vertex& both = difference_.both[at];
    both.mark = Mark::none;
    if (at == before) {
      both.mark = Mark::added;
      difference_.states.push_back({Mark::added, vertex.name, "", in_words(vertex)});
      return;
    }
    if (!is_known(vertex) || !is_known(older_[at])) {
      if (is_known(vertex)) both = vertex;
      return;
    }
    if (in_words(vertex) == in_words(older_[at])) return;
    both = vertex;
    both.mark = Mark::changed;
    difference_.states.push_back(
        {Mark::changed, vertex.name, in_words(older_[at]), in_words(vertex)});
  }

  void add(std::size_t from, std::size_t to, const Edge& edge) {
    const auto [entry, is_new] = edges_.try_emplace({from, to, edge.op, edge.guard},
                                                    Counts{edge.count, edge.count, Mark::added});
    if (is_new) return;
    Counts& counts = entry->second;
    counts.is = edge.count;
    counts.mark = counts.was == counts.is ? Mark::none : Mark::changed;
  }

  void finish() {
    Graph& both = difference_.both;
    for (std::size_t vertex = 0; vertex < boost::num_vertices(both); ++vertex) {
      if (both[vertex].mark != Mark::removed) continue;
      difference_.states.push_back({Mark::removed, both[vertex].name, in_words(both[vertex]), ""});
    }
    for (const auto& [key, counts] : edges_) {
      const auto& [from, to, op, guard] = key;
      const Edge edge{op, guard, counts.is, counts.mark};
      boost::add_edge(from, to, edge, both);
      if (counts.mark == Mark::none) continue;
      difference_.transitions.push_back({counts.mark, edge_name(both, from, to, edge),
                                         counts.mark == Mark::added ? "" : times(counts.was),
                                         counts.mark == Mark::removed ? "" : times(counts.is)});
    }
    sort(difference_.states);
    sort(difference_.transitions);
  }

  const Graph& older_;
  Difference difference_;
  std::map<std::string, std::size_t> place_of_;
  std::map<std::tuple<std::size_t, std::size_t, std::string, std::string>, Counts> edges_;
};

std::string line_of(const Change& change, std::string_view kind) {
  std::string text;
  switch (change.mark) {
    case Mark::added:
      text.append("added    ").append(kind).append(" ").append(change.name);
      return text.append(" (").append(change.is).append(")\n");
    case Mark::removed:
      text.append("removed  ").append(kind).append(" ").append(change.name);
      return text.append(" (").append(change.was).append(")\n");
    case Mark::changed:
    case Mark::none:
    case Mark::untaken:
      text.append("changed  ").append(kind).append(" ").append(change.name);
      return text.append(" (").append(change.was).append("; now ").append(change.is).append(")\n");
  }
  std::unreachable();
}

std::string summary(std::string_view kind, const std::vector<Change>& changes, std::size_t all) {
  const auto number_of = [&](Mark mark) {
    return std::to_string(std::ranges::count(changes, mark, &Change::mark));
  };
  return std::string(kind) + ": " + number_of(Mark::added) + " added, " + number_of(Mark::removed) +
         " removed, " + number_of(Mark::changed) + " changed, " +
         std::to_string(all - changes.size()) + " as before\n";
}

}  // namespace

Difference difference(const Graph& older, const Graph& newer) {
  return Union(older).with(newer);
}

std::string in_words(const Difference& difference) {
  std::string text;
  for (const Change& change : difference.states) text += line_of(change, "state");
  for (const Change& change : difference.transitions) text += line_of(change, "transition");
  return text + summary("states", difference.states, boost::num_vertices(difference.both)) +
         summary("transitions", difference.transitions, boost::num_edges(difference.both));
}

Picture picture_of_difference(std::string_view title) {
  return {.title = title,
          .counts = Picture::Counts::hidden,
          .meanings = {{Mark::none, "in both graphs"},
                       {Mark::added, "only in the new graph"},
                       {Mark::removed, "only in the old graph"},
                       {Mark::changed, "in both, with another count"}}};
}

Graph only_marked(const Graph& graph) {
  Graph kept;
  std::map<std::size_t, std::size_t> places;
  const auto place = [&](std::size_t vertex) {
    const auto [entry, is_new] = places.try_emplace(vertex, boost::num_vertices(kept));
    if (is_new) boost::add_vertex(graph[vertex], kept);
    return entry->second;
  };
  for (std::size_t vertex = 0; vertex < boost::num_vertices(graph); ++vertex) {
    if (graph[vertex].mark != Mark::none) place(vertex);
  }
  for_each_edge(graph, [&](std::size_t from, std::size_t to, const Edge& edge) {
    if (edge.mark == Mark::none) return;
    const std::size_t start = place(from);
    boost::add_edge(start, place(to), edge, kept);
  });
  return kept;
}

}  // namespace leasecheck::graph
