#include "model/graph/export.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "model/graph/escaped.hpp"
#include "model/graph/picture.hpp"

namespace leasecheck::graph {
namespace {

std::string in_json(const Vertex& vertex) {
  return "{\"id\":" + in_quotes(state_id(vertex.name)) + ",\"name\":" + in_quotes(vertex.name) +
         ",\"role\":" + in_quotes(word(vertex.role)) +
         ",\"states\":" + std::to_string(vertex.states) + "}";
}

std::string in_json(const Graph& graph, std::size_t from, std::size_t to, const Edge& edge) {
  return "{\"from\":" + in_quotes(graph[from].name) + ",\"op\":" + in_quotes(edge.op) +
         ",\"guard\":" + in_quotes(edge.guard) + ",\"to\":" + in_quotes(graph[to].name) +
         ",\"count\":" + std::to_string(edge.count) + "}";
}

std::string datum(std::string_view key, std::string_view value) {
  return "<data key=\"" + std::string(key) + "\">" + in_xml(value) + "</data>";
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += separator;
    text += part;
  }
  return text;
}

}  // namespace

std::string_view word(Role role) {
  switch (role) {
    case Role::initial:
      return "initial";
    case Role::ordinary:
      return "ordinary";
    case Role::terminal:
      return "terminal";
    case Role::failed:
      return "failed";
  }
  std::unreachable();
}

std::string to_words(const Graph& graph) {
  std::vector<std::string> lines;
  for_each_edge(graph, [&](std::size_t from, std::size_t to, const Edge& edge) {
    lines.push_back(edge_name(graph, from, to, edge) + ": " + with_commas(edge.count) + "\n");
  });
  std::ranges::sort(lines);
  return joined(lines, "");
}

std::string to_tsv(const Graph& graph) {
  std::vector<std::string> rows;
  for_each_edge(graph, [&](std::size_t from, std::size_t to, const Edge& edge) {
    rows.push_back(graph[from].name + "\t" + edge.op + "\t" + edge.guard + "\t" + graph[to].name +
                   "\t" + std::to_string(edge.count) + "\n");
  });
  std::ranges::sort(rows);
  return "from\top\tguard\tto\tcount\n" + joined(rows, "");
}

std::string to_json(const Graph& graph, std::string_view title) {
  std::vector<std::string> vertices;
  for (const std::size_t vertex : drawing_order(graph)) vertices.push_back(in_json(graph[vertex]));
  std::vector<std::string> edges;
  for_each_edge(graph, [&](std::size_t from, std::size_t to, const Edge& edge) {
    edges.push_back(in_json(graph, from, to, edge));
  });
  std::ranges::sort(edges);
  return "{\"title\":" + in_quotes(title) + ",\n\"vertices\":[\n" + joined(vertices, ",\n") +
         "],\n\"edges\":[\n" + joined(edges, ",\n") + "]}\n";
}

std::string to_graphml(const Graph& graph) {
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n"
      "<key id=\"name\" for=\"node\" attr.name=\"name\" attr.type=\"string\"/>\n"
      "<key id=\"role\" for=\"node\" attr.name=\"role\" attr.type=\"string\"/>\n"
      "<key id=\"states\" for=\"node\" attr.name=\"states\" attr.type=\"long\"/>\n"
      "<key id=\"op\" for=\"edge\" attr.name=\"op\" attr.type=\"string\"/>\n"
      "<key id=\"guard\" for=\"edge\" attr.name=\"guard\" attr.type=\"string\"/>\n"
      "<key id=\"count\" for=\"edge\" attr.name=\"count\" attr.type=\"long\"/>\n"
      "<graph edgedefault=\"directed\">\n";
  for (const std::size_t vertex : drawing_order(graph)) {
    text += "<node id=\"" + state_id(graph[vertex].name) + "\">" +
            datum("name", graph[vertex].name) + datum("role", word(graph[vertex].role)) +
            datum("states", std::to_string(graph[vertex].states)) + "</node>\n";
  }
  std::vector<std::string> edges;
  for_each_edge(graph, [&](std::size_t from, std::size_t to, const Edge& edge) {
    edges.push_back("<edge source=\"" + state_id(graph[from].name) + "\" target=\"" +
                    state_id(graph[to].name) + "\">" + datum("op", edge.op) +
                    datum("guard", edge.guard) + datum("count", std::to_string(edge.count)) +
                    "</edge>\n");
  });
  std::ranges::sort(edges);
  text += joined(edges, "");
  return text + "</graph>\n</graphml>\n";
}

std::string to_aut(const Graph& graph) {
  std::string text = "des (0, " + std::to_string(boost::num_edges(graph)) + ", " +
                     std::to_string(boost::num_vertices(graph)) + ")\n";
  for_each_edge(graph, [&](std::size_t from, std::size_t to, const Edge& edge) {
    text += "(" + std::to_string(from) + ", " + in_quotes(edge.label()) + ", " +
            std::to_string(to) + ")\n";
  });
  return text;
}

}  // namespace leasecheck::graph
