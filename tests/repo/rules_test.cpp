// Rules about lines and files: on this tree, and that each fails on a file that breaks it.
#include "tests/repo/rules.hpp"

#include <gtest/gtest.h>

namespace leasecheck::repo {
namespace {

/// Nothing that a simulation runs reads a clock, waits in real time, reads the environment or a
/// generator of its own, changes what signals do, or iterates in an order that is not its own.
const Ban not_deterministic{
    .pattern =
        R"(\b(system_clock::now|steady_clock|high_resolution_clock|clock_gettime|gettimeofday|timerfd_create|setitimer|timer_create|sleep_for|sleep_until|usleep|nanosleep|sqlite3_sleep|std::rand|random_device|mt19937|getenv|environ|std::signal|sigaction|getpid|get_id|unordered_(map|set))\b|\b(time\(nullptr|alarm\(|signal\(|\w+_distribution<))",
    .folders = {"model/", "impl/", "sim/", "properties/", "traces/"},
    .excuses = {
        {"impl/src/clock.cpp", "system_clock::now", "the clock of production, handed in"},
        {"impl/src/machine.cpp", "steady_clock", "the threads of workers and reapers"},
        {"impl/src/sqlite/connection.cpp", "sqlite3_sleep",
         "the wait for another process's lock goes by way of the VFS, which may be simulated"},
        {"sim/subject/process.cpp", "timerfd_create", "a program under test may hang in real time"},
        {"sim/cleanup.cpp", "signal(", "no terminal ends the process that cleans up"},
        {"impl/src/own_process.hpp", "getpid", "what was inherited over a fork is refused"},
        {"sim/cleanup.cpp", "getpid", "it is known to others by its number"},
        {"sim/registry/environment.cpp", "environ", "handed on to the programs under test"},
        {"sim/registry/temporary_directory.cpp", "getenv",
         "TMPDIR: where files lie, not what they say"},
        {"sim/postgres/private_server.cpp", "steady_clock", "a server starts in real time"},
        {"sim/postgres/private_server.cpp", "sleep_for", "until the server has started"},
        {"sim/postgres/private_server.cpp", "getenv", "PATH: where the server's programs are"},
        {"sim/postgres/private_server.cpp", "environ", "handed on to the server"},
        {"sim/postgres/private_server.cpp", "getpid", "a child of a fork stops no server"},
        {"sim/postgres/subjects.cpp", "getpid", "a child of a fork drops no schemas"},
        {"sim/kit/rapidcheck/rapidcheck.cpp", "getenv", "RC_PARAMS is RapidCheck's own interface"},
        {"sim/kit/include/leasecheck/gtest.hpp", "getenv", "what is asked of a test program"},
    }};

/// Third parties and where they may be included.
const std::vector<ThirdParty> third_parties{
    {"<sqlite3.h>",
     {"impl/src/sqlite/", "sim/disk/", "sim/defects/storage/", "sim/subject/file_watch",
      "tests/impl/", "tests/load/", "tests/sim/disk/", "bench/"}},
    {"<libpq-fe.h>",
     {"impl/src/postgres/", "sim/postgres/", "tests/impl/", "tests/sim/postgres/", "bench/"}},
    {"<boost/", {"model/graph/", "sim/scheduler/", "tests/model/graph/"}},
    {"<rapidcheck", {"sim/kit/", "tests/"}},
    {"<gtest/", {"sim/kit/", "tests/"}},
    {"<CLI/", {"cli/command_line.cpp", "bench/"}},
    {"<pugixml", {"cli/"}},
    {"<benchmark/", {"bench/"}}};

/// Work that is left for later or switched off. Somebody's repository may not offer all, which the
/// installed suite skips by name.
const Ban unfinished{.pattern = R"(\b(TODO|FIXME|XXX|DISABLED_\w+|GTEST_SKIP|is_simulated)\b)",
                     .folders = {""},
                     .excuses = {{"sim/kit/include/leasecheck/gtest.hpp", "GTEST_SKIP",
                                  "what a repository does not offer, and a folder without a trace"},
                                 {"tests/repo/format_test.cpp", "GTEST_SKIP",
                                  "a machine without clang-format, unless it is the one of CI"},
                                 {"tests/impl/prometheus_test.cpp", "GTEST_SKIP",
                                  "a machine without Prometheus's own tool"}}};

TEST(ThisTree, IsDeterministicWhereItIsSimulated) {
  EXPECT_EQ("", joined(banned(this_tree(), not_deterministic)));
}

TEST(ThisTree, KeepsThirdPartiesInside) {
  EXPECT_EQ("", joined(third_parties_outside(this_tree(), third_parties)));
}

TEST(ThisTree, LeavesNothingForLater) {
  EXPECT_EQ("", joined(banned(this_tree(), unfinished)));
}

TEST(ThisTree, FitsIntoAHundredColumns) {
  EXPECT_EQ("", joined(long_lines(this_tree(), 100)));
}

TEST(ThisTree, HasShortFiles) {
  EXPECT_EQ("", joined(long_files(this_tree(), 450)));
}

TEST(ThisTree, HasGuardsInItsHeaders) {
  EXPECT_EQ("", joined(headers_without_guard(this_tree())));
}

TEST(Banned, FailsForEachCallThatIsNotDeterministic) {
  for (const std::string call :
       {"std::chrono::system_clock::now", "std::chrono::steady_clock", "clock_gettime",
        "timerfd_create", "setitimer", "alarm(", "std::signal", "environ", "getenv",
        "std::random_device", "std::uniform_int_distribution<", "std::unordered_map",
        "std::this_thread::get_id"}) {
    const Tree tree{file_of("sim/world/x.cpp", "\n  auto x = " + call + "(1);\n")};
    EXPECT_NE(joined(banned(tree, not_deterministic)).find("sim/world/x.cpp:2: "),
              std::string::npos)
        << call;
  }
}

const Ban no_environment{.pattern = "getenv|environ",
                         .folders = {"sim/"},
                         .excuses = {{"sim/a.cpp", "getenv", "a reason"}}};

TEST(Banned, ExcusesOneWordInOneFile) {
  const Tree tree{file_of("cli/a.cpp", "getenv\n"), file_of("sim/a.cpp", "getenv environ\n"),
                  file_of("sim/b.cpp", "getenv\n")};
  EXPECT_EQ(joined(banned(tree, no_environment)), "sim/a.cpp:1: environ\nsim/b.cpp:1: getenv\n");
}

TEST(Banned, FailsForAnExcuseThatNothingNeeds) {
  EXPECT_EQ(joined(banned({file_of("sim/a.cpp", "")}, no_environment)),
            "sim/a.cpp: needs no excuse for getenv\n");
}

TEST(Banned, MayBeSpokenOf) {
  const Tree tree{file_of("sim/b.cpp", "// getenv\nconst char* x = \"environ\";\n")};
  EXPECT_EQ(banned(tree, no_environment).size(), 1U);  // the excuse
}

TEST(ThirdParties, FailOutsideOfTheirPlaces) {
  const Tree tree{file_of("cli/x.cpp", "#include <sqlite3.h>\n"),
                  file_of("sim/disk/x.cpp", "#include <sqlite3.h>\n")};
  EXPECT_EQ(joined(third_parties_outside(tree, third_parties)),
            "cli/x.cpp:1: <sqlite3.h> has no place here\n");
}

TEST(Files, FailWhenTheyAreLongWithoutAReason) {
  const Tree tree{file_of("sim/a.cpp", "1\n2\n3\n"), file_of("sim/b.cpp", "// Long: data\n2\n3\n"),
                  file_of("tests/c.cpp", "1\n2\n3\n")};
  EXPECT_EQ(joined(long_files(tree, 2)), "sim/a.cpp: 3 lines\n");
}

TEST(Files, FailWhenALineIsLong) {
  const Tree tree{file_of("sim/a.cpp", "12345\n\xC3\xBC\xC3\xBC\xC3\xBC\n123456\nR\"(123456)\"\n")};
  EXPECT_EQ(joined(long_lines(tree, 5)), "sim/a.cpp:3: 6 columns\n");
}

TEST(Files, FailWithoutAGuard) {
  const Tree tree{file_of("sim/a.hpp", "#pragma once\n"), file_of("sim/b.hpp", "int x;\n")};
  EXPECT_EQ(joined(headers_without_guard(tree)), "sim/b.hpp: no #pragma once\n");
}

}  // namespace
}  // namespace leasecheck::repo
