// That links and paths in the documents lead somewhere, and that each kind fails where it does not.
#include "tests/repo/documents.hpp"

#include <gtest/gtest.h>

namespace leasecheck::repo {
namespace {

const std::set<std::string> paths{"README.md",      "sim",           "sim/README.md", "sim/disk",
                                  "sim/disk/a.cpp", "sim/disk/a.hpp"};

std::string dead_in(const std::string& path, const std::string& text) {
  const Tree documents{file_of(path, text), file_of("sim/disk/b.md", "# The `disk`, in all\n")};
  return joined(dead_references(documents, paths));
}

TEST(ThisTree, HasDocumentsThatLeadSomewhere) {
  EXPECT_EQ("",
            joined(dead_references(read_documents(LEASECHECK_ROOT), read_paths(LEASECHECK_ROOT))));
}

TEST(Documents, FailForALinkThatLeadsNowhere) {
  EXPECT_EQ("", dead_in("README.md", "[a](sim/disk), [b](https://a.b/c)\n"));
  EXPECT_EQ("", dead_in("sim/README.md", "[a](disk/a.cpp) [b](../README.md)\n"));
  EXPECT_EQ(dead_in("sim/README.md", "\n[a](sim/disk)\n"),
            "sim/README.md:2: leads nowhere: sim/disk\n");
}

TEST(Documents, FailForALinkToNoHeading) {
  EXPECT_EQ("", dead_in("README.md", "## Own Queue\n[a](#own-queue)\n"));
  EXPECT_EQ(dead_in("README.md", "## Own Queue\n[a](#queue)\n"),
            "README.md:2: leads nowhere: #queue\n");
}

TEST(Documents, FailForAPathThatLeadsNowhere) {
  EXPECT_EQ("", dead_in("README.md", "`sim/disk/a.cpp` `sim/disk/` `sim/disk/*.hpp` `sim/disk/a`"));
  EXPECT_EQ("", dead_in("sim/README.md", "`disk/a.cpp` `sim/disk`\n"));
  EXPECT_EQ(dead_in("README.md", "`sim/disk/b.cpp` `sim/disk/*.md`\n"),
            "README.md:1: leads nowhere: sim/disk/b.cpp\n"
            "README.md:1: leads nowhere: sim/disk/*.md\n");
  EXPECT_EQ(dead_in("sim/README.md", "`disk/b`\n"), "sim/README.md:1: leads nowhere: disk/b\n");
}

TEST(Documents, MayNameWhatIsNotOfThisTree) {
  EXPECT_EQ("", dead_in("README.md",
                        "`/dev/shm` `I/N` `./run x` `lease/types.hpp`\n"
                        "```\n[a](b) `sim/b`\n```\n"));
}

}  // namespace
}  // namespace leasecheck::repo
