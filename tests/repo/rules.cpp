#include "tests/repo/rules.hpp"

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>

namespace leasecheck::repo {
namespace {

bool is_within(std::string_view path, const std::vector<std::string_view>& places) {
  return std::ranges::any_of(places,
                             [path](std::string_view place) { return path.starts_with(place); });
}

std::string place_of(const SourceFile& file, std::size_t line) {
  return file.path + ":" + std::to_string(line) + ": ";
}

std::size_t columns_of(const std::string& line) {
  return static_cast<std::size_t>(
      std::ranges::count_if(line, [](char byte) { return (byte & 0xC0) != 0x80; }));
}

struct Hit {
  std::size_t line = 0;
  std::string word;
};

std::vector<Hit> hits_in(const SourceFile& file, const std::regex& pattern) {
  std::vector<Hit> hits;
  std::istringstream code(code_of(file));
  std::size_t number = 1;
  for (std::string line; std::getline(code, line); ++number) {
    for (std::sregex_iterator match(line.begin(), line.end(), pattern), end; match != end;
         ++match) {
      hits.push_back({number, match->str()});
    }
  }
  return hits;
}

}  // namespace

Violations banned(const Tree& tree, const Ban& ban) {
  std::set<const Excuse*> needed;
  Violations violations;
  for (const SourceFile& file : tree) {
    if (!is_within(file.path, ban.folders)) continue;
    for (const Hit& hit : hits_in(file, std::regex{std::string(ban.pattern)})) {
      const auto excuse = std::ranges::find_if(ban.excuses, [&](const Excuse& each) {
        return each.file == file.path && each.word == hit.word;
      });
      if (excuse != ban.excuses.end()) {
        needed.insert(&*excuse);
      } else {
        violations.push_back(place_of(file, hit.line) + hit.word);
      }
    }
  }
  for (const Excuse& excuse : ban.excuses) {
    if (needed.contains(&excuse)) continue;
    violations.push_back(std::string(excuse.file) + ": needs no excuse for " +
                         std::string(excuse.word));
  }
  return violations;
}

Violations third_parties_outside(const Tree& tree, const std::vector<ThirdParty>& parties) {
  Violations violations;
  for (const SourceFile& file : tree) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      for (const auto& [header, places] : parties) {
        const bool includes_it = file.lines[i].starts_with("#include " + std::string(header));
        if (!includes_it || is_within(file.path, places)) continue;
        violations.push_back(place_of(file, i + 1) + std::string(header) + " has no place here");
      }
    }
  }
  return violations;
}

Violations long_files(const Tree& tree, std::size_t most_lines) {
  Violations violations;
  for (const SourceFile& file : tree) {
    if (file.path.starts_with("tests/") || file.lines.size() <= most_lines) continue;
    if (file.lines.front().starts_with("// Long: ")) continue;
    violations.push_back(file.path + ": " + std::to_string(file.lines.size()) + " lines");
  }
  return violations;
}

Violations long_lines(const Tree& tree, std::size_t most_columns) {
  Violations violations;
  for (const SourceFile& file : tree) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      if (columns_of(line) <= most_columns || line.find("R\"") != std::string::npos) continue;
      violations.push_back(place_of(file, i + 1) + std::to_string(columns_of(line)) + " columns");
    }
  }
  return violations;
}

Violations headers_without_guard(const Tree& tree) {
  Violations violations;
  for (const SourceFile& file : tree) {
    if (!file.path.ends_with(".hpp")) continue;
    if (std::ranges::find(file.lines, "#pragma once") != file.lines.end()) continue;
    violations.push_back(file.path + ": no #pragma once");
  }
  return violations;
}

}  // namespace leasecheck::repo
