// The rules of the house, checked on the tree itself: rules without a test decay.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct SourceFile {
  std::string path;  // from the project's root, with forward slashes
  std::vector<std::string> lines;
};

std::vector<std::string> lines_of(const fs::path& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool is_source(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".cpp" || extension == ".hpp";
}

const std::vector<SourceFile>& sources() {
  static const std::vector<SourceFile> files = [] {
    std::vector<SourceFile> found;
    for (const char* folder :
         {"model", "impl", "sim", "properties", "traces", "cli", "tests", "bench"}) {
      for (const auto& entry :
           fs::recursive_directory_iterator(fs::path(LEASECHECK_ROOT) / folder)) {
        if (!entry.is_regular_file() || !is_source(entry.path())) continue;
        found.push_back(
            {fs::relative(entry.path(), LEASECHECK_ROOT).generic_string(), lines_of(entry.path())});
      }
    }
    std::ranges::sort(found, {}, &SourceFile::path);
    return found;
  }();
  return files;
}

std::vector<std::string> quoted_includes(const SourceFile& file) {
  static const std::regex pattern(R"re(^\s*#\s*include\s*"([^"]+)")re");
  std::vector<std::string> includes;
  for (const std::string& line : file.lines) {
    std::smatch match;
    if (std::regex_search(line, match, pattern)) includes.push_back(match[1]);
  }
  return includes;
}

// An include from the project's root, or of the installed library; others are private to a folder.
bool is_of_the_project(const std::string& include) {
  return include.starts_with("lease/") || fs::exists(fs::path(LEASECHECK_ROOT) / include);
}

// The first of `prefixes` that `path` starts with; empty if none.
std::string prefix_of(std::string_view path, const std::vector<std::string>& prefixes) {
  for (const std::string& prefix : prefixes) {
    if (path.starts_with(prefix)) return prefix;
  }
  return {};
}

// Every line that `is_wrong`, as "file:line: text".
std::string complaints(const std::function<bool(const SourceFile&)>& applies,
                       const std::function<bool(const std::string&)>& is_wrong) {
  std::string text;
  for (const SourceFile& file : sources()) {
    if (!applies(file)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      if (is_wrong(file.lines[i])) {
        text += file.path + ":" + std::to_string(i + 1) + ": " + file.lines[i] + "\n";
      }
    }
  }
  return text;
}

bool is_within(const SourceFile& file, std::initializer_list<std::string_view> folders) {
  return std::ranges::any_of(
      folders, [&file](std::string_view folder) { return file.path.starts_with(folder); });
}

TEST(Tree, HasSourcesToCheck) {
  EXPECT_GT(sources().size(), 100U);
}

// Who may include whom. Each folder lists what of ours it may include, itself among it.
TEST(Tree, IncludesFollowTheArrows) {
  const std::map<std::string, std::vector<std::string>> allowed{
      {"model/spec/", {"model/spec/"}},
      {"model/check/", {"model/check/"}},
      {"model/graph/", {"model/graph/", "model/spec/", "model/check/"}},
      {"model/system/", {"model/system/", "model/spec/", "model/check/"}},
      {"impl/", {"lease/"}},
      {"properties/", {"properties/", "model/spec/"}},
      {"traces/", {"traces/", "model/spec/"}},
      {"sim/", {"sim/", "model/", "lease/", "leasecheck/", "properties/", "traces/"}}};
  for (const SourceFile& file : sources()) {
    for (const auto& [folder, targets] : allowed) {
      if (!file.path.starts_with(folder)) continue;
      for (const std::string& include : quoted_includes(file)) {
        if (!is_of_the_project(include)) continue;  // private to its folder
        EXPECT_FALSE(prefix_of(include, targets).empty())
            << file.path << " may not include \"" << include << "\"";
      }
    }
  }
}

// Third parties stay where they belong.
TEST(Tree, ThirdPartiesStayInside) {
  const std::map<std::string, std::vector<std::string>> homes{
      {"<sqlite3.h>",
       {"impl/src/sqlite/", "tests/impl/", "sim/disk/", "tests/sim/disk/", "bench/"}},
      {"<libpq-fe.h>", {"impl/src/postgres/", "tests/impl/", "bench/"}},
      {"<boost/", {"model/graph/", "sim/scheduler/", "tests/model/graph/"}},
      {"<rapidcheck",
       {"tests/", "sim/include/leasecheck/generators.hpp",
        "sim/include/leasecheck/rapidcheck.hpp"}},
      {"<gtest/", {"tests/", "sim/include/leasecheck/"}},
      {"<CLI/", {"cli/command_line.cpp", "bench/"}},
      {"<pugixml", {"cli/"}},
      {"<benchmark/", {"bench/"}}};
  for (const auto& [header, places] : homes) {
    EXPECT_EQ(
        "",
        complaints(
            [&places](const SourceFile& file) {
              return prefix_of(file.path, places).empty() && !file.path.starts_with("tests/repo/");
            },
            [&header](const std::string& line) { return line.starts_with("#include " + header); }));
  }
}

// Nothing that a simulation runs reads a clock, the environment or a generator of its own. The
// exceptions: the production clock itself, and look-ups in memory whose order nothing depends on.
TEST(Tree, WhatIsSimulatedIsDeterministic) {
  const std::set<std::string> excused{"impl/src/clock.cpp", "impl/src/memory/memory_store.hpp"};
  const std::regex banned(
      R"(system_clock::now|steady_clock|high_resolution_clock|std::rand\b|random_device|mt19937|_distribution<|getenv|this_thread::get_id|unordered_(map|set))");
  EXPECT_EQ("",
            complaints(
                [&excused](const SourceFile& file) {
                  return is_within(file, {"model/spec/", "model/graph/", "model/system/", "impl/",
                                          "sim/", "properties/", "traces/"}) &&
                         !excused.contains(file.path);
                },
                [&banned](const std::string& line) { return std::regex_search(line, banned); }));
}

TEST(Tree, NothingIsLeftForLaterOrSwitchedOff) {
  const std::regex banned(R"(TODO|FIXME|\bXXX\b|DISABLED_|GTEST_SKIP|is_simulated)");
  // In the tests of others, what their repository does not offer is skipped, by name.
  EXPECT_EQ("",
            complaints(
                [](const SourceFile& file) {
                  return !is_within(file, {"tests/repo/", "sim/include/leasecheck/gtest.hpp"});
                },
                [&banned](const std::string& line) { return std::regex_search(line, banned); }));
}

TEST(Tree, LinesFitIntoAHundredColumns) {
  EXPECT_EQ("", complaints([](const SourceFile&) { return true; },
                           [](const std::string& line) {
                             const auto columns = std::ranges::count_if(
                                 line, [](char byte) { return (byte & 0xC0) != 0x80; });
                             return columns > 100 && line.find("R\"") == std::string::npos;
                           }));
}

TEST(Tree, FilesAreShort) {
  for (const SourceFile& file : sources()) {
    if (file.path.starts_with("tests/")) continue;
    EXPECT_LE(file.lines.size(), 450U) << file.path;
  }
}

TEST(Tree, HeadersHaveAGuard) {
  for (const SourceFile& file : sources()) {
    if (!file.path.ends_with(".hpp")) continue;
    EXPECT_TRUE(std::ranges::find(file.lines, "#pragma once") != file.lines.end()) << file.path;
  }
}

// The top level is fixed; a new room needs a decision and not only a commit.
TEST(Tree, TopLevelHoldsWhatIsListed) {
  const std::set<std::string> listed{"CMakeLists.txt",
                                     "CMakePresets.json",
                                     "LICENSE",
                                     "README.md",
                                     "bench",
                                     "cli",
                                     "cmake",
                                     "impl",
                                     "model",
                                     "properties",
                                     "run",
                                     "sim",
                                     "tests",
                                     "traces"};
  for (const auto& entry : fs::directory_iterator(LEASECHECK_ROOT)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(".") || name == "build" || name == "leasecheck-report") continue;
    EXPECT_TRUE(listed.contains(name)) << name;
  }
  for (const std::string& name : listed) {
    EXPECT_TRUE(fs::exists(fs::path(LEASECHECK_ROOT) / name)) << name;
  }
}

// A source file that no CMakeLists.txt names is a test or a property that nobody runs.
TEST(Tree, EverySourceIsBuilt) {
  for (const SourceFile& file : sources()) {
    if (!file.path.ends_with(".cpp")) continue;
    bool is_named = false;
    for (fs::path folder = fs::path(LEASECHECK_ROOT) / fs::path(file.path).parent_path();
         !is_named && folder != fs::path(LEASECHECK_ROOT).parent_path();
         folder = folder.parent_path()) {
      const fs::path list = folder / "CMakeLists.txt";
      if (!fs::exists(list)) continue;
      const std::string relative =
          fs::relative(fs::path(LEASECHECK_ROOT) / file.path, folder).generic_string();
      is_named = std::ranges::any_of(lines_of(list), [&relative](const std::string& line) {
        return line.find(relative) != std::string::npos;
      });
    }
    EXPECT_TRUE(is_named) << file.path << " is in no CMakeLists.txt";
  }
}

}  // namespace
