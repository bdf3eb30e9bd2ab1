#include "traces/printable.hpp"

#include <gtest/gtest.h>

#include "model/spec/utf8.hpp"

namespace leasecheck::traces {
namespace {

using namespace std::string_view_literals;

TEST(Printable, LeavesWhatIsTextAsItIs) {
  const std::string_view text = "für\tL1 → a1 😀 \\x1b\n\"<&>";
  EXPECT_EQ(printable(text), text);
}

TEST(Printable, ShowsEveryOtherByteByItsNumber) {
  EXPECT_EQ(printable("f\xFCr"), "f\\xfcr") << "Latin-1";
  EXPECT_EQ(printable("\xC3"), "\\xc3") << "half a character";
  EXPECT_EQ(printable("\xED\xA0\x80"), "\\xed\\xa0\\x80") << "half a pair of surrogates";
  EXPECT_EQ(printable("\x1B[31mred\x07\r\0\x7F"sv), "\\x1b[31mred\\x07\\x0d\\x00\\x7f");
  EXPECT_EQ(printable("\xC2\x9B\xC2\xA0"), "\\xc2\\x9b\xC2\xA0") << "a control of Latin-1";
  EXPECT_EQ(printable("\xEF\xBF\xBD\xEF\xBF\xBE"), "\xEF\xBF\xBD\\xef\\xbf\\xbe") << "not in XML";
}

TEST(Printable, OfWhatIsPrintableIsTheSame) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  const std::string shown = printable(every_byte);
  EXPECT_TRUE(model::is_utf8(shown));
  EXPECT_EQ(printable(shown), shown);
}

TEST(CutText, EndsAndBeginsBetweenCharacters) {
  EXPECT_EQ(front_of("aé", 2), "a");
  EXPECT_EQ(front_of("aé", 3), "aé");
  EXPECT_EQ(end_of("éa", 2), "a");
  EXPECT_EQ(end_of("éa", 3), "éa");
  EXPECT_EQ(front_of("😀😀", 7), "😀");
  EXPECT_EQ(end_of("😀😀", 7), "😀");
  EXPECT_EQ(front_of("\x80\x80\x80\x80\x80\x80", 5).size(), 2U) << "no character is that long";
}

}  // namespace
}  // namespace leasecheck::traces
