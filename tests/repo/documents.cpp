#include "tests/repo/documents.hpp"

#include <algorithm>
#include <cctype>
#include <regex>

namespace leasecheck::repo {
namespace {

namespace fs = std::filesystem;

/// The anchor that a heading has in GitHub's rendering.
std::string anchor_of(std::string_view heading) {
  std::string anchor;
  for (const char c : heading.substr(heading.find_first_not_of("# "))) {
    const auto letter = static_cast<unsigned char>(c);
    if (std::isalnum(letter) != 0) anchor += static_cast<char>(std::tolower(letter));
    if (c == ' ') anchor += '-';
    if (c == '-' || c == '_') anchor += c;
  }
  return anchor;
}

class References {
 public:
  References(const Tree& documents, const std::set<std::string>& paths)
      : documents_(documents), paths_(paths) {}

  Violations dead() && {
    for (const SourceFile& document : documents_) {
      bool is_code = false;
      for (std::size_t i = 0; i < document.lines.size(); ++i) {
        if (document.lines[i].starts_with("```")) is_code = !is_code;
        if (!is_code) check_line(document, i);
      }
    }
    return std::move(violations_);
  }

 private:
  void check_line(const SourceFile& document, std::size_t index) {
    static const std::regex link(R"(\]\(([^)\s]+)\))");
    static const std::regex quoted_path(R"(`(\w[\w.-]*/[\w./*-]*)`)");
    const std::string& line = document.lines[index];
    const auto check_each = [&](const std::regex& pattern, auto leads_somewhere) {
      for (std::sregex_iterator match(line.begin(), line.end(), pattern), end; match != end;
           ++match) {
        const std::string reference = (*match)[1];
        if (leads_somewhere(reference)) continue;
        violations_.push_back(document.path + ":" + std::to_string(index + 1) +
                              ": leads nowhere: " + reference);
      }
    };
    const std::string folder = fs::path(document.path).parent_path().generic_string();
    check_each(link, [&](const std::string& to) { return is_link(document, folder, to); });
    check_each(quoted_path, [&](const std::string& path) { return is_path(folder, path); });
  }

  bool is_link(const SourceFile& document, const std::string& folder, const std::string& to) const {
    if (to.find("://") != std::string::npos) return true;
    const std::size_t hash = to.find('#');
    const std::string path =
        to.substr(0, hash).empty() ? document.path : below(folder, to.substr(0, hash));
    return exists(path) && (hash == std::string::npos || has_heading(path, to.substr(hash + 1)));
  }

  bool is_path(const std::string& folder, const std::string& path) const {
    const std::string first = path.substr(0, path.find('/'));
    const std::string beside = below(folder, path);
    return (!exists(first) && !exists(below(folder, first))) || exists(path) || exists(beside) ||
           exists(path + ".*") || exists(beside + ".*");
  }

  static std::string below(const std::string& folder, const std::string& path) {
    return (fs::path(folder) / path).lexically_normal().generic_string();
  }

  [[nodiscard]] bool exists(std::string path) const {
    if (path.ends_with('/')) path.pop_back();
    if (path.find('*') == std::string::npos) return paths_.contains(path);
    path = std::regex_replace(path, std::regex(R"(\.)"), R"(\.)");
    const std::regex pattern(std::regex_replace(path, std::regex(R"(\*)"), "[^/]*"));
    return std::ranges::any_of(
        paths_, [&](const std::string& each) { return std::regex_match(each, pattern); });
  }

  [[nodiscard]] bool has_heading(const std::string& path, const std::string& anchor) const {
    const auto document = std::ranges::find(documents_, path, &SourceFile::path);
    return document != documents_.end() &&
           std::ranges::any_of(document->lines, [&](const std::string& line) {
             return line.starts_with('#') && anchor_of(line) == anchor;
           });
  }

  const Tree& documents_;
  const std::set<std::string>& paths_;
  Violations violations_;
};

}  // namespace

Tree read_documents(const fs::path& root) {
  Tree documents;
  for (const std::string& path : read_paths(root)) {
    if (path.ends_with(".md")) documents.push_back({path, lines_of(root / path)});
  }
  return documents;
}

std::set<std::string> read_paths(const fs::path& root) {
  std::set<std::string> paths;
  for (const auto& entry : fs::directory_iterator(root)) {
    if (entry.is_regular_file()) paths.insert(entry.path().filename().string());
  }
  for (const std::string_view folder : source_folders) {
    paths.insert(std::string(folder));
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      paths.insert(fs::relative(entry.path(), root).generic_string());
    }
  }
  return paths;
}

Violations dead_references(const Tree& documents, const std::set<std::string>& paths) {
  return References(documents, paths).dead();
}

}  // namespace leasecheck::repo
