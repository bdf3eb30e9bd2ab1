#include "model/graph/mermaid.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace leasecheck::graph {
namespace {

/// Words of Mermaid's own, which are no ids.
constexpr std::array<std::string_view, 16> reserved{
    "as",   "choice", "class", "classdef", "click", "default", "direction", "end",
    "fork", "graph",  "join",  "note",     "scale", "state",   "style",     "subgraph"};

bool is_plain(std::string_view name) {
  const auto is_sign = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.front() >= 'a' && name.front() <= 'z' &&
         std::ranges::all_of(name, is_sign) && !name.starts_with("legend") &&
         std::ranges::find(reserved, name) == reserved.end();
}

std::string id_of(const Vertex& vertex) {
  return is_plain(vertex.name) ? vertex.name : state_id(vertex.name);
}

/// Mermaid knows no escapes: its own signs become others.
std::string plain_text(std::string_view text) {
  static constexpr std::string_view own = "\"#;:<>`\\";
  std::string result;
  for (const char c : text) {
    result += c >= ' ' && c <= '~' && own.find(c) == std::string_view::npos ? c : '.';
  }
  return result;
}

std::string label_of(const Arrow& arrow, const Picture& picture) {
  std::string text;
  for (const std::string& line : label_lines(arrow, picture)) {
    text += (text.empty() ? "" : "<br/>") + plain_text(line);
  }
  return text;
}

std::string_view class_of(Role role) {
  switch (role) {
    case Role::initial:
      return "initial";
    case Role::ordinary:
      return "";
    case Role::terminal:
      return "terminal";
    case Role::failed:
      return "failed";
  }
  std::unreachable();
}

/// The colours of `dot.cpp`.
std::string_view stroke_of(Mark mark) {
  switch (mark) {
    case Mark::none:
      return "";
    case Mark::added:
      return "stroke:#0072B2,stroke-width:4px";
    case Mark::removed:
      return "stroke:#D55E00,stroke-width:2px,stroke-dasharray:8 4";
    case Mark::changed:
      return "stroke:#009E73,stroke-width:3px,stroke-dasharray:2 4";
    case Mark::untaken:
      return "stroke:#777777,stroke-width:1px,stroke-dasharray:6 4";
  }
  std::unreachable();
}

/// What is written before the arrows, for each arrow, and after them.
struct Parts {
  std::string head;
  std::vector<std::string> arrows;
  std::string tail;
};

std::string comments(const Graph& graph) {
  std::string text;
  for (const auto& [word, operations] : short_words_in(graph)) {
    text += "    %% " + plain_text(word) + " is";
    for (const std::string& operation : operations) text += " " + plain_text(operation);
    text += "\n";
  }
  return text;
}

std::string class_lines(const Graph& graph) {
  std::string text =
      "    classDef terminal fill:#d9ead3,stroke:#38761d,color:#1c2430\n"
      "    classDef failed fill:#f4cccc,stroke:#990000,color:#1c2430\n";
  for (const std::size_t vertex : drawing_order(graph)) {
    const Role role = graph[vertex].role;
    if (role != Role::terminal && role != Role::failed) continue;
    text += "    class " + id_of(graph[vertex]) + " " + std::string(class_of(role)) + "\n";
  }
  return text;
}

// Mermaid begins its layout at the state that it meets first, so that the arrows come before the
// names: the first one leaves the initial state.
Parts state_diagram(const Graph& graph, const Picture& picture) {
  Parts parts{
      .head = "stateDiagram-v2\n    direction TB\n" + comments(graph), .arrows = {}, .tail = {}};
  const auto id = [&graph](std::size_t vertex) {
    return graph[vertex].role == Role::initial ? "[*]" : id_of(graph[vertex]);
  };
  for (const Arrow& arrow : arrows_of(graph)) {
    parts.arrows.push_back("    " + id(arrow.from) + " --> " + id(arrow.to) + " : " +
                           label_of(arrow, picture) + "\n");
  }
  for (const std::size_t vertex : drawing_order(graph)) {
    if (graph[vertex].role == Role::initial) continue;
    parts.tail +=
        "    state \"" + plain_text(graph[vertex].name) + "\" as " + id_of(graph[vertex]) + "\n";
  }
  parts.tail += class_lines(graph);
  return parts;
}

std::string flowchart_vertex(const Vertex& vertex) {
  const std::string id = "    " + id_of(vertex);
  if (vertex.role == Role::initial) return id + "((\" \"))\n";
  const std::string_view sign = sign_of(vertex.mark);
  const std::string name = std::string(sign) + (sign.empty() ? "" : " ") + plain_text(vertex.name);
  const bool is_end = vertex.role != Role::ordinary;
  return id + (is_end ? "([\"" : "(\"") + name + (is_end ? "\"])\n" : "\")\n");
}

/// One arrow of each mark that has a meaning, beside the graph.
std::string flowchart_legend(const Graph& graph, const Picture& picture, std::size_t arrows) {
  const std::map<Mark, std::string> meanings = meanings_in(graph, picture);
  if (meanings.empty()) return "";
  std::string text = "    subgraph legend[\"Legend\"]\n";
  std::string styles;
  std::size_t number = 0;
  for (const auto& [mark, meaning] : meanings) {
    const std::string at = std::to_string(number);
    const std::string_view sign = sign_of(mark);
    text += "        legend_" + at + "a[\" \"] -->|\"" + std::string(sign) +
            (sign.empty() ? "" : " ") + plain_text(meaning) + "\"| legend_" + at + "b[\" \"]\n";
    if (mark != Mark::none) {
      styles += "    linkStyle " + std::to_string(arrows + number) + " " +
                std::string(stroke_of(mark)) + "\n";
    }
    ++number;
  }
  return text + "    end\n" + styles;
}

std::string marked_vertices(const Graph& graph) {
  std::string text;
  for (const std::size_t vertex : drawing_order(graph)) {
    const Mark mark = graph[vertex].mark;
    if (mark == Mark::none) continue;
    text += "    style " + id_of(graph[vertex]) + " " + std::string(stroke_of(mark)) + "\n";
  }
  return text;
}

Parts flowchart(const Graph& graph, const Picture& picture) {
  Parts parts{.head = "flowchart TB\n" + comments(graph), .arrows = {}, .tail = {}};
  for (const std::size_t vertex : drawing_order(graph)) {
    parts.head += flowchart_vertex(graph[vertex]);
  }
  const std::vector<Arrow> arrows = arrows_of(graph);
  std::uint64_t largest = 0;
  for (const Arrow& arrow : arrows) largest = std::max(largest, arrow.count());
  for (std::size_t i = 0; i < arrows.size(); ++i) {
    const Arrow& arrow = arrows[i];
    std::string line = "    " + id_of(graph[arrow.from]) + " -->|\"" + label_of(arrow, picture) +
                       "\"| " + id_of(graph[arrow.to]) + "\n";
    std::string style(stroke_of(arrow.mark));
    if (style.empty() && picture.counts == Picture::Counts::shown) {
      style = "stroke-width:" + std::to_string(width_in_tenths(arrow.count(), largest) / 10) + "px";
    }
    if (!style.empty()) line += "    linkStyle " + std::to_string(i) + " " + style + "\n";
    parts.arrows.push_back(std::move(line));
  }
  parts.tail =
      flowchart_legend(graph, picture, arrows.size()) + class_lines(graph) + marked_vertices(graph);
  return parts;
}

}  // namespace

std::expected<std::string, std::string> to_mermaid(const Graph& graph, const Picture& picture,
                                                   const MermaidLimits& limits) {
  const bool is_styled = picture.counts == Picture::Counts::shown || !picture.meanings.empty();
  const Parts parts = is_styled ? flowchart(graph, picture) : state_diagram(graph, picture);
  const auto refusal = [&](std::size_t drawn, std::string_view limit) {
    return std::unexpected("too large for Mermaid: " + std::string(limit) + "; of " +
                           std::to_string(boost::num_vertices(graph)) + " states and " +
                           std::to_string(parts.arrows.size()) + " arrows, " +
                           std::to_string(parts.arrows.size() - drawn) +
                           " arrows would be left out. Use a lens, or DOT.");
  };
  if (parts.arrows.size() > limits.edges) {
    return refusal(limits.edges, "the limit is " + std::to_string(limits.edges) + " arrows");
  }
  std::string text = parts.head;
  std::size_t drawn = 0;
  for (const std::string& line : parts.arrows) {
    if (text.size() + line.size() + parts.tail.size() > limits.characters) {
      return refusal(drawn, "the limit is " + std::to_string(limits.characters) + " characters");
    }
    text += line;
    ++drawn;
  }
  return text + parts.tail;
}

}  // namespace leasecheck::graph
