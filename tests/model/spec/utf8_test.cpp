// Section 1: what UTF-8 is. Source: The Unicode Standard 15.0, table 3-7 and section 3.9.

#include "model/spec/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace leasecheck::tests {
namespace {

using model::is_utf8;
using model::utf8_sequence_length;

struct Bytes {
  std::string what;
  std::string bytes;
};

TEST(Utf8, TakesTheFirstAndTheLastOfEveryLength) {
  const Bytes good[] = {{"nothing", ""},
                        {"U+0000", std::string(1, '\0')},
                        {"U+007F", "\x7F"},
                        {"U+0080", "\xC2\x80"},
                        {"U+07FF", "\xDF\xBF"},
                        {"U+0800", "\xE0\xA0\x80"},
                        {"U+D7FF, before the surrogates", "\xED\x9F\xBF"},
                        {"U+E000, after the surrogates", "\xEE\x80\x80"},
                        {"U+FFFF", "\xEF\xBF\xBF"},
                        {"U+10000", "\xF0\x90\x80\x80"},
                        {"U+10FFFF", "\xF4\x8F\xBF\xBF"},
                        {"a mixture", "a\xC3\xA9\xE2\x82\xAC\xF0\x9D\x84\x9Ez"}};
  for (const Bytes& text : good) EXPECT_TRUE(is_utf8(text.bytes)) << text.what;
}

TEST(Utf8, TakesNoncharacters) {
  const Bytes good[] = {{"U+FFFE", "\xEF\xBF\xBE"},      {"U+FFFF", "\xEF\xBF\xBF"},
                        {"U+FDD0", "\xEF\xB7\x90"},      {"U+FDEF", "\xEF\xB7\xAF"},
                        {"U+FEFF", "\xEF\xBB\xBF"},      {"U+1FFFE", "\xF0\x9F\xBF\xBE"},
                        {"U+10FFFE", "\xF4\x8F\xBF\xBE"}};
  for (const Bytes& text : good) EXPECT_TRUE(is_utf8(text.bytes)) << text.what;
}

TEST(Utf8, RefusesWhatIsIllFormed) {
  const Bytes bad[] = {{"a continuation alone", "\x80"},
                       {"the last continuation alone", "\xBF"},
                       {"a continuation too many", "\xC3\xA9\x80"},
                       {"U+0000 in two bytes", "\xC0\x80"},
                       {"U+002F in two bytes", "\xC0\xAF"},
                       {"U+007F in two bytes", "\xC1\xBF"},
                       {"U+07FF in three bytes", "\xE0\x9F\xBF"},
                       {"U+FFFF in four bytes", "\xF0\x8F\xBF\xBF"},
                       {"U+D800", "\xED\xA0\x80"},
                       {"U+DBFF", "\xED\xAF\xBF"},
                       {"U+DC00", "\xED\xB0\x80"},
                       {"U+DFFF", "\xED\xBF\xBF"},
                       {"a pair of surrogates", "\xED\xA0\xBD\xED\xB8\xB9"},
                       {"U+110000", "\xF4\x90\x80\x80"},
                       {"U+13FFFF", "\xF4\xBF\xBF\xBF"},
                       {"U+140000", "\xF5\x80\x80\x80"},
                       {"five bytes", "\xF8\x88\x80\x80\x80"},
                       {"six bytes", "\xFC\x84\x80\x80\x80\x80"},
                       {"FE", "\xFE"},
                       {"FF", "\xFF"},
                       {"one byte of two", "\xC3"},
                       {"one byte of three", "\xE2"},
                       {"two bytes of three", "\xE2\x82"},
                       {"one byte of four", "\xF0"},
                       {"three bytes of four", "\xF0\x9D\x84"},
                       {"a letter for the second byte", "\xC3("},
                       {"a letter for the third byte", "\xE2\x82("},
                       {"a letter for the fourth byte", "\xF0\x9D\x84("},
                       {"a first byte for the second", "\xE2\xE2\x82"}};
  for (const Bytes& text : bad) {
    EXPECT_FALSE(is_utf8(text.bytes)) << text.what;
    EXPECT_FALSE(is_utf8("before" + text.bytes)) << text.what;
    EXPECT_FALSE(is_utf8(text.bytes + "after")) << text.what;
  }
}

TEST(Utf8, MeasuresTheFirstSequenceOnly) {
  EXPECT_EQ(utf8_sequence_length(""), 0U);
  EXPECT_EQ(utf8_sequence_length("a\xFF"), 1U);
  EXPECT_EQ(utf8_sequence_length("\xC3\xA9\xFF"), 2U);
  EXPECT_EQ(utf8_sequence_length("\xE2\x82\xAC\xFF"), 3U);
  EXPECT_EQ(utf8_sequence_length("\xF0\x9D\x84\x9E\xFF"), 4U);
  EXPECT_EQ(utf8_sequence_length("\xFF"
                                 "a"),
            0U);
}

}  // namespace
}  // namespace leasecheck::tests
