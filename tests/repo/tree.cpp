#include "tests/repo/tree.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <optional>
#include <regex>
#include <sstream>

namespace leasecheck::repo {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view template_suffix = ".in";

struct Include {
  std::size_t line = 0;  ///< counted from 1
  std::string name;
  bool is_quoted = false;
};

std::vector<Include> includes_of(const SourceFile& file) {
  static const std::regex pattern(R"re(^\s*#\s*include\s*(["<])([^">]+)[">])re");
  std::vector<Include> includes;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    std::smatch match;
    if (!std::regex_search(file.lines[i], match, pattern)) continue;
    includes.push_back({i + 1, match[2], match[1] == "\""});
  }
  return includes;
}

/// Every folder that is handed to the compiler to look for headers in, with a slash at the end.
std::set<std::string> include_roots(const std::set<std::string>& paths) {
  std::set<std::string> roots{""};
  for (const std::string& path : paths) {
    for (const std::string_view folder : {"/include/", "/src/"}) {
      const std::size_t found = path.find(folder);
      if (found != std::string::npos) roots.insert(path.substr(0, found + folder.size()));
    }
  }
  return roots;
}

std::optional<std::string> find_included(const SourceFile& file, const std::string& name,
                                         const std::set<std::string>& paths,
                                         const std::set<std::string>& roots) {
  const std::string beside =
      (fs::path(file.path).parent_path() / name).lexically_normal().generic_string();
  if (paths.contains(beside)) return beside;
  for (const std::string& root : roots) {
    if (paths.contains(root + name)) return root + name;
  }
  return std::nullopt;
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Blanks what is not code, one construct after the other.
class Blanker {
 public:
  explicit Blanker(std::string text) : text_(std::move(text)) {}

  std::string run() && {
    while (at_ < text_.size()) {
      if (starts_with("//")) {
        blank_to(text_.find('\n', at_));
      } else if (starts_with("/*")) {
        blank_to(end_of("*/", at_ + 2));
      } else if (text_[at_] == '#' && is_first_in_line()) {
        blank_to(end_of_directive());
      } else if (starts_with("R\"") && (at_ == 0 || !is_word(text_[at_ - 1]))) {
        const std::size_t open = text_.find('(', at_);
        blank_to(end_of(")" + text_.substr(at_ + 2, open - at_ - 2) + "\"", open));
      } else if (text_[at_] == '"' || (text_[at_] == '\'' && !is_digit_separator())) {
        blank_to(end_of_literal());
      } else {
        ++at_;
      }
    }
    return std::move(text_);
  }

 private:
  [[nodiscard]] bool starts_with(std::string_view what) const {
    return text_.compare(at_, what.size(), what) == 0;
  }

  [[nodiscard]] std::size_t end_of(const std::string& what, std::size_t from) const {
    const std::size_t found = text_.find(what, from);
    return found == std::string::npos ? found : found + what.size();
  }

  [[nodiscard]] bool is_first_in_line() const {
    const std::size_t before = text_.find_last_not_of(" \t", at_ - 1);
    return at_ == 0 || before == std::string::npos || text_[before] == '\n';
  }

  [[nodiscard]] std::size_t end_of_directive() const {
    std::size_t end = text_.find('\n', at_);
    while (end != std::string::npos && text_[end - 1] == '\\') end = text_.find('\n', end + 1);
    return end;
  }

  [[nodiscard]] bool is_digit_separator() const {
    std::size_t begin = at_;
    while (begin > 0 && is_word(text_[begin - 1])) --begin;
    return begin < at_ && std::isdigit(static_cast<unsigned char>(text_[begin])) != 0;
  }

  [[nodiscard]] std::size_t end_of_literal() const {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != text_[at_]) end += text_[end] == '\\' ? 2 : 1;
    return end + 1;
  }

  void blank_to(std::size_t end) {
    end = std::min(end, text_.size());
    for (; at_ < end; ++at_) {
      if (text_[at_] != '\n') text_[at_] = ' ';
    }
  }

  std::string text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string joined(const Violations& violations) {
  std::string text;
  for (const std::string& violation : violations) text += violation + "\n";
  return text;
}

std::vector<std::string> lines_of(const fs::path& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

SourceFile file_of(std::string path, std::string_view text) {
  SourceFile file{.path = std::move(path), .lines = {}};
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) file.lines.push_back(line);
  return file;
}

Tree read_tree(const fs::path& root) {
  Tree tree;
  for (const std::string_view folder : source_folders) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      std::string path = fs::relative(entry.path(), root).generic_string();
      if (path.ends_with(template_suffix)) path.resize(path.size() - template_suffix.size());
      if (!path.ends_with(".cpp") && !path.ends_with(".hpp")) continue;
      tree.push_back({path, lines_of(entry.path())});
    }
  }
  std::ranges::sort(tree, {}, &SourceFile::path);
  return tree;
}

const Tree& this_tree() {
  static const Tree tree = read_tree(LEASECHECK_ROOT);
  return tree;
}

std::string code_of(const SourceFile& file) {
  return Blanker(joined(file.lines)).run();
}

std::set<std::string> included_files(const SourceFile& file, const std::set<std::string>& paths) {
  const std::set<std::string> roots = include_roots(paths);
  std::set<std::string> files;
  for (const Include& include : includes_of(file)) {
    if (const auto found = find_included(file, include.name, paths, roots)) files.insert(*found);
  }
  return files;
}

Violations unknown_includes(const Tree& tree) {
  const std::set<std::string> paths = paths_of(tree);
  const std::set<std::string> roots = include_roots(paths);
  Violations violations;
  for (const SourceFile& file : tree) {
    for (const Include& include : includes_of(file)) {
      if (!include.is_quoted || find_included(file, include.name, paths, roots)) continue;
      violations.push_back(file.path + ":" + std::to_string(include.line) + ": no such file: \"" +
                           include.name + "\"");
    }
  }
  return violations;
}

std::set<std::string> paths_of(const Tree& tree) {
  std::set<std::string> paths;
  for (const SourceFile& file : tree) paths.insert(file.path);
  return paths;
}

}  // namespace leasecheck::repo
