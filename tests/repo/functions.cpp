#include "tests/repo/functions.hpp"

#include <algorithm>
#include <regex>

namespace leasecheck::repo {
namespace {

/// Walks over code without comments and strings, one declaration at a time.
class Reader {
 public:
  Reader(const SourceFile& file, std::string code) : file_(file), code_(std::move(code)) {}

  std::vector<Function> run() && {
    for (begin_ = 0, at_ = 0; at_ < code_.size(); ++at_) {
      switch (code_[at_]) {
        case '(':
          at_ = end_of_brackets('(', ')');
          break;
        case '{':
          enter();
          break;
        case ';':
        case '}':
          begin_ = at_ + 1;
          break;
        default:
          break;
      }
    }
    return std::move(functions_);
  }

 private:
  /// A brace opens: a scope with declarations inside, the body of a function, or a list of values.
  void enter() {
    static const std::regex scope(
        R"(^\s*(template\s*<[^;{]*>\s*)?(inline\s+)?(namespace|class|struct|union|extern)\b)");
    const std::string head = code_.substr(begin_, at_ - begin_);
    if (std::regex_search(head, scope)) {
      begin_ = at_ + 1;
      return;
    }
    at_ = end_of_brackets('{', '}');
    if (head.find('(') == std::string::npos) return;
    // A brace after a brace: the first was the value of a member, and the body is still to come.
    for (std::size_t next = next_word(); next < code_.size(); next = next_word()) {
      if (code_[next] != ',' && code_[next] != '{') break;
      at_ = code_.find('{', next);
      at_ = end_of_brackets('{', '}');
    }
    add_function();
    begin_ = at_ + 1;
  }

  void add_function() {
    const std::size_t first = line_of(code_.find_first_not_of(" \t\n", begin_));
    functions_.push_back({.declaration = file_.lines[first - 1],
                          .first_line = first,
                          .lines = line_of(at_) - first + 1});
  }

  [[nodiscard]] std::size_t next_word() const { return code_.find_first_not_of(" \t\n", at_ + 1); }

  /// Where the bracket closes that is open at `at_`.
  [[nodiscard]] std::size_t end_of_brackets(char open, char close) const {
    std::size_t depth = 0;
    for (std::size_t i = at_; i < code_.size(); ++i) {
      if (code_[i] == open) ++depth;
      if (code_[i] == close && --depth == 0) return i;
    }
    return code_.size() - 1;
  }

  [[nodiscard]] std::size_t line_of(std::size_t offset) const {
    const auto end = code_.begin() + static_cast<std::ptrdiff_t>(offset);
    return 1 + static_cast<std::size_t>(std::count(code_.begin(), end, '\n'));
  }

  const SourceFile& file_;
  std::string code_;
  std::size_t begin_ = 0;  ///< of the declaration that is read
  std::size_t at_ = 0;
  std::vector<Function> functions_;
};

}  // namespace

std::vector<Function> functions_of(const SourceFile& file) {
  return Reader(file, code_of(file)).run();
}

Violations long_functions(const Tree& tree, std::size_t most_lines) {
  Violations violations;
  for (const SourceFile& file : tree) {
    for (const Function& function : functions_of(file)) {
      if (function.lines <= most_lines) continue;
      violations.push_back(file.path + ":" + std::to_string(function.first_line) + ": " +
                           std::to_string(function.lines) + " lines: " + function.declaration);
    }
  }
  return violations;
}

}  // namespace leasecheck::repo
