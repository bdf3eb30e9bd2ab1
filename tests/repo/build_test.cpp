// What is at the top level, and that every source is built.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "tests/repo/tree.hpp"

namespace leasecheck::repo {
namespace {

namespace fs = std::filesystem;

/// A list that names the file, in a folder around it.
bool is_built(const fs::path& root, const std::string& path) {
  for (fs::path folder = fs::path(path).parent_path();; folder = folder.parent_path()) {
    const std::string name = fs::path(path).lexically_relative(folder).generic_string();
    const auto names_it = [&name](const std::string& line) {
      return line.find(name) != std::string::npos;
    };
    const fs::path list = root / folder / "CMakeLists.txt";
    if (fs::exists(list) && std::ranges::any_of(lines_of(list), names_it)) return true;
    if (folder.empty()) return false;
  }
}

Violations not_built(const fs::path& root, const Tree& tree) {
  Violations violations;
  for (const SourceFile& file : tree) {
    if (!file.path.ends_with(".cpp") || is_built(root, file.path)) continue;
    violations.push_back(file.path + ": is in no CMakeLists.txt");
  }
  return violations;
}

// A new room needs a decision and not only a commit.
TEST(ThisTree, HasAtItsTopLevelWhatIsListed) {
  const std::set<std::string> listed{"CMakeLists.txt",
                                     "CMakePresets.json",
                                     "LICENSE",
                                     "README.md",
                                     "bench",
                                     "cli",
                                     "cmake",
                                     "examples",
                                     "impl",
                                     "model",
                                     "properties",
                                     "run",
                                     "sim",
                                     "tests",
                                     "traces"};
  const std::set<std::string> allowed{"CONTRIBUTING.md", "build", "leasecheck-report"};
  std::set<std::string> found;
  for (const auto& entry : fs::directory_iterator(LEASECHECK_ROOT)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(".") && !allowed.contains(name)) found.insert(name);
  }
  EXPECT_EQ(found, listed);
}

// A source file that no CMakeLists.txt names is a test or a property that nobody runs.
TEST(ThisTree, BuildsEverySource) {
  EXPECT_EQ("", joined(not_built(LEASECHECK_ROOT, this_tree())));
}

TEST(Sources, FailWhenNobodyBuildsThem) {
  EXPECT_EQ(joined(not_built(LEASECHECK_ROOT, {file_of("sim/disk/disk.cpp", ""),
                                               file_of("sim/disk/forgotten.cpp", "")})),
            "sim/disk/forgotten.cpp: is in no CMakeLists.txt\n");
}

}  // namespace
}  // namespace leasecheck::repo
