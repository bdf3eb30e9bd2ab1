// How long a function may be, and that its length is measured right.
#include "tests/repo/functions.hpp"

#include <gtest/gtest.h>

namespace leasecheck::repo {
namespace {

std::vector<std::size_t> lengths_in(std::string_view text) {
  std::vector<std::size_t> lengths;
  for (const Function& function : functions_of(file_of("x.cpp", text))) {
    lengths.push_back(function.lines);
  }
  return lengths;
}

using Lengths = std::vector<std::size_t>;

TEST(ThisTree, HasShortFunctions) {
  EXPECT_EQ("", joined(long_functions(this_tree(), 60)));
}

TEST(Functions, FailWhenTheyAreLong) {
  const Tree tree{file_of("sim/x.cpp", "\nint f() {\n  return 1;\n}\n")};
  EXPECT_EQ(joined(long_functions(tree, 2)), "sim/x.cpp:2: 3 lines: int f() {\n");
  EXPECT_EQ("", joined(long_functions(tree, 3)));
}

TEST(Functions, AreFoundInNamespacesAndClasses) {
  EXPECT_EQ(lengths_in("namespace a {\n"
                       "template <class T>\n"
                       "class B : public C<T> {\n"
                       "  B(int b) : b_{b},\n"
                       "    c_{} {\n"
                       "    run();\n"
                       "  }\n"
                       "  int one() const { return 1; }\n"
                       "  int b_ = 0, c_{};\n"
                       "};\n"
                       "TEST(A, B) {\n"
                       "}\n"
                       "}\n"),
            (Lengths{4, 1, 2}));
}

TEST(Functions, CountWhatIsInsideOfThem) {
  EXPECT_EQ(lengths_in("void f(Options options = {}) {\n"
                       "  struct Local { int x; };\n"
                       "  call([&] {\n"
                       "    if (x) { y(); }\n"
                       "  });\n"
                       "}\n"),
            Lengths{6});
}

TEST(Functions, AreNotListsOfValues) {
  EXPECT_EQ(lengths_in(
                "const int a[] = {1,\n 2};\nenum class E { x,\n y };\nstruct S {\n int x{};\n};\n"),
            Lengths{});
}

TEST(Functions, AreNotConfusedByBracesThatAreNoCode) {
  EXPECT_EQ(lengths_in("// {\n"
                       "void f() {\n"
                       "  a('{'); b(\"{\\\"{\"); c(R\"x({)\"{)x\"); /* { */ d(1'000);\n"
                       "}\n"
                       "#define M {\n"
                       "void g() {}\n"),
            (Lengths{3, 1}));
}

}  // namespace
}  // namespace leasecheck::repo
