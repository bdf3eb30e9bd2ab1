#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// The sources of this project as values, so that every rule about them can be shown a bad tree.
namespace leasecheck::repo {

struct SourceFile {
  std::string path;  ///< from the project's root, with forward slashes
  std::vector<std::string> lines;
};

/// Sorted by path.
using Tree = std::vector<SourceFile>;

/// What a rule finds wrong, each as "file:line: words". Empty when the rule holds.
using Violations = std::vector<std::string>;

/// One violation a line, for `EXPECT_EQ("", …)`.
[[nodiscard]] std::string joined(const Violations& violations);

[[nodiscard]] std::vector<std::string> lines_of(const std::filesystem::path& file);

/// A file made of text, for a bad tree.
[[nodiscard]] SourceFile file_of(std::string path, std::string_view text);

/// The project's folders that hold sources.
inline constexpr std::array<std::string_view, 9> source_folders{
    "model", "impl", "sim", "properties", "traces", "cli", "tests", "bench", "examples"};

/// Every C++ file below the project's folders. A template of a header (`x.hpp.in`) counts as the
/// header.
[[nodiscard]] Tree read_tree(const std::filesystem::path& root);

/// The tree that this test is a part of.
[[nodiscard]] const Tree& this_tree();

/// The text with comments, strings, characters and preprocessor lines blanked out; as many lines,
/// with every other character where it was.
[[nodiscard]] std::string code_of(const SourceFile& file);

/// Files of the tree that `file` includes, quoted or in angle brackets. A name is looked for beside
/// the file, from the root, and below every folder `include` and `src`.
[[nodiscard]] std::set<std::string> included_files(const SourceFile& file,
                                                   const std::set<std::string>& paths);

/// Quoted includes that name no file of the tree.
[[nodiscard]] Violations unknown_includes(const Tree& tree);

[[nodiscard]] std::set<std::string> paths_of(const Tree& tree);

}  // namespace leasecheck::repo
