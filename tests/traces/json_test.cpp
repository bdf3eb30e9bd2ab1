// What a stranger's JSON costs, and what of it is refused.
#include "traces/json.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "traces/codec.hpp"

namespace leasecheck::traces {
namespace {

std::string object_of(std::size_t members) {
  std::string text = "{";
  for (std::size_t i = 0; i < members; ++i) {
    text += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":" + std::to_string(i);
  }
  return text + "}";
}

long peak_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(ParsedJson, IsWhatTheLibraryReads) {
  for (const std::string text :
       {R"({"b":[1,-2,3.5,"x",null,true,{}],"a":{"c":[[]],"":18446744073709551615}})", "0", "[]",
        R"("é")", R"([{"a":1},{"a":2}])", "1e999", "[1,]", "{\"a\"}", "\"\xFF\"", "", "[1] 2"}) {
    const auto parsed = parse_json(text);
    const Json expected = Json::parse(text, nullptr, false);
    ASSERT_EQ(parsed.has_value(), !expected.is_discarded()) << text;
    if (parsed) {
      EXPECT_EQ(print_json(*parsed), print_json(expected));
    } else {
      EXPECT_TRUE(parsed.error().starts_with("not JSON (")) << parsed.error();
    }
  }
}

TEST(ParsedJson, WithARepeatedNameIsRefused) {
  const auto parsed = parse_json(R"([{"a":1,"b":{"c":0,"d":1,"c":2}}])");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error(), R"(an object that repeats the name "c")");
}

// Looking for each name among those before it takes minutes.
TEST(ParsedJson, OfManyNamesTakesTimeLikeItsLength) {
  const std::string text = object_of(300'000);
  const auto began = std::chrono::steady_clock::now();
  const auto parsed = parse_json(text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(print_json(*parsed), text);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
}

TEST(ParsedJson, OfTooManyValuesIsRefusedBeforeItTakesMemory) {
  std::string text = "[0";
  while (text.size() < 16'000'000) text += ",0";
  EXPECT_EQ(parse_json(text + "]").error(), "of more than 2097152 values");
  EXPECT_LT(peak_kib(), 200'000);
}

TEST(ParsedJson, ThatIsWrongSaysSoInAFewWords) {
  const auto parsed = parse_json("\"" + std::string(1'000'000, 'x') + "\xFF");
  ASSERT_FALSE(parsed);
  EXPECT_LT(parsed.error().size(), 300U);
}

TEST(DecodedArray, IsCheckedElementByElementBeforeItTakesMemory) {
  std::string text = R"({"attempts":[0)";
  while (text.size() < 4'000'000) text += ",0";
  const auto parsed = parse_json(text + "]}");
  ASSERT_TRUE(parsed);
  const long before = peak_kib();
  EXPECT_EQ(snapshot_from_json(*parsed).error(),
            "snapshot.attempts[0]: expected an object, found 0");
  EXPECT_LT(peak_kib() - before, 50'000);
}

TEST(Payload, MayRepeatNames) {
  EXPECT_EQ(print_json(payload_to_json(R"( {"b":1,"a":2,"b":3} )")), R"({"a":2,"b":3})");
  EXPECT_TRUE(payload_to_json("{").is_discarded());
  EXPECT_TRUE(payload_if_canonical(R"({"a":1,"a":1})").is_discarded());
  EXPECT_EQ(payload_if_canonical(R"({"a":1})"), Json::parse(R"({"a":1})"));
}

}  // namespace
}  // namespace leasecheck::traces
