// Lines of logs, and the times and durations of others.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "traces/logs/instant.hpp"
#include "traces/logs/log_entry.hpp"

namespace leasecheck::traces {
namespace {

std::int64_t ms(std::string_view text, TimeUnit unit) {
  const auto instant = instant_from_text(text, unit);
  EXPECT_TRUE(instant) << text << instant.error();
  return instant ? instant->time_since_epoch().count() : -1;
}

TEST(Instant, IsReadInEveryUnit) {
  EXPECT_EQ(ms("1764525892.1239", TimeUnit::seconds), 1'764'525'892'123);
  EXPECT_EQ(ms("-3", TimeUnit::seconds), -3000);
  EXPECT_EQ(ms("0.5", TimeUnit::seconds), 500);
  EXPECT_EQ(ms("7", TimeUnit::milliseconds), 7);
  EXPECT_EQ(ms("1999", TimeUnit::microseconds), 1);
  EXPECT_EQ(ms("-1", TimeUnit::microseconds), -1);
  EXPECT_EQ(ms("2000001", TimeUnit::nanoseconds), 2);
  EXPECT_EQ(ms("1970-01-01T00:00:00Z", TimeUnit::iso8601), 0);
  EXPECT_EQ(ms("2024-02-29 12:30:01.5+01:30", TimeUnit::iso8601), 1'709'204'401'500);
  EXPECT_EQ(ms("1969-12-31T23:00:00-01", TimeUnit::iso8601), 0);
  EXPECT_EQ(ms("2026-11-30T18:04:52,123456", TimeUnit::iso8601), 1'796'061'892'123);
}

TEST(Instant, IsNothingElse) {
  for (const char* const text :
       {"", "x", "1.", ".5", "-0.5", "1.5.2", "1e3", "99999999999999999999"}) {
    EXPECT_FALSE(instant_from_text(text, TimeUnit::seconds)) << text;
  }
  for (const char* const text :
       {"", "2026-02-30T00:00:00Z", "2026-11-30", "2026-11-30T24:00:00Z", "2026-11-30T18:04:52+1",
        "2026-11-30T18:04:52 Z", "2026-11-30T18:04:52.Z", "2026/11/30T18:04:52Z"}) {
    EXPECT_FALSE(instant_from_text(text, TimeUnit::iso8601)) << text;
  }
}

TEST(DurationOfAMapping, HasItsUnit) {
  EXPECT_EQ(duration_from_text("250ms"), model::Duration{250});
  EXPECT_EQ(duration_from_text("2d"), model::Duration{172'800'000});
  for (const char* const text : {"", "30", "s", "-1s", "1.5s", "1w", "99999999999999s"}) {
    EXPECT_FALSE(duration_from_text(text)) << text;
  }
}

LogEntry entry(LogLines& lines, const std::string& text) {
  auto found = lines.read(*parse_json(text));
  EXPECT_TRUE(found) << found.error();
  return found ? *std::move(found) : LogEntry{};
}

std::string done(int number) {
  return R"({"k":"step","i":)" + std::to_string(number) +
         R"(,"t":5,"op":"cancel_attempt","now":4,"args":{"attempt_id":"a"},"phase":"done","ret":{"ok":{}}})";
}

/// Who was killed between writing lines and taking them off the queue writes them again.
TEST(LogLines, TakesARepetitionForNothing) {
  LogLines lines;
  EXPECT_TRUE(std::holds_alternative<LogDone>(entry(lines, done(1))));
  EXPECT_TRUE(std::holds_alternative<LogDone>(entry(lines, done(2))));
  EXPECT_TRUE(std::holds_alternative<LogAside>(entry(lines, done(1))));
  EXPECT_TRUE(std::holds_alternative<LogAside>(entry(lines, done(2))));
  EXPECT_TRUE(std::holds_alternative<LogDone>(entry(lines, done(3))));
}

TEST(LogLines, KnowsWhatDidNotHappenFromWhatNobodyKnows) {
  const auto answer = [](const std::string& error) {
    LogLines lines;
    entry(lines, R"({"k":"step","i":1,"t":1,"op":"reset","args":{},"phase":"call"})");
    const LogEntry found = entry(
        lines, R"({"k":"step","i":2,"t":2,"of":1,"phase":"return","ret":{"error":)" + error + "}}");
    return std::get<LogReturn>(found).answer;
  };
  EXPECT_TRUE(answer(R"({"code":"unavailable","outcome":"none"})").did_not_happen);
  for (const char* const unknown :
       {R"({"code":"unavailable"})", R"({"code":"unavailable","outcome":"unknown"})",
        R"({"code":"corrupt"})"}) {
    EXPECT_FALSE(answer(unknown).did_not_happen) << unknown;
    EXPECT_FALSE(answer(unknown).outcome) << unknown;
  }
  EXPECT_EQ(answer(R"({"code":"stale_lease"})").outcome,
            model::Outcome(std::unexpected(model::ErrorCode::stale_lease)));
}

}  // namespace
}  // namespace leasecheck::traces
