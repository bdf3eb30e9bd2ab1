// Who may include whom: on this tree, and that each rule fails on a tree that breaks it.
#include "tests/repo/rooms.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace leasecheck::repo {
namespace {

const std::string readme = LEASECHECK_ROOT "/README.md";

std::string text_of(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

Arrows table() {
  return parse_arrows(text_of(LEASECHECK_ROOT "/tests/repo/arrows.txt"));
}

/// The picture in a document, between its fences; "" if there is none.
std::string picture_in(const std::string& document) {
  const std::string fence = "```mermaid\n";
  const std::size_t begin = document.find(fence + "flowchart");
  if (begin == std::string::npos) return {};
  const std::size_t end = document.find("```", begin + fence.size());
  return document.substr(begin + fence.size(), end - begin - fence.size());
}

TEST(ThisTree, HasSourcesToCheck) {
  EXPECT_GT(this_tree().size(), 300U);
}

TEST(ThisTree, IncludesOnlyWhatTheTableAllows) {
  EXPECT_EQ("", joined(forbidden_includes(this_tree(), table())));
}

TEST(ThisTree, UsesEveryArrowOfTheTable) {
  EXPECT_EQ("", joined(unused_arrows(this_tree(), table())));
}

TEST(ThisTree, HasNoCycleBetweenRooms) {
  EXPECT_EQ("", joined(cycles(table())));
}

TEST(ThisTree, HasNoCycleBetweenFiles) {
  EXPECT_EQ("", joined(cycles(includes_between_files(this_tree()))));
}

TEST(ThisTree, IncludesNothingOfTheProgramTestsOrBenchmarks) {
  EXPECT_EQ("", joined(arrows_into_the_top(table())));
}

TEST(ThisTree, NamesOnlyFilesThatExist) {
  EXPECT_EQ("", joined(unknown_includes(this_tree())));
}

TEST(ThisTree, IsDrawnInTheReadmeAsTheTableSays) {
  const std::string document = text_of(readme);
  const std::string drawn = picture_in(document);
  const std::string wanted = mermaid(table());
  if (drawn == wanted) return;
  std::string changed = document;
  if (!drawn.empty()) changed.replace(changed.find(drawn), drawn.size(), wanted);
  const std::string file = testing::TempDir() + "README.md";
  std::ofstream(file) << changed;
  ADD_FAILURE() << "The picture should be\n"
                << wanted << "To put it there:\n  cp " << file << ' ' << readme;
}

const Arrows two_rooms = parse_arrows(
    "# a comment\n"
    "sim/disk ->\n"
    "sim/world -> sim/disk  # why\n");

TEST(Table, IsReadWithoutItsComments) {
  EXPECT_EQ(two_rooms, (Arrows{{"sim/disk", {}}, {"sim/world", {"sim/disk"}}}));
}

TEST(Table, FailsForAnIncludeWithoutAnArrow) {
  const Tree tree{file_of("sim/disk/disk.hpp", "#include \"sim/world/world.hpp\"\n"),
                  file_of("sim/world/world.cpp", "#include \"sim/disk/disk.hpp\"\n"),
                  file_of("sim/world/world.hpp", "")};
  EXPECT_EQ(joined(forbidden_includes(tree, two_rooms)),
            "sim/disk/disk.hpp: may not include sim/world/world.hpp: no arrow from sim/disk to "
            "sim/world\n");
}

TEST(Table, FailsForAnIncludeInAngleBracketsToo) {
  const Tree tree{file_of("sim/disk/disk.hpp", "#include <leasecheck/world.hpp>\n"),
                  file_of("sim/world/include/leasecheck/world.hpp", "")};
  EXPECT_EQ(forbidden_includes(tree, two_rooms).size(), 1U);
}

TEST(Table, FailsForAFileInNoRoom) {
  EXPECT_EQ(joined(forbidden_includes({file_of("sim/cellar/x.cpp", "")}, two_rooms)),
            "sim/cellar/x.cpp: is in no room of the table\n");
}

TEST(Table, FailsForAnArrowThatNoIncludeNeeds) {
  const Tree tree{file_of("sim/disk/disk.hpp", ""), file_of("sim/world/world.cpp", "")};
  EXPECT_EQ(joined(unused_arrows(tree, two_rooms)),
            "sim/world -> sim/disk: no include needs this arrow\n");
}

TEST(Table, FailsForARoomWithoutAFile) {
  const Tree tree{file_of("sim/world/world.cpp", "")};
  EXPECT_EQ(unused_arrows(tree, two_rooms).front(), "sim/disk: the room has no file");
}

TEST(Table, FailsForACycleBetweenRooms) {
  EXPECT_EQ(joined(cycles(parse_arrows("a -> b\nb -> c\nc -> a b\nd -> a\n"))),
            "a -> b -> c -> a\n");
}

TEST(Table, FailsForAnArrowIntoTheProgram) {
  EXPECT_EQ(joined(arrows_into_the_top(parse_arrows("tests -> cli/report\ncli -> cli/report\n"))),
            "tests -> cli/report: nothing includes cli\n");
  EXPECT_EQ(arrows_into_the_top(parse_arrows("tests/cli -> cli/report\n")).size(), 0U);
}

TEST(Files, FailForACycleOfTwoByWayOfTheirSources) {
  const Tree tree{file_of("impl/include/lease/a.hpp", ""),
                  file_of("impl/src/a.cpp", "#include \"b.hpp\"\n#include \"lease/a.hpp\"\n"),
                  file_of("impl/src/b.hpp", "#include <lease/a.hpp>\n")};
  EXPECT_EQ(joined(cycles(includes_between_files(tree))), "impl/a -> impl/b -> impl/a\n");
}

TEST(Files, MayIncludeTheirOwnHeader) {
  const Tree tree{file_of("model/spec/include/leasecheck/spec/step.hpp", ""),
                  file_of("model/spec/step.cpp", "#include \"leasecheck/spec/step.hpp\"\n")};
  EXPECT_EQ("", joined(cycles(includes_between_files(tree))));
}

TEST(Files, FailForAnIncludeOfNoFile) {
  EXPECT_EQ(joined(unknown_includes({file_of("sim/x.cpp", "\n#include \"sim/gone.hpp\"\n")})),
            "sim/x.cpp:2: no such file: \"sim/gone.hpp\"\n");
}

TEST(Picture, LeavesOutWhatFollowsAndWhatIsNotDrawn) {
  EXPECT_EQ(mermaid(parse_arrows("impl ->\n"
                                 "sim ->\n"
                                 "sim/disk -> sim impl\n"
                                 "sim/world -> sim sim/disk\n"
                                 "tests -> sim\n")),
            "flowchart BT\n"
            "  impl[impl]\n"
            "  subgraph sim\n"
            "    sim_itself[sim]\n"
            "    sim_disk[disk]\n"
            "    sim_world[world]\n"
            "  end\n"
            "  sim_disk --> impl & sim_itself\n"
            "  sim_world --> sim_disk\n");
}

}  // namespace
}  // namespace leasecheck::repo
