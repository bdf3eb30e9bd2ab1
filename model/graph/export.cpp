#include "model/graph/export.hpp"

#include <algorithm>
#include <map>
#include <ranges>
#include <utility>
#include <vector>

namespace leasecheck::graph {
namespace {

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

/// A string in double quotes, as DOT and JSON read it. Names of this project are printable ASCII;
/// what is not becomes a question mark.
std::string quoted_text(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c >= ' ' && c <= '~' ? c : '?';
  }
  return result + '"';
}

auto vertices_of(const Graph& graph) {
  return std::views::iota(std::size_t{0}, std::size_t{boost::num_vertices(graph)});
}

/// Calls `visit(from, to, edge)` in the order of vertices and then of insertion.
template <class Visit>
void for_each_edge(const Graph& graph, Visit visit) {
  for (const std::size_t from : vertices_of(graph)) {
    const auto [begin, end] = boost::out_edges(from, graph);
    for (auto edge = begin; edge != end; ++edge) {
      visit(from, boost::target(*edge, graph), graph[*edge]);
    }
  }
}

/// Parallel edges are one arrow, with their labels sorted.
using Arrows = std::map<std::pair<std::size_t, std::size_t>, std::vector<std::string>>;

Arrows arrows_of(const Graph& graph) {
  Arrows arrows;
  for_each_edge(graph, [&](std::size_t from, std::size_t to, const Edge& edge) {
    arrows[{from, to}].push_back(edge.label());
  });
  for (auto& [_, labels] : arrows) std::ranges::sort(labels);
  return arrows;
}

bool is_plain(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string mermaid_id(const Graph& graph, std::size_t vertex) {
  const Vertex& properties = graph[vertex];
  if (properties.role == Role::initial) return "[*]";
  return is_plain(properties.name) ? properties.name : "s" + std::to_string(vertex);
}

/// Mermaid knows no escapes: its own signs become others.
std::string mermaid_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool is_safe = c >= ' ' && c <= '~' && c != '"' && c != ';' && c != ':' && c != '#';
    result += is_safe ? c : '.';
  }
  return result;
}

std::string mermaid_vertex(const Graph& graph, std::size_t vertex) {
  if (graph[vertex].role == Role::initial) return {};
  return "    state \"" + mermaid_text(graph[vertex].name) + "\" as " + mermaid_id(graph, vertex) +
         "\n";
}

std::string mermaid_arrow(const Graph& graph, const Arrows::value_type& arrow) {
  std::string text = "    " + mermaid_id(graph, arrow.first.first) + " --> " +
                     mermaid_id(graph, arrow.first.second) + " : ";
  std::string_view separator;
  for (const std::string& label : arrow.second) {
    text.append(separator).append(mermaid_text(label));
    separator = "<br/>";
  }
  return text + "\n";
}

std::string mermaid_styles(const Graph& graph) {
  std::string text =
      "    classDef terminal fill:#d9ead3,stroke:#38761d\n"
      "    classDef failed fill:#f4cccc,stroke:#990000\n";
  for (const std::size_t vertex : vertices_of(graph)) {
    const Role role = graph[vertex].role;
    if (role != Role::terminal && role != Role::failed) continue;
    text += "    class " + mermaid_id(graph, vertex) + " " + std::string(word(role)) + "\n";
  }
  return text;
}

std::string_view dot_style(Role role) {
  switch (role) {
    case Role::initial:
      return "shape=circle style=filled fillcolor=\"#333333\" label=\"\" width=0.2 fixedsize=true";
    case Role::ordinary:
      return "fillcolor=\"#eaf1fb\" color=\"#3d6fb4\"";
    case Role::terminal:
      return "fillcolor=\"#d9ead3\" color=\"#38761d\" peripheries=2";
    case Role::failed:
      return "fillcolor=\"#f4cccc\" color=\"#990000\" peripheries=2";
  }
  std::unreachable();
}

/// One line for each label, left-aligned.
std::string dot_label(const std::vector<std::string>& labels) {
  std::string text;
  for (const std::string& label : labels) {
    const std::string line = quoted_text(label);
    text += line.substr(1, line.size() - 2) + "\\l";
  }
  return "\"" + text + "\"";
}

std::string in_json(const Vertex& vertex) {
  return "{\"name\":" + quoted_text(vertex.name) + ",\"role\":" + quoted_text(word(vertex.role)) +
         ",\"states\":" + std::to_string(vertex.states) + "}";
}

std::string in_json(const Graph& graph, std::size_t from, std::size_t to, const Edge& edge) {
  return "{\"from\":" + quoted_text(graph[from].name) + ",\"op\":" + quoted_text(edge.op) +
         ",\"guard\":" + quoted_text(edge.guard) + ",\"to\":" + quoted_text(graph[to].name) +
         ",\"count\":" + std::to_string(edge.count) + "}";
}

/// Text between XML's signs, without what XML 1.0 cannot hold.
std::string in_xml(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      default:
        result += c >= ' ' && c <= '~' ? c : '?';
    }
  }
  return result;
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

std::expected<std::string, std::string> to_mermaid(const Graph& graph,
                                                   const MermaidLimits& limits) {
  const Arrows arrows = arrows_of(graph);
  const auto refusal = [&](std::size_t drawn, std::string_view limit) {
    return std::unexpected("too large for Mermaid: " + std::string(limit) + "; of " +
                           std::to_string(boost::num_vertices(graph)) + " states and " +
                           std::to_string(arrows.size()) + " arrows, " +
                           std::to_string(arrows.size() - drawn) +
                           " arrows would be left out. Use a lens, or DOT.");
  };
  if (arrows.size() > limits.edges) {
    return refusal(limits.edges, "the limit is " + std::to_string(limits.edges) + " arrows");
  }
  std::string text = "stateDiagram-v2\n    direction LR\n";
  for (const std::size_t vertex : vertices_of(graph)) text += mermaid_vertex(graph, vertex);
  const std::string styles = mermaid_styles(graph);
  std::size_t drawn = 0;
  for (const auto& arrow : arrows) {
    const std::string line = mermaid_arrow(graph, arrow);
    if (text.size() + line.size() + styles.size() > limits.characters) {
      return refusal(drawn, "the limit is " + std::to_string(limits.characters) + " characters");
    }
    text += line;
    ++drawn;
  }
  return text + styles;
}

std::string to_dot(const Graph& graph, std::string_view title) {
  // The first font is there wherever Graphviz is on Debian; a viewer without it takes one as wide.
  static constexpr std::string_view font = "fontname=\"DejaVu Sans,Verdana,sans-serif\"";
  std::string text = "digraph " + quoted_text(title) + " {\n";
  text.append("  graph [rankdir=LR nodesep=0.4 ranksep=0.5 bgcolor=white ").append(font);
  text.append("]\n  node [shape=box style=\"rounded,filled\" fontsize=13 margin=\"0.2,0.1\" ");
  text.append(font).append("]\n  edge [fontsize=10 color=\"#555555\" ").append(font).append("]\n");
  for (const std::size_t vertex : vertices_of(graph)) {
    text += "  " + quoted_text(graph[vertex].name) + " [" +
            std::string(dot_style(graph[vertex].role)) + "]\n";
  }
  for (const auto& [ends, labels] : arrows_of(graph)) {
    text += "  " + quoted_text(graph[ends.first].name) + " -> " +
            quoted_text(graph[ends.second].name) + " [label=" + dot_label(labels) + "]\n";
  }
  return text + "}\n";
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
  for (const std::size_t vertex : vertices_of(graph)) vertices.push_back(in_json(graph[vertex]));
  std::vector<std::string> edges;
  for_each_edge(graph, [&](std::size_t from, std::size_t to, const Edge& edge) {
    edges.push_back(in_json(graph, from, to, edge));
  });
  std::ranges::sort(edges);
  return "{\"title\":" + quoted_text(title) + ",\n\"vertices\":[\n" + joined(vertices, ",\n") +
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
  for (const std::size_t vertex : vertices_of(graph)) {
    text += "<node id=\"n" + std::to_string(vertex) + "\">" + datum("name", graph[vertex].name) +
            datum("role", word(graph[vertex].role)) +
            datum("states", std::to_string(graph[vertex].states)) + "</node>\n";
  }
  for_each_edge(graph, [&](std::size_t from, std::size_t to, const Edge& edge) {
    text += "<edge source=\"n" + std::to_string(from) + "\" target=\"n" + std::to_string(to) +
            "\">" + datum("op", edge.op) + datum("guard", edge.guard) +
            datum("count", std::to_string(edge.count)) + "</edge>\n";
  });
  return text + "</graph>\n</graphml>\n";
}

std::string to_aut(const Graph& graph) {
  std::string text = "des (0, " + std::to_string(boost::num_edges(graph)) + ", " +
                     std::to_string(boost::num_vertices(graph)) + ")\n";
  for_each_edge(graph, [&](std::size_t from, std::size_t to, const Edge& edge) {
    text += "(" + std::to_string(from) + ", " + quoted_text(edge.label()) + ", " +
            std::to_string(to) + ")\n";
  });
  return text;
}

}  // namespace leasecheck::graph
