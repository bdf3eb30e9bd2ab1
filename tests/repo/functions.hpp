#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/repo/tree.hpp"

namespace leasecheck::repo {

/// The definition of a function, from the first line of its declaration to its closing brace.
struct Function {
  std::string declaration;     ///< its first line
  std::size_t first_line = 0;  ///< counted from 1
  std::size_t lines = 0;
};

/// Definitions outside of other functions: what is inside of one counts as a part of it. Found by
/// braces and not by a parser, which is enough for code that compiles.
[[nodiscard]] std::vector<Function> functions_of(const SourceFile& file);

[[nodiscard]] Violations long_functions(const Tree& tree, std::size_t most_lines);

}  // namespace leasecheck::repo
