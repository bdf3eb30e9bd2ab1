// How the program draws with Graphviz, and what it says without.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/support/golden.hpp"
#include "tests/support/program.hpp"

namespace leasecheck::cli::testing {
namespace {

/// Runs the program with this folder as the only one in which programs are looked up.
Ended draw_with_path(const Workplace& place, const std::string& path) {
  const std::string before = std::getenv("PATH");
  setenv("PATH", path.c_str(), 1);
  Ended ended = place.run("graph --format svg");
  setenv("PATH", before.c_str(), 1);
  return ended;
}

TEST(Svg, DrawsTheLifeCycleAsItIsKept) {
  // Graphviz 2.43 with DejaVu Sans, as in Debian 12; another one may place things otherwise.
  const Ended ended = Workplace().run("graph --format svg");
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  tests::expect_golden("lifecycle.svg", ended.out);
  EXPECT_EQ(ended.out.find("<!--"), std::string::npos);
}

TEST(Svg, SaysWhatGraphvizSays) {
  const Workplace place;
  place.write("dot", "#!/bin/sh\necho 'syntax error in line 1' >&2\nexit 1\n");
  std::filesystem::permissions(place / "dot", std::filesystem::perms::owner_all);
  const Ended ended = draw_with_path(place, place / "");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_NE(ended.err.find("Graphviz's \"dot\" failed: syntax error in line 1"), std::string::npos)
      << ended.err;
}

TEST(Svg, SaysThatGraphvizIsNotInstalled) {
  const Ended ended = draw_with_path(Workplace(), "/nowhere");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_NE(ended.err.find("cannot run Graphviz's \"dot\" (Debian package graphviz): No such file"),
            std::string::npos)
      << ended.err;
}

}  // namespace
}  // namespace leasecheck::cli::testing
