// Rule 13: what a payload may be.

#include "model/spec/json.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/model/spec/json_cases.hpp"

namespace leasecheck::tests {
namespace {

using model::is_json;

TEST(Json, IsJudgedAsTheTestSuiteDemands) {
  ASSERT_EQ(json_cases().size(), 323U);
  for (const JsonCase& json : json_cases()) {
    if (json.name.starts_with("i_")) continue;
    EXPECT_EQ(is_json(json.text), json.name.starts_with("y_")) << json.name;
  }
}

// All else that the suite leaves open is refused: numbers that round to infinity, escapes of half a
// surrogate pair, and what is not UTF-8.
TEST(Json, OfWhatTheTestSuiteLeavesOpenTakesWhatCanBeHeld) {
  const std::set<std::string> taken = {
      "i_number_double_huge_neg_exp",      "i_number_real_underflow",
      "i_number_too_big_neg_int",          "i_number_too_big_pos_int",
      "i_number_very_big_negative_int",    "i_structure_500_nested_arrays",
      "i_structure_UTF-8_BOM_empty_object"};
  for (const JsonCase& json : json_cases()) {
    if (!json.name.starts_with("i_")) continue;
    EXPECT_EQ(is_json(json.text), taken.contains(json.name)) << json.name;
  }
}

TEST(Json, NestsToAnyDepth) {
  EXPECT_TRUE(is_json(repeated("[", 100'000) + repeated("]", 100'000)));
  EXPECT_FALSE(is_json(repeated("[", 100'000) + repeated("]", 99'999)));
}

// The largest double is 2^1024 - 2^971, and what is less than half a step above it rounds to it.
TEST(Json, TakesNumbersUpToTheLargestThatRoundsToADouble) {
  EXPECT_TRUE(is_json("1.7976931348623157e308"));
  EXPECT_TRUE(is_json("1.7976931348623158e308"));
  EXPECT_FALSE(is_json("1.7976931348623159e308"));
  EXPECT_FALSE(is_json("-1.7976931348623159e308"));
  EXPECT_FALSE(is_json("0.00017976931348623159e312"));
  EXPECT_FALSE(is_json("17976931348623159e292"));
  EXPECT_FALSE(is_json("1e309"));
  EXPECT_TRUE(is_json("1e-400"));
  EXPECT_TRUE(is_json("0e999999999999999999999"));
  EXPECT_TRUE(is_json("1e-999999999999999999999"));
  EXPECT_TRUE(is_json("1" + std::string(308, '0')));
  EXPECT_FALSE(is_json("1" + std::string(309, '0')));
  EXPECT_TRUE(is_json("0." + std::string(400, '0') + "1e700"));
  EXPECT_FALSE(is_json("0." + std::string(400, '0') + "1e710"));
}

TEST(Json, BeginsWithAtMostOneByteOrderMark) {
  EXPECT_TRUE(
      is_json("\xEF\xBB\xBF"
              "1"));
  EXPECT_FALSE(
      is_json("\xEF\xBB\xBF\xEF\xBB\xBF"
              "1"));
  EXPECT_FALSE(
      is_json(" \xEF\xBB\xBF"
              "1"));
  EXPECT_FALSE(
      is_json("\xEF\xBB"
              "1"));
}

TEST(Json, EndsWithItsOneValue) {
  EXPECT_FALSE(is_json(std::string("1\0", 2)));
  EXPECT_FALSE(is_json(std::string("1\0{", 3)));
  EXPECT_FALSE(is_json("1 2"));
  EXPECT_FALSE(is_json("\"\"\"\""));
}

}  // namespace
}  // namespace leasecheck::tests
