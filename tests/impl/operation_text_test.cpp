// Calls and answers in logs of operations, beside the codec of traces: every operation, every
// answer.

#include "operation_text.hpp"

#include <fstream>
#include <limits>

#include "sim/subject/convert.hpp"
#include "sim/subject/operation_mapping.hpp"
#include "tests/impl/answering_repository.hpp"
#include "tests/impl/fixture.hpp"
#include "tests/support/replayed_operations.hpp"
#include "tests/traces/samples.hpp"
#include "traces/lines.hpp"

namespace leasecheck::tests {
namespace {

/// The lines that a call leaves, as text.
struct Lines {
  std::string call;
  std::string answer;
};

class OperationText : public testing::Test {
 protected:
  Lines lines_of(const model::Action& action, const model::Outcome& outcome) {
    const std::string path = directory.path() / (std::to_string(++files) + ".jsonl");
    const auto log = value_of(lease::OperationLog::open(path, clock));
    AnsweringRepository answering(outcome);
    lease::RecordingRepository recording(answering, *log, "w1");
    sim::Handles handles;
    static_cast<void>(sim::carry_out(recording, handles, action));
    std::ifstream in(path);
    std::string head;
    Lines lines;
    std::getline(in, head);
    std::getline(in, lines.call);
    std::getline(in, lines.answer);
    return lines;
  }

  /// What is left when all but the arguments or the answer is taken away.
  static std::string between(const std::string& line, const std::string& from,
                             const std::string& to) {
    const std::size_t begin = line.find(from);
    const std::size_t end = line.rfind(to);
    if (begin == std::string::npos || end == std::string::npos) return "not found in " + line;
    return line.substr(begin + from.size(), end - begin - from.size());
  }

  /// Byte for byte.
  void expect_as_in_traces(const model::Operation& operation, const model::Outcome& outcome) {
    const Lines lines = lines_of({model::at_ms(16), operation}, outcome);
    EXPECT_EQ(between(lines.call, "\"args\":", ",\"phase\":\"call\"}"),
              traces::print_json(traces::operation_args_to_json(operation)));
    EXPECT_NE(lines.call.find("\"op\":\"" + std::string(model::name_of(operation)) + "\","),
              std::string::npos)
        << lines.call;
    std::string ret = between(lines.answer, "\"ret\":", "}");
    const std::string effect = R"(,"outcome":"none")";
    if (const auto at = ret.find(effect); at != std::string::npos) ret.erase(at, effect.size());
    EXPECT_EQ(ret, traces::print_json(traces::outcome_to_json(outcome)));
  }

  TemporaryDirectory directory;
  ManualClock clock;
  int files = 0;
};

TEST_F(OperationText, IsThatOfTracesForEveryOperationAndAnswer) {
  std::set<std::size_t> operations;
  for (const auto& [operation, outcome] : answered_operations()) {
    expect_as_in_traces(operation, outcome);
    operations.insert(operation.index());
  }
  EXPECT_EQ(operations.size(), std::variant_size_v<model::Operation>);
}

TEST_F(OperationText, IsThatOfTracesForOddTexts) {
  for (const std::string& text : {std::string("a\"b\\c/\b\f\n\r\t\x01\x1f\x7f"),
                                  std::string("\xC3\xBC\xE2\x80\xA8\xF0\x9F\x98\x80"),
                                  std::string("\0", 1), not_utf8, std::string()}) {
    expect_as_in_traces(model::UpsertLease{text, text, model::end_of_time},
                        std::unexpected(model::ErrorCode::invalid_argument));
    expect_as_in_traces(model::AppendRunEvent{"l", "w", "k", text}, model::Sequence{1});
  }
}

TEST_F(OperationText, IsThatOfTracesForPayloadsThatAreJson) {
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  const auto wide = [](std::size_t values) {
    std::string list = "[1";
    for (std::size_t i = 1; i + 1 < values; ++i) list += ",1";
    return list + "]";
  };
  for (const std::string& payload :
       {std::string("{}"), std::string("null"), std::string("1e3"), std::string("-0.0"),
        std::string("18446744073709551615"), std::string(R"({"a":1,"b":[]})"),
        std::string(R"({"b":1,"a":2})"), std::string(R"({"a":1,"a":2})"), std::string(R"("ü\n")"),
        std::string(R"("\u00fc")"), std::string(R"(["[[[[\"[["])"), std::string(" {}"), nested(32),
        nested(33), nested(100'000), wide(std::size_t{1} << 20),
        wide((std::size_t{1} << 20) + 1)}) {
    expect_as_in_traces(model::AppendRunEvent{"l", "w", "k", payload}, model::Sequence{1});
  }
}

TEST_F(OperationText, SaysTheTimeThatTheCallPasses) {
  const auto has_time = [&](const model::Operation& operation) {
    return lines_of({model::at_ms(16), operation}, std::unexpected(model::ErrorCode::not_found))
               .call.find(R"(,"now":16,"args":)") != std::string::npos;
  };
  std::set<std::string> timed;
  for (const auto& [operation, outcome] : answered_operations()) {
    if (has_time(operation)) timed.emplace(model::name_of(operation));
  }
  EXPECT_EQ(timed, (std::set<std::string>{"ack_attempt", "ack_attempts", "append_run_event",
                                          "cancel_attempt", "release_lease", "replay_dead_letter",
                                          "start_attempt"}));
}

TEST_F(OperationText, SaysOfUnavailableWhetherItHadAnEffect) {
  const lease::Result<void> unknown = std::unexpected(
      lease::Error(lease::ErrorCode::unavailable, "the disk", lease::Effect::unknown));
  EXPECT_EQ(lease::answer_text(lease::Operation::reset, unknown),
            R"({"error":{"code":"unavailable","outcome":"unknown"}})");
  const lease::Result<void> corrupt =
      std::unexpected(lease::Error(lease::ErrorCode::corrupt, "the disk"));
  EXPECT_EQ(lease::answer_text(lease::Operation::reset, corrupt),
            R"({"error":{"code":"corrupt"}})");
}

TEST_F(OperationText, HasANumberWhereThereIsNoWord) {
  lease::AttemptSpec spec = attempt("a");
  spec.on_timeout = static_cast<lease::OnTimeout>(9);
  EXPECT_EQ(lease::operation_text::enqueue_attempt(spec).args,
            R"({"attempt_id":"a","run_id":"run","priority":0,"on_timeout":9})");
}

TEST_F(OperationText, NamesTheContractAndTheFormatInItsHead) {
  const auto format = traces::format_from_json(*traces::parse_json(lease::head_line("me")));
  ASSERT_TRUE(format);
  EXPECT_EQ(format->schema, traces::schema_version);
  EXPECT_EQ(format->model, traces::model_version);
}

TEST_F(OperationText, OfWhatIsDoneIsOneLine) {
  const std::string step = lease::done_step(
      lease::operation_text::cancel_attempt(lease::AttemptId("a"), at(5)), R"({"ok":{}})");
  EXPECT_EQ(lease::done_line(7, at(9), step),
            R"({"k":"step","i":7,"t":9,"op":"cancel_attempt","now":5,"args":{"attempt_id":"a"},)"
            R"("phase":"done","ret":{"ok":{}}})");
}

}  // namespace
}  // namespace leasecheck::tests
