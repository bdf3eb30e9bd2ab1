#include "model/graph/picture.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <tuple>

namespace leasecheck::graph {
namespace {

constexpr std::size_t longest_line = 16;
constexpr std::size_t longest_word = 24;

/// Of an operation: its short word.
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> short_words{
    {{"ack_attempt", "ack"},
     {"append_run_event", "event"},
     {"cancel_attempt", "cancel"},
     {"enqueue_attempt", "enqueue"},
     {"expire_leases_and_requeue", "reap"},
     {"heartbeat_lease", "heartbeat"},
     {"heartbeat_lease_with_version", "heartbeat"},
     {"prune_attempts", "prune"},
     {"release_lease", "release"},
     {"replay_dead_letter", "replay"},
     {"start_attempt", "start"},
     {"time_passes", "time"},
     {"transition_timed_out_attempts", "timeout"},
     {"upsert_lease", "claim"}}};

std::string cut(std::string_view word) {
  std::string text(word.substr(0, longest_word));
  if (word.size() > longest_word) text.replace(longest_word - 3, 3, "...");
  return text;
}

/// The words with commas between them, in one line or two; words that do not fit are counted.
std::vector<std::string> in_two_lines(const std::vector<std::string>& words) {
  std::vector<std::string> lines{cut(words.front())};
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string word = cut(words[i]);
    const std::size_t left = words.size() - i - 1;
    const std::string rest = left == 0 ? "" : ", +" + std::to_string(left);
    const std::size_t needed = lines.back().size() + 2 + word.size();
    if (lines.size() == 1 && needed + (left == 0 ? 0 : 1) > longest_line) {
      lines.back() += ",";
      lines.push_back(word);
    } else if (needed + rest.size() <= longest_line || lines.size() == 1) {
      lines.back() += ", " + word;
    } else {
      lines.back() += ", +" + std::to_string(left + 1);
      break;
    }
  }
  return lines;
}

/// Exact below ten thousand, then in thousands, millions and so on: "434k", "2.8M".
std::string rounded(std::uint64_t number) {
  if (number < 10'000) return with_commas(number);
  static constexpr std::string_view units = "kMGTPE";
  std::size_t unit = 0;
  for (; number >= 1'000'000; ++unit) number /= 1'000;
  const std::uint64_t whole = number / 1'000;
  const std::string tenths = whole < 10 ? "." + std::to_string(number / 100 % 10) : "";
  return std::to_string(whole) + tenths + units[unit];
}

/// Puts the text after the last line, or below it where there is room for one more.
void append(std::vector<std::string>& lines, const std::string& text) {
  if (lines.size() == 1 && lines.back().size() + 1 + text.size() > longest_line) {
    lines.push_back(text);
  } else {
    lines.back() += " " + text;
  }
}

}  // namespace

std::uint64_t Arrow::count() const {
  return std::accumulate(edges.begin(), edges.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Edge* edge) { return sum + edge->count; });
}

std::vector<std::size_t> drawing_order(const Graph& graph) {
  std::vector<std::size_t> order(boost::num_vertices(graph));
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t vertex) {
    return std::tie(graph[vertex].role, graph[vertex].name);
  });
  return order;
}

std::vector<Arrow> arrows_of(const Graph& graph) {
  const std::vector<std::size_t> order = drawing_order(graph);
  std::vector<std::size_t> place(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  std::map<std::tuple<std::size_t, std::size_t, Mark>, Arrow> arrows;
  for_each_edge(graph, [&](std::size_t from, std::size_t to, const Edge& edge) {
    Arrow& arrow = arrows[{place[from], place[to], edge.mark}];
    arrow.from = from;
    arrow.to = to;
    arrow.mark = edge.mark;
    arrow.edges.push_back(&edge);
  });
  std::vector<Arrow> sorted;
  for (auto& [_, arrow] : arrows) {
    std::ranges::sort(arrow.edges, {},
                      [](const Edge* edge) { return std::tie(edge->op, edge->guard); });
    sorted.push_back(std::move(arrow));
  }
  return sorted;
}

std::string state_id(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char letter : name) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
  }
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string id = "s";
  for (int shift = 60; shift >= 0; shift -= 4) id += digits[(hash >> shift) & 0xf];
  return id;
}

std::string_view short_word(std::string_view operation) {
  for (const auto& [name, word] : short_words) {
    if (name == operation) return word;
  }
  return operation;
}

std::string_view sign_of(Mark mark) {
  switch (mark) {
    case Mark::added:
      return "[+]";
    case Mark::removed:
      return "[-]";
    case Mark::changed:
      return "[~]";
    case Mark::none:
    case Mark::untaken:
      return "";
  }
  std::unreachable();
}

std::vector<std::string> label_lines(const Arrow& arrow, const Picture& picture) {
  std::vector<std::string> words;
  for (const Edge* edge : arrow.edges) {
    std::string word(short_word(edge->op));
    if (std::ranges::find(words, word) == words.end()) words.push_back(std::move(word));
  }
  const std::string_view sign = sign_of(arrow.mark);
  if (!sign.empty()) words.front().insert(0, std::string(sign) + " ");
  std::vector<std::string> lines = in_two_lines(words);
  const bool is_counted = picture.counts == Picture::Counts::shown && arrow.mark != Mark::untaken;
  if (is_counted) append(lines, "(" + rounded(arrow.count()) + ")");
  return lines;
}

unsigned width_in_tenths(std::uint64_t count, std::uint64_t largest) {
  if (largest == 0) return 10;
  return 10 + 40 * static_cast<unsigned>(std::bit_width(count)) /
                  static_cast<unsigned>(std::bit_width(largest));
}

std::map<Mark, std::string> meanings_in(const Graph& graph, const Picture& picture) {
  std::set<Mark> found;
  for (std::size_t vertex = 0; vertex < boost::num_vertices(graph); ++vertex) {
    if (graph[vertex].mark != Mark::none) found.insert(graph[vertex].mark);
  }
  for_each_edge(graph,
                [&](std::size_t, std::size_t, const Edge& edge) { found.insert(edge.mark); });
  std::map<Mark, std::string> meanings = picture.meanings;
  std::erase_if(meanings, [&](const auto& meaning) { return !found.contains(meaning.first); });
  return meanings;
}

std::map<std::string, std::set<std::string>> short_words_in(const Graph& graph) {
  std::map<std::string, std::set<std::string>> operations;
  for_each_edge(graph, [&](std::size_t, std::size_t, const Edge& edge) {
    const std::string word(short_word(edge.op));
    if (word != edge.op) operations[word].insert(edge.op);
  });
  return operations;
}

std::vector<std::string> edges_marked(const Graph& graph, Mark mark) {
  std::vector<std::string> names;
  for_each_edge(graph, [&](std::size_t from, std::size_t to, const Edge& edge) {
    if (edge.mark == mark) names.push_back(edge_name(graph, from, to, edge));
  });
  std::ranges::sort(names);
  return names;
}

std::string with_commas(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, 1, ',');
  return text;
}

}  // namespace leasecheck::graph
