#include "model/graph/dot.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "model/graph/escaped.hpp"

// The colours of the marks are those of Okabe and Ito ("Color Universal Design", 2008), which
// people tell apart whatever their colour vision; texts are darker ones of the same hue. Each mark
// has a sign and a style of line of its own besides.

namespace leasecheck::graph {
namespace {

// The first font is there wherever Graphviz is on Debian; a viewer without it takes one as wide.
constexpr std::string_view font = "fontname=\"DejaVu Sans,Verdana,sans-serif\"";

struct Look {
  std::string_view line;
  std::string_view text;
  std::string_view style;   ///< of the line
  std::string_view sample;  ///< the line, in letters
};

Look look_of(Mark mark) {
  switch (mark) {
    case Mark::none:
      return {"#555555", "#222222", "solid", "-----"};
    case Mark::added:
      return {"#0072B2", "#005A8C", "bold", "====="};
    case Mark::removed:
      return {"#D55E00", "#A34700", "dashed", "- - -"};
    case Mark::changed:
      return {"#009E73", "#006B4E", "dotted", ". . ."};
    case Mark::untaken:
      return {"#777777", "#5C5C5C", "dashed", "- - -"};
  }
  std::unreachable();
}

std::string_view style_of(Role role) {
  switch (role) {
    case Role::initial:
      return "shape=circle style=filled fillcolor=\"#333333\" label=\"\" width=0.2 "
             "fixedsize=true";
    case Role::ordinary:
      return "fillcolor=\"#eaf1fb\" color=\"#3d6fb4\"";
    case Role::terminal:
      return "fillcolor=\"#d9ead3\" color=\"#38761d\" peripheries=2";
    case Role::failed:
      return "fillcolor=\"#f4cccc\" color=\"#990000\" peripheries=2";
  }
  std::unreachable();
}

std::string vertex_line(const Vertex& vertex) {
  std::string text = "  " + in_quotes(vertex.name) + " [id=" + state_id(vertex.name) + " " +
                     std::string(style_of(vertex.role));
  if (vertex.mark != Mark::none) {
    const Look look = look_of(vertex.mark);
    text += " label=" + in_quotes(std::string(sign_of(vertex.mark)) + " " + vertex.name);
    text.append(" color=\"").append(look.line).append("\" fontcolor=\"").append(look.text);
    text.append("\" penwidth=3 style=\"rounded,filled,").append(look.style).append("\"");
  }
  return text + "]\n";
}

std::string in_tenths(unsigned tenths) {
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

/// Blanks keep the text away from its line.
std::string label_of(const Arrow& arrow, const Picture& picture) {
  std::string text;
  for (const std::string& line : label_lines(arrow, picture)) {
    text += (text.empty() ? " " : "\\n ") + escaped(line) + " ";
  }
  return "\"" + text + "\"";
}

/// All edges of the arrow, for who points at it.
std::string tooltip_of(const Graph& graph, const Arrow& arrow) {
  std::string text;
  for (const Edge* edge : arrow.edges) {
    if (!text.empty()) text += "\\n";
    text +=
        escaped(edge_name(graph, arrow.from, arrow.to, *edge)) + ": " + with_commas(edge->count);
  }
  return "\"" + text + "\"";
}

bool is_end(const Vertex& vertex) {
  return vertex.role == Role::terminal || vertex.role == Role::failed;
}

/// Whether the arrow leads from the lowest row up to a state that another one leads down from: left
/// to itself, Graphviz lays the ends of the two over each other.
bool is_way_back(const Graph& graph, const Arrow& arrow, const std::vector<Arrow>& arrows) {
  return is_end(graph[arrow.from]) && std::ranges::any_of(arrows, [&arrow](const Arrow& other) {
           return other.from == arrow.to && other.to == arrow.from;
         });
}

std::string arrow_line(const Graph& graph, const Arrow& arrow, const Picture& picture,
                       const std::vector<Arrow>& arrows, std::uint64_t largest) {
  const std::string& from = graph[arrow.from].name;
  const std::string& to = graph[arrow.to].name;
  const std::string tooltip = tooltip_of(graph, arrow);
  std::string text = "  " + in_quotes(from) + " -> " + in_quotes(to) +
                     " [label=" + label_of(arrow, picture) + " tooltip=" + tooltip +
                     " labeltooltip=" + tooltip;
  if (is_way_back(graph, arrow, arrows)) text += " tailport=e headport=e";
  if (arrow.mark != Mark::none) {
    const Look look = look_of(arrow.mark);
    text.append(" style=").append(look.style).append(" color=\"").append(look.line);
    text.append("\" fontcolor=\"").append(look.text).append("\"");
    if (arrow.mark != Mark::untaken) text += " penwidth=2.5";
  } else if (picture.counts == Picture::Counts::shown) {
    text += " penwidth=" + in_tenths(width_in_tenths(arrow.count(), largest));
  }
  return text + "]\n";
}

// -- legend -------------------------------------------------------------------------------------

std::string cell(std::string_view text) {
  return "<TD ALIGN=\"LEFT\">" + in_xml(text) + "&nbsp;&nbsp;</TD>";
}

std::string coloured(Mark mark, std::string_view text) {
  return "<FONT COLOR=\"" + std::string(look_of(mark).text) + "\">" + in_xml(text) + "</FONT>";
}

std::string row_across(const std::string& markup) {
  return "<TR><TD ALIGN=\"LEFT\" COLSPAN=\"2\">" + markup + "</TD></TR>";
}

/// The short words, two in a row.
std::string word_rows(const Graph& graph) {
  std::string rows;
  bool is_left = true;
  for (const auto& [word, operations] : short_words_in(graph)) {
    std::string meaning;
    for (const std::string& operation : operations) {
      meaning += (meaning.empty() ? "" : ", ") + operation;
    }
    rows += (is_left ? "<TR>" : "") + cell(word + ": " + meaning) + (is_left ? "" : "</TR>");
    is_left = !is_left;
  }
  return rows + (is_left ? "" : "</TR>");
}

/// What a mark stands for, and the edges that have it by name.
std::string mark_rows(const Graph& graph, Mark mark, const std::string& meaning,
                      std::size_t most_named) {
  const std::vector<std::string> names = edges_marked(graph, mark);
  const Look look = look_of(mark);
  std::string rows = row_across(coloured(
      mark,
      std::string(look.sample) + " " + std::string(sign_of(mark)) +
          (sign_of(mark).empty() ? "" : " ") + meaning +
          (names.empty() || mark == Mark::none ? "" : " (" + std::to_string(names.size()) + ")")));
  if (mark == Mark::none) return rows;
  for (std::size_t i = 0; i < std::min(names.size(), most_named); ++i) {
    rows += row_across("&nbsp;&nbsp;&nbsp;&nbsp;" + in_xml(names[i]));
  }
  if (most_named > 0 && names.size() > most_named) {
    rows += row_across("&nbsp;&nbsp;&nbsp;&nbsp;and " + std::to_string(names.size() - most_named) +
                       " more");
  }
  return rows;
}

std::string legend(const Graph& graph, const Picture& picture) {
  std::string rows;
  for (const auto& [mark, meaning] : meanings_in(graph, picture)) {
    rows += mark_rows(graph, mark, meaning, picture.most_named);
  }
  if (picture.counts == Picture::Counts::shown) {
    rows += row_across(
        "(12k): how often it was taken, 12 thousand times; thicker lines are taken more often");
  }
  rows += word_rows(graph);
  if (rows.empty()) return "";
  return "  label=<<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"1\">" +
         rows + "</TABLE>> labelloc=b labeljust=l fontsize=12\n";
}

}  // namespace

std::string to_dot(const Graph& graph, const Picture& picture) {
  std::string text = "digraph " + in_quotes(picture.title) + " {\n";
  text.append("  graph [rankdir=TB nodesep=0.3 ranksep=0.45 pad=0.15 bgcolor=white ").append(font);
  text.append("]\n  node [shape=box style=\"rounded,filled\" fontsize=15 margin=\"0.12,0.08\" ");
  text.append(font).append("]\n  edge [fontsize=14 color=\"#555555\" fontcolor=\"#222222\" ");
  text.append("arrowsize=0.8 ").append(font).append("]\n").append(legend(graph, picture));
  std::string ends;
  for (const std::size_t vertex : drawing_order(graph)) {
    (is_end(graph[vertex]) ? ends : text) += vertex_line(graph[vertex]);
  }
  if (!ends.empty()) text += "  { rank=sink\n" + ends + "  }\n";
  const std::vector<Arrow> arrows = arrows_of(graph);
  std::uint64_t largest = 0;
  for (const Arrow& arrow : arrows) largest = std::max(largest, arrow.count());
  for (const Arrow& arrow : arrows) {
    text += arrow_line(graph, arrow, picture, arrows, largest);
  }
  return text + "}\n";
}

}  // namespace leasecheck::graph
