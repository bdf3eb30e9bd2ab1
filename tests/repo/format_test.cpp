// Whether the sources are as clang-format leaves them. Its versions differ, so that one is meant:
// the one of Debian 12. Where it is not installed the tests are skipped, except in CI.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "tests/repo/tree.hpp"

namespace leasecheck::repo {
namespace {

namespace fs = std::filesystem;

/// What a shell command prints.
std::string output_of(const std::string& command) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"),
                                                             ::pclose);
  std::string text;
  std::array<char, 4096> buffer{};
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) {
    text.append(buffer.data(), size);
  }
  return text;
}

/// What clang-format finds wrong; "" when all is as it leaves it.
std::string unformatted(const fs::path& root, const Tree& tree) {
  std::string command = "cd '" + root.string() + "' && clang-format-14 --dry-run -Werror";
  for (const SourceFile& file : tree) {
    if (fs::exists(root / file.path)) command += " '" + file.path + "'";
  }
  return output_of(command + " 2>&1");
}

class Formatting : public testing::Test {
 protected:
  void SetUp() override {
    if (!output_of("command -v clang-format-14").empty()) return;
    if (std::getenv("CI") != nullptr) FAIL() << "clang-format-14 is not installed";
    GTEST_SKIP() << "clang-format-14 is not installed: formatting was not checked";
  }
};

TEST_F(Formatting, IsThatOfClangFormat) {
  EXPECT_EQ("", unformatted(LEASECHECK_ROOT, this_tree()));
}

TEST_F(Formatting, FailsForAnUnformattedFile) {
  const fs::path root = fs::path(testing::TempDir()) / "unformatted";
  fs::create_directory(root);
  fs::copy_file(fs::path(LEASECHECK_ROOT) / ".clang-format", root / ".clang-format",
                fs::copy_options::overwrite_existing);
  std::ofstream(root / "good.cpp") << "int f();\n";
  std::ofstream(root / "bad.cpp") << "int  f( );\n";
  EXPECT_EQ("", unformatted(root, {file_of("good.cpp", "")}));
  EXPECT_NE(unformatted(root, {file_of("bad.cpp", "")}).find("bad.cpp:1:4: error"),
            std::string::npos);
  fs::remove_all(root);
}

}  // namespace
}  // namespace leasecheck::repo
