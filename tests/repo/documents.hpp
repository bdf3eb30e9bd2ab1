#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "tests/repo/tree.hpp"

/// Whether what the documents refer to is there.
namespace leasecheck::repo {

/// Every Markdown document at the project's root and below its folders, sorted by path.
[[nodiscard]] Tree read_documents(const std::filesystem::path& root);

/// Every file at the project's root, and every file and folder below its folders.
[[nodiscard]] std::set<std::string> read_paths(const std::filesystem::path& root);

/// Relative links that lead to no path or to no heading, and paths in backticks that begin with a
/// folder at the root or beside the document and are neither there. A path may have `*` in it, and
/// may leave out the ending of a file. Blocks of code are left out.
[[nodiscard]] Violations dead_references(const Tree& documents, const std::set<std::string>& paths);

}  // namespace leasecheck::repo
