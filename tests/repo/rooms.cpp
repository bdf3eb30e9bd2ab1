#include "tests/repo/rooms.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <filesystem>
#include <sstream>

namespace leasecheck::repo {
namespace {

constexpr std::array<std::string_view, 4> top_folders{"cli", "tests", "bench", "examples"};

std::string folder_of(std::string_view room) {
  return std::string(room.substr(0, room.find('/')));
}

/// Returns: "" for a file in no room.
std::string room_of(std::string_view path, const Arrows& arrows) {
  std::string innermost;
  for (const auto& [room, _] : arrows) {
    if (path.starts_with(room + "/") && room.size() > innermost.size()) innermost = room;
  }
  return innermost;
}

/// "model/spec/include/leasecheck/spec/step.hpp" and "model/spec/step.cpp" are "model/spec/step".
std::string name_of_pair(const std::string& path) {
  const std::string stem = path.substr(0, path.rfind('.'));
  for (const std::string_view part : {"/include/leasecheck/", "/include/lease/", "/src/"}) {
    const std::size_t found = stem.find(part);
    if (found == std::string::npos) continue;
    const std::string room = stem.substr(0, found);
    std::string rest = stem.substr(found + part.size());
    const std::string own = room.substr(room.rfind('/') + 1) + "/";
    if (rest.starts_with(own)) rest.erase(0, own.size());
    return room + "/" + rest;
  }
  return stem;
}

/// A shortest way from a node back to itself, as "a -> b -> a"; "" if there is none.
std::string shortest_cycle(const std::string& node, const Arrows& arrows) {
  std::map<std::string, std::string> ways{{node, node}};
  std::deque<std::string> open{node};
  for (; !open.empty(); open.pop_front()) {
    const auto leads_to = arrows.find(open.front());
    if (leads_to == arrows.end()) continue;
    for (const std::string& next : leads_to->second) {
      const std::string way = ways.at(open.front()) + " -> " + next;
      if (next == node) return way;
      if (ways.emplace(next, way).second) open.push_back(next);
    }
  }
  return {};
}

bool reaches(const std::string& from, const std::string& to, const Arrows& arrows) {
  const auto leads_to = arrows.find(from);
  return leads_to != arrows.end() &&
         std::ranges::any_of(leads_to->second, [&](const std::string& next) {
           return next == to || reaches(next, to, arrows);
         });
}

/// Whether `to` is reached from `from` by way of another room as well. Pre: no cycles.
bool follows_from_others(const std::string& from, const std::string& to, const Arrows& arrows) {
  return std::ranges::any_of(arrows.at(from), [&](const std::string& next) {
    return next != to && reaches(next, to, arrows);
  });
}

bool has_rooms_inside(const std::string& room, const Arrows& arrows) {
  return std::ranges::any_of(
      arrows, [&room](const auto& row) { return row.first.starts_with(room + "/"); });
}

/// A room with others inside has a box of its name, which a node must not share.
std::string id_of(std::string room, const Arrows& arrows) {
  const bool has_box = has_rooms_inside(room, arrows);
  std::ranges::replace(room, '/', '_');
  return has_box ? room + "_itself" : room;
}

bool is_drawn(const std::string& room) {
  const std::string folder = folder_of(room);
  return folder != "tests" && folder != "bench" && folder != "examples";
}

/// The rooms of each folder in a box of their own.
std::string boxes(const Arrows& arrows) {
  std::map<std::string, std::set<std::string>> folders;
  for (const auto& [room, _] : arrows) {
    if (is_drawn(room)) folders[folder_of(room)].insert(room);
  }
  std::string text;
  for (const auto& [folder, rooms] : folders) {
    const bool is_boxed = rooms.size() > 1 || !rooms.contains(folder);
    if (is_boxed) text += "  subgraph " + folder + "\n";
    for (const std::string& room : rooms) {
      const std::string name = room == folder ? room : room.substr(folder.size() + 1);
      text += (is_boxed ? "    " : "  ") + id_of(room, arrows) + "[" + name + "]\n";
    }
    if (is_boxed) text += "  end\n";
  }
  return text;
}

}  // namespace

Arrows parse_arrows(std::string_view text) {
  Arrows arrows;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string room;
    std::string arrow;
    if (!(words >> room >> arrow)) continue;
    std::set<std::string>& targets = arrows[room];
    for (std::string target; words >> target;) targets.insert(target);
  }
  return arrows;
}

Violations forbidden_includes(const Tree& tree, const Arrows& arrows) {
  const std::set<std::string> paths = paths_of(tree);
  Violations violations;
  for (const SourceFile& file : tree) {
    const std::string from = room_of(file.path, arrows);
    if (from.empty()) {
      violations.push_back(file.path + ": is in no room of the table");
      continue;
    }
    for (const std::string& included : included_files(file, paths)) {
      const std::string to = room_of(included, arrows);
      if (to.empty() || from == to || arrows.at(from).contains(to)) continue;
      violations.push_back(file.path + ": may not include " + included + ": no arrow from " + from +
                           " to " + to);
    }
  }
  return violations;
}

Violations unused_arrows(const Tree& tree, const Arrows& arrows) {
  const std::set<std::string> paths = paths_of(tree);
  Arrows used;
  for (const SourceFile& file : tree) {
    std::set<std::string>& targets = used[room_of(file.path, arrows)];
    for (const std::string& included : included_files(file, paths)) {
      targets.insert(room_of(included, arrows));
    }
  }
  Violations violations;
  for (const auto& [from, targets] : arrows) {
    if (!used.contains(from)) violations.push_back(from + ": the room has no file");
    for (const std::string& to : targets) {
      if (used[from].contains(to)) continue;
      violations.push_back(from + " -> " + to + ": no include needs this arrow");
    }
  }
  return violations;
}

Violations cycles(const Arrows& arrows) {
  Violations found;
  std::set<std::string> reported;
  for (const auto& [node, _] : arrows) {
    const std::string cycle = shortest_cycle(node, arrows);
    if (cycle.empty() || reported.contains(node)) continue;
    found.push_back(cycle);
    std::istringstream words(cycle);
    for (std::string word; words >> word;) reported.insert(word);
  }
  return found;
}

Arrows includes_between_files(const Tree& tree) {
  const std::set<std::string> paths = paths_of(tree);
  Arrows arrows;
  for (const SourceFile& file : tree) {
    const std::string from = name_of_pair(file.path);
    for (const std::string& included : included_files(file, paths)) {
      const std::string to = name_of_pair(included);
      if (from != to) arrows[from].insert(to);
    }
  }
  return arrows;
}

Violations arrows_into_the_top(const Arrows& arrows) {
  Violations violations;
  for (const auto& [from, targets] : arrows) {
    for (const std::string& to : targets) {
      const std::string folder = folder_of(to);
      const bool is_top = std::ranges::find(top_folders, folder) != top_folders.end();
      // Parts of the program that no command line reaches are tested there by themselves.
      const bool is_its_test = from == "tests/" + folder;
      if (!is_top || is_its_test || folder == folder_of(from)) continue;
      violations.push_back(from + " -> " + to + ": nothing includes " + folder);
    }
  }
  return violations;
}

std::string mermaid(const Arrows& arrows) {
  std::string text = "flowchart BT\n" + boxes(arrows);
  for (const auto& [from, targets] : arrows) {
    if (!is_drawn(from)) continue;
    std::string drawn;
    for (const std::string& to : targets) {
      if (follows_from_others(from, to, arrows)) continue;
      drawn += (drawn.empty() ? "" : " & ") + id_of(to, arrows);
    }
    if (!drawn.empty()) text += "  " + id_of(from, arrows) + " --> " + drawn + "\n";
  }
  return text;
}

}  // namespace leasecheck::repo
