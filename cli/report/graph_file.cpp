#include "cli/report/graph_file.hpp"

#include <array>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <ranges>
#include <set>
#include <tuple>
#include <vector>

#include "cli/report/file_reader.hpp"
#include "model/graph/export.hpp"
#include "traces/json.hpp"

namespace leasecheck::cli {
namespace {

using graph::Graph;
using graph::Role;
using traces::Json;

constexpr std::string_view heading = "from\top\tguard\tto\tcount";

/// Where something is wrong, and what: "line 3: expected …", "edges[2].count: expected …".
struct Wrong {
  std::string text;
};

/// A graph while it is read. Throws: Wrong.
class Builder {
 public:
  std::size_t add(const std::string& place, graph::Vertex vertex) {
    const auto [entry, is_new] = place_of_.try_emplace(vertex.name, boost::num_vertices(graph_));
    if (!is_new) throw Wrong{place + ": a second state named \"" + vertex.name + "\""};
    boost::add_vertex(std::move(vertex), graph_);
    return entry->second;
  }

  std::size_t vertex(const std::string& place, const std::string& name) const {
    const auto found = place_of_.find(name);
    if (found != place_of_.end()) return found->second;
    throw Wrong{place + ": expected the name of a state, found \"" + name + "\""};
  }

  std::size_t vertex_or_new(const std::string& name) {
    const auto found = place_of_.find(name);
    return found == place_of_.end() ? add("", {.name = name, .states = 0}) : found->second;
  }

  void add(const std::string& place, std::size_t from, std::size_t to, graph::Edge edge) {
    if (!seen_.emplace(from, to, edge.op, edge.guard).second) {
      throw Wrong{place + ": a second transition " + graph::edge_name(graph_, from, to, edge)};
    }
    boost::add_edge(from, to, std::move(edge), graph_);
  }

  [[nodiscard]] Graph& graph() { return graph_; }

 private:
  Graph graph_;
  std::map<std::string, std::size_t> place_of_;
  std::set<std::tuple<std::size_t, std::size_t, std::string, std::string>> seen_;
};

// -- JSON ---------------------------------------------------------------------------------------

const Json& member(const Json& object, const std::string& place, const char* name) {
  if (!object.is_object()) throw Wrong{place + traces::expected("an object", object)};
  const auto found = object.find(name);
  if (found == object.end()) throw Wrong{place + ": expected a field \"" + name + "\", found none"};
  return *found;
}

const Json& array(const Json& document, const char* name) {
  const Json& found = member(document, "the document", name);
  if (!found.is_array()) throw Wrong{name + traces::expected("an array", found)};
  return found;
}

std::string text(const Json& object, const std::string& place, const char* name) {
  const Json& found = member(object, place, name);
  if (!found.is_string()) throw Wrong{place + "." + name + traces::expected("a string", found)};
  return found.get<std::string>();
}

std::uint64_t number(const Json& object, const std::string& place, const char* name) {
  const Json& found = member(object, place, name);
  if (found.is_number_unsigned()) return found.get<std::uint64_t>();
  throw Wrong{place + "." + name + traces::expected("a whole number from 0 on", found)};
}

Role role(const Json& object, const std::string& place) {
  const std::string found = text(object, place, "role");
  constexpr std::array roles{Role::initial, Role::ordinary, Role::terminal, Role::failed};
  for (const Role candidate : roles) {
    if (graph::word(candidate) == found) return candidate;
  }
  throw Wrong{place + ".role: expected initial, ordinary, terminal or failed, found \"" + found +
              "\""};
}

Graph from_json(std::string_view json) {
  const auto document = traces::parse_json(json);
  if (!document) throw Wrong{document.error()};
  Builder builder;
  std::size_t index = 0;
  for (const Json& vertex : array(*document, "vertices")) {
    const std::string place = "vertices[" + std::to_string(index++) + "]";
    builder.add(place, {.name = text(vertex, place, "name"),
                        .role = role(vertex, place),
                        .states = number(vertex, place, "states")});
  }
  index = 0;
  for (const Json& edge : array(*document, "edges")) {
    const std::string place = "edges[" + std::to_string(index++) + "]";
    const std::size_t from = builder.vertex(place + ".from", text(edge, place, "from"));
    const std::size_t to = builder.vertex(place + ".to", text(edge, place, "to"));
    builder.add(place, from, to,
                {.op = text(edge, place, "op"),
                 .guard = text(edge, place, "guard"),
                 .count = number(edge, place, "count")});
  }
  return std::move(builder.graph());
}

// -- table --------------------------------------------------------------------------------------

std::vector<std::string> cells_of(std::string_view row) {
  std::vector<std::string> cells;
  for (const auto cell : row | std::views::split('\t'))
    cells.emplace_back(cell.begin(), cell.end());
  if (row.empty()) cells.emplace_back();
  return cells;
}

std::uint64_t count_of(const std::string& place, const std::string& cell) {
  std::uint64_t count = 0;
  const char* end = cell.data() + cell.size();
  const auto [stop, fault] = std::from_chars(cell.data(), end, count);
  if (fault == std::errc{} && stop == end) return count;
  throw Wrong{place + ": expected a whole number from 0 on as count, found \"" + cell + "\""};
}

void guess_roles(Graph& graph) {
  for (std::size_t vertex = 0; vertex < boost::num_vertices(graph); ++vertex) {
    bool is_entered = false;
    bool is_left = false;
    const auto [in_begin, in_end] = boost::in_edges(vertex, graph);
    for (auto edge = in_begin; edge != in_end; ++edge) {
      is_entered |= boost::source(*edge, graph) != vertex;
    }
    const auto [out_begin, out_end] = boost::out_edges(vertex, graph);
    for (auto edge = out_begin; edge != out_end; ++edge) {
      is_left |= boost::target(*edge, graph) != vertex;
    }
    if (!is_left) graph[vertex].role = Role::terminal;
    if (!is_entered) graph[vertex].role = Role::initial;
  }
}

Graph from_table(std::string_view table) {
  Builder builder;
  std::size_t line = 0;
  for (const auto part : table | std::views::split('\n')) {
    std::string_view row(part.begin(), part.end());
    if (row.ends_with('\r')) row.remove_suffix(1);
    if (++line == 1 || row.empty()) continue;
    const std::string place = "line " + std::to_string(line);
    const std::vector<std::string> cells = cells_of(row);
    if (cells.size() != 5) {
      throw Wrong{place +
                  ": expected 5 cells with tabs between them (from, op, guard, to, count), " +
                  "found " + std::to_string(cells.size())};
    }
    const std::size_t from = builder.vertex_or_new(cells[0]);
    const std::size_t to = builder.vertex_or_new(cells[3]);
    builder.add(place, from, to,
                {.op = cells[1], .guard = cells[2], .count = count_of(place, cells[4])});
  }
  guess_roles(builder.graph());
  return std::move(builder.graph());
}

}  // namespace

std::expected<Graph, std::string> graph_from_text(std::string_view text, std::string_view name) {
  try {
    if (text.substr(0, text.find_first_of("\r\n")) == heading) return from_table(text);
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first != std::string_view::npos && text[first] == '{') return from_json(text);
    throw Wrong{
        "expected what `leasecheck graph --format json` or `--format tsv` writes: a JSON "
        "object, or a first line \"from op guard to count\" with tabs"};
  } catch (const Wrong& wrong) {
    return std::unexpected(std::string(name) + ": " + wrong.text);
  }
}

std::expected<Graph, std::string> read_graph(const std::filesystem::path& file) {
  const auto text = read_text_file(file, largest_report);
  if (!text) return std::unexpected(text.error());
  return graph_from_text(*text, file.string());
}

}  // namespace leasecheck::cli
