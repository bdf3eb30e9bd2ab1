#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tests/repo/tree.hpp"

/// Rules about single lines and files.
namespace leasecheck::repo {

/// A file that may do what others may not.
struct Excuse {
  std::string_view file;
  std::string_view word;    ///< what is found there
  std::string_view reason;  ///< why it is right
};

/// What must not stand in the code of some folders; comments and strings may say it.
struct Ban {
  std::string_view pattern;
  std::vector<std::string_view> folders;
  std::vector<Excuse> excuses;
};

/// Everything that the pattern finds without an excuse, and every excuse that nothing needs.
[[nodiscard]] Violations banned(const Tree& tree, const Ban& ban);

/// A header of others, and the files and folders that may include it.
struct ThirdParty {
  std::string_view header;  ///< "<boost/"
  std::vector<std::string_view> places;
};

[[nodiscard]] Violations third_parties_outside(const Tree& tree,
                                               const std::vector<ThirdParty>& parties);

/// Files outside of tests with more lines, unless the first line says why: "// Long: …".
[[nodiscard]] Violations long_files(const Tree& tree, std::size_t most_lines);

/// Lines with more columns, except those with a raw string.
[[nodiscard]] Violations long_lines(const Tree& tree, std::size_t most_columns);

[[nodiscard]] Violations headers_without_guard(const Tree& tree);

}  // namespace leasecheck::repo
