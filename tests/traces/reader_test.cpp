#include "traces/reader.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/traces/samples.hpp"
#include "traces/writer.hpp"

namespace leasecheck::tests {
namespace {

using traces::ReadError;

const std::string head =
    R"({"k":"head","schema":1,"model":"lease-2","config":{},"seed":"7","origin":"o","backend":"b"})"
    "\n";
const std::string started =
    R"({"k":"step","i":1,"t":0,"actor":"env","op":"worker_stopped","args":{"worker":"w1"}})"
    "\n";
const std::string held = R"({"k":"verdict","result":"held"})";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

/// What reading the text says, the name of the file left out.
std::string complaint(const std::string& text) {
  const auto read = traces::read_text(text, "t");
  if (read) return "accepted";
  EXPECT_EQ(read.error().kind, ReadError::Kind::malformed);
  return read.error().message.substr(2);
}

std::string beginning(const std::string& text) {
  return complaint(text).substr(0, 12);
}

TEST(Reader, AcceptsTheSamplesOfThisTest) {
  EXPECT_EQ(complaint(head + started + held + "\n"), "accepted");
  EXPECT_EQ(complaint(head + held), "accepted");
}

TEST(Reader, TakesLinesThatEndInCrLf) {
  std::string text = traces::to_text(short_trace());
  for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2)) {
    text.insert(at, 1, '\r');
  }
  EXPECT_EQ(*traces::read_text(text, "t"), short_trace());
}

TEST(Reader, TakesEventsOfTheDiskAndAnswersWithoutADigest) {
  traces::Trace trace = short_trace();
  std::get<traces::Return>(trace.steps.back().what).post = 0;
  using Kind = traces::DiskEvent::Kind;
  trace.steps.push_back({4, model::at_ms(3), traces::DiskEvent{Kind::schedule, "0*3,1"}});
  trace.steps.push_back({5, model::at_ms(3), traces::DiskEvent{Kind::mishap, "kill@7"}});
  const std::string text = traces::to_text(trace);
  EXPECT_EQ(*traces::read_text(text, "t"), trace);
  EXPECT_EQ(text.find("\"post\""), std::string::npos);
  EXPECT_EQ(complaint(replaced(text, "\"mishap\"", "\"fire\"")),
            R"(6: op: expected "schedule" or "mishap", found "fire")");
  EXPECT_EQ(complaint(replaced(text, "\"point\"", "\"pint\"")), "6: args.point: missing");
}

TEST(Reader, RefusesWhatIsNoTrace) {
  EXPECT_EQ(complaint(""), "1: the file is empty; expected the head of a trace");
  EXPECT_EQ(beginning("hello\n"), "1: not JSON ");
  EXPECT_EQ(beginning("\n"), "1: not JSON ");
  EXPECT_EQ(beginning(std::string("SQLite format 3\0\x10", 17)), "1: not JSON ");
  for (const char* foreign : {"{}", "[]", "7", R"({"k":"step","i":1})", R"({"k":["head"]})"}) {
    EXPECT_EQ(complaint(foreign), R"(1: expected the head of a trace ("k":"head"))");
  }
}

TEST(Reader, RefusesAFormatThatItDoesNotKnow) {
  EXPECT_EQ(complaint(replaced(head, "\"schema\":1", "\"schema\":2") + held),
            "1: schema: this program reads 1, found 2");
  EXPECT_EQ(complaint(R"({"k":"head","model":"lease-2"})"), "1: schema: missing");
}

TEST(Reader, CallsATraceOfAnotherModelStale) {
  const auto read = traces::read_text(replaced(head, "lease-2", "lease-0") + held, "t");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ReadError::Kind::stale);
  EXPECT_EQ(read.error().message,
            R"(t:1: stale: recorded for model "lease-0", this program has "lease-2")");
}

TEST(Reader, RefusesAHeadWithABadField) {
  EXPECT_EQ(complaint(replaced(head, "\"7\"", "7") + held),
            R"(1: seed: expected a string or {"hex":…}, found 7)");
  EXPECT_EQ(
      complaint(replaced(head, "\"7\"", "\"18446744073709551616\"") + held),
      R"(1: seed: expected a decimal 64-bit number in a string, found "18446744073709551616")");
  EXPECT_EQ(complaint(replaced(head, "\"7\"", "\"-7\"") + held),
            R"(1: seed: expected a decimal 64-bit number in a string, found "-7")");
  EXPECT_EQ(complaint(replaced(head, "{}", R"({"ttl":"30s"})") + held),
            "1: config.ttl: expected an integer from -9223372036854775808 to 9223372036854775807, "
            R"(found "30s")");
  EXPECT_EQ(complaint(replaced(head, "{}", "[]") + held),
            "1: config: expected an object, found array");
  EXPECT_EQ(complaint(replaced(head, ",\"backend\":\"b\"", "") + held), "1: backend: missing");
  EXPECT_EQ(complaint(replaced(head, "\"b\"", R"("b","exhibit":{"shows":"x"})") + held),
            "1: exhibit.defect: missing");
}

TEST(Reader, RefusesATraceThatWasCutShort) {
  const std::string text = traces::to_text(full_trace());
  EXPECT_EQ(complaint(head + started), "3: the file ends without a verdict: it was cut short");
  EXPECT_EQ(complaint(head), "2: the file ends without a verdict: it was cut short");
  // Whatever is cut off, what remains is never taken for a trace.
  for (std::size_t size = 0; size + 2 < text.size(); ++size) {
    ASSERT_FALSE(traces::read_text(std::string_view(text).substr(0, size), "t")) << size;
    if (size > 3'000) size += 97;
  }
}

TEST(Reader, RefusesStepsOutOfStep) {
  EXPECT_EQ(complaint(head + replaced(started, "\"i\":1", "\"i\":2") + held),
            "2: i: expected step 1, found 2");
  EXPECT_EQ(complaint(head + started + started + held), "3: i: expected step 2, found 1");
  EXPECT_EQ(complaint(head + head + held), R"(2: expected a line of kind "step" or "verdict")");
}

TEST(Reader, RefusesAnAnswerToNoCall) {
  const std::string text = traces::to_text(short_trace());
  const std::string wrong =
      "4: of: expected the number of a call that waits for its answer, found ";
  EXPECT_EQ(complaint(replaced(text, "\"of\":2", "\"of\":1")), wrong + "1");
  EXPECT_EQ(complaint(replaced(text, "\"of\":2", "\"of\":3")), wrong + "3");
  const auto begin = text.find(R"({"k":"step","i":3)");
  const std::string answer = text.substr(begin, text.find('\n', begin) + 1 - begin);
  EXPECT_EQ(complaint(replaced(text, answer, answer + replaced(answer, "\"i\":3", "\"i\":4"))),
            "5" + wrong.substr(1) + "2");
}

TEST(Reader, RefusesAStepWithABadField) {
  const std::string text = traces::to_text(short_trace());
  EXPECT_EQ(complaint(replaced(text, "\"call\"", "\"ring\"")),
            R"(3: phase: expected "call", "return", "info" or none, found "ring")");
  EXPECT_EQ(complaint(replaced(text, "cancel_attempt", "worker_stopped")),
            R"(3: unknown operation "worker_stopped")");
  EXPECT_EQ(complaint(replaced(text, "worker_started", "cancel_attempt")),
            R"(2: unknown event "cancel_attempt")");
  EXPECT_EQ(complaint(replaced(text, "attempt_id", "attempt")), "3: args.attempt_id: missing");
  EXPECT_EQ(complaint(replaced(text, "clock_offset", "offset")), "2: args.clock_offset: missing");
  EXPECT_EQ(complaint(replaced(text, "\"ok\"", "\"yes\"")),
            R"(4: ret.answer: expected an object with "ok" or "error", found object)");
  EXPECT_EQ(complaint(replaced(text, "ffffffffffffffff", "0xff")),
            R"(4: post: expected a hexadecimal 64-bit number in a string, found "0xff")");
  EXPECT_EQ(complaint(replaced(text, "{\"a1.status\":\"cancelled\"}", "[]")),
            "4: delta: expected an object, found array");
  EXPECT_EQ(complaint(replaced(text, "\"t\":1,", "")), "2: t: missing");
  EXPECT_EQ(complaint(head + replaced(started, "}}", "},\"phase\":\"info\"}") + held),
            R"(2: phase: expected "info" for a lost message and for nothing else)");
}

TEST(Reader, RefusesAVerdictThatPointsNowhere) {
  const auto violated = [](int step) {
    return head + started + R"({"k":"verdict","result":"violated","property":"p","first_bad":)" +
           std::to_string(step) + "}\n";
  };
  EXPECT_EQ(complaint(violated(1)), "accepted");
  EXPECT_EQ(complaint(violated(0)), "3: first_bad: expected the number of a step, found 0");
  EXPECT_EQ(complaint(violated(2)), "3: first_bad: expected the number of a step, found 2");
  EXPECT_EQ(complaint(head + R"({"k":"verdict","result":"violated"})"), "2: property: missing");
  EXPECT_EQ(complaint(head + R"({"k":"verdict","result":"won"})"),
            R"(2: result: expected one of held, inconclusive, broken, violated, found "won")");
}

TEST(Reader, RefusesLinesAfterTheVerdict) {
  EXPECT_EQ(complaint(head + held + "\n" + held + "\n"),
            "3: expected the file to end after its verdict");
  EXPECT_EQ(complaint(head + held + "\n\n"), "3: expected the file to end after its verdict");
}

TEST(Reader, RefusesALineLongerThanItsLimit) {
  EXPECT_EQ(complaint(head + std::string(traces::longest_line + 1, ' ')),
            "2: longer than 16777216 bytes");
}

TEST(Reader, RefusesNestingThatWouldOverflowTheStack) {
  const std::string open = R"({"k":"head","x":)" + std::string(1'000'000, '[');
  EXPECT_EQ(complaint(open), "1: nested deeper than 64")
      << "read no further to see whether it ends";
  EXPECT_EQ(complaint(open + std::string(1'000'000, ']') + "}"), "1: nested deeper than 64");
}

TEST(Reader, NamesTheFileThatItCannotRead) {
  const auto missing = traces::read_file("no-such-directory/trace.jsonl");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ReadError::Kind::unreadable);
  EXPECT_EQ(missing.error().message,
            "no-such-directory/trace.jsonl: cannot be opened: No such file or directory");
  const auto directory = traces::read_file(testing::TempDir());
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().kind, ReadError::Kind::unreadable);
  EXPECT_EQ(directory.error().message,
            testing::TempDir() + ": is a directory; expected a trace file");
}

// What a crash leaves: calls without an answer, the last line perhaps torn.
TEST(Reader, APartThatIsLeftOverIsATraceWhoseRunBroke) {
  const std::string file = testing::TempDir() + "reader_test.jsonl.part";
  for (const std::string rest : {"", R"({"k":"step","i":2,"t)"}) {
    std::ofstream(file, std::ios::binary) << head << started << rest;
    const auto trace = traces::read_file(file);
    ASSERT_TRUE(trace) << trace.error().message;
    EXPECT_EQ(trace->steps.size(), 1U);
    EXPECT_EQ(trace->verdict.result, traces::Result::broken);
    EXPECT_EQ(trace->verdict.message, "the run was cut short");
  }
  std::ofstream(file, std::ios::binary) << head << "oops\n" << started;
  EXPECT_FALSE(traces::read_file(file)) << "only its end may be missing";
  std::filesystem::remove(file);
}

TEST(Reader, ReadsAFile) {
  const std::string file = testing::TempDir() + "reader_test.jsonl";
  std::ofstream(file, std::ios::binary) << traces::to_text(full_trace());
  EXPECT_EQ(*traces::read_file(file), full_trace());
  std::ofstream(file, std::ios::binary) << head << "oops\n";
  EXPECT_TRUE(traces::read_file(file).error().message.starts_with(file + ":2: not JSON"));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace leasecheck::tests
