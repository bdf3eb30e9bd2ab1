#include "traces/codec.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/traces/samples.hpp"

namespace leasecheck::tests {
namespace {

using traces::Json;

model::Operation cancel(std::string attempt) {
  return model::CancelAttempt{std::move(attempt)};
}

/// What decoding says of the arguments, written as they stand in a file.
std::string complaint_about(std::string_view operation, const char* args) {
  const auto decoded = traces::operation_from_json(operation, Json::parse(args));
  return decoded ? "accepted" : decoded.error();
}

TEST(Codec, BringsBackEveryOperation) {
  for (const auto& [operation, _] : answered_operations()) {
    const Json args = traces::operation_args_to_json(operation);
    EXPECT_EQ(traces::operation_from_json(model::name_of(operation), args), operation)
        << model::name_of(operation) << ' ' << args;
  }
}

TEST(Codec, PrintsArgumentsWithoutATreeAsWithOne) {
  using namespace std::string_literals;
  std::vector<model::Operation> operations;
  for (const auto& [operation, _] : answered_operations()) operations.push_back(operation);
  for (const std::string& id :
       {""s, "a\0b"s, "\x1F\x7F"s, "\"},\n\\"s, "\u2028é😀"s, std::string(not_utf8)}) {
    operations.push_back(cancel(id));
  }
  for (const char* payload : {"null", "[1, 2]", "[1,2]", "\xFF"}) {
    operations.push_back(model::AppendRunEvent{"L1", "w1", "k", payload});
  }
  for (const model::Operation& operation : operations) {
    EXPECT_EQ(traces::operation_args_to_text(operation),
              traces::print_json(traces::operation_args_to_json(operation)));
  }
}

TEST(Codec, ComplainsOfDepthOnlyWhereJsonIsDeep) {
  const auto nested = [](int depth, const std::string& inner) {
    return std::string(depth, '[') + inner + std::string(depth, ']');
  };
  const int deepest = traces::deepest_nesting;
  const std::string brackets = R"("\"[[{\\")";
  EXPECT_TRUE(traces::parse_json(nested(deepest, brackets)));
  EXPECT_EQ(traces::parse_json(nested(deepest + 1, brackets)).error(), "nested deeper than 64");
  EXPECT_TRUE(traces::parse_json("\"" + std::string(1000, '{') + "\""));
  EXPECT_TRUE(traces::parse_json(nested(1, "[],[],{}," + nested(deepest - 1, ""))));
}

TEST(Codec, SamplesHaveEveryOperation) {
  std::set<std::size_t> seen;
  for (const auto& [operation, _] : answered_operations()) seen.insert(operation.index());
  EXPECT_EQ(seen.size(), std::variant_size_v<model::Operation>);
}

TEST(Codec, BringsBackEveryAnswer) {
  for (const auto& [operation, outcome] : answered_operations()) {
    const Json json = traces::outcome_to_json(outcome);
    EXPECT_EQ(traces::outcome_from_json(operation, json).value(), outcome)
        << model::name_of(operation) << ' ' << json;
  }
}

TEST(Codec, BringsBackEveryEvent) {
  EXPECT_EQ(events().size(), std::variant_size_v<model::Environment>);
  for (const auto& event : events()) {
    const Json args = traces::environment_args_to_json(event);
    EXPECT_EQ(traces::environment_from_json(model::name_of(event), args), event) << args;
  }
}

TEST(Codec, BringsBackASnapshot) {
  model::Snapshot snapshot;
  snapshot.attempts.emplace_back().attempt_id = "a1";
  snapshot.leases.emplace_back().lease_id = "L1";
  snapshot.dead_letters.emplace_back().reason = model::DeadLetterReason::timed_out;
  snapshot.runs = {{"r1", 1, {{1, "a1", "note", "[]", model::at_ms(4)}}}};
  EXPECT_EQ(traces::snapshot_from_json(traces::snapshot_to_json(snapshot)), snapshot);
}

TEST(Codec, NamesFieldsAsTheProtocolDoes) {
  EXPECT_EQ(traces::print_json(traces::operation_args_to_json(
                model::HeartbeatLease{"L1", model::at_ms(1), model::at_ms(2)})),
            R"({"lease_id":"L1","heartbeat_at":1,"lease_expires_at":2})");
  EXPECT_EQ(traces::print_json(traces::outcome_to_json(model::Sequence{4})), R"({"ok":{"seq":4}})");
  EXPECT_EQ(
      traces::print_json(traces::outcome_to_json(std::unexpected(model::ErrorCode::stale_lease))),
      R"({"error":{"code":"stale_lease"}})");
}

TEST(Codec, CarriesBytesThatAreNotUtf8) {
  const model::Operation operation = cancel(not_utf8);
  const std::string text = traces::print_json(traces::operation_args_to_json(operation));
  EXPECT_EQ(text, R"({"attempt_id":{"hex":"6180c080eda080f09f"}})");
  EXPECT_EQ(traces::operation_from_json("cancel_attempt", *traces::parse_json(text)), operation);
}

TEST(Codec, CarriesTextThatLooksLikeSomethingElse) {
  using namespace std::string_literals;
  for (const std::string& id : {""s, "a\0b"s, "\"},\n\\"s, R"({"hex":"00"})"s, "\u2028é😀"s}) {
    const std::string text = traces::print_json(traces::operation_args_to_json(cancel(id)));
    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_EQ(traces::operation_from_json("cancel_attempt", *traces::parse_json(text)), cancel(id));
  }
}

TEST(Codec, KeepsAPayloadAsItWasWritten) {
  // What reads back as the same text stands as JSON, everything else as text.
  const auto printed = [](const std::string& payload) {
    return traces::print_json(
        traces::operation_args_to_json(model::AppendRunEvent{"L1", "w1", "k", payload}));
  };
  const std::string start = R"({"lease_id":"L1","worker_id":"w1","kind":"k",)";
  EXPECT_EQ(printed(R"({"a":1,"b":[]})"), start + R"("payload":{"a":1,"b":[]}})");
  EXPECT_EQ(printed("null"), start + R"("payload":null})");
  EXPECT_EQ(printed("[1, 2]"), start + R"("payload_text":"[1, 2]"})");
  EXPECT_EQ(printed(R"({"b":1,"a":2})"), start + R"("payload_text":"{\"b\":1,\"a\":2}"})");
  EXPECT_EQ(printed(""), start + R"("payload_text":""})");
  EXPECT_EQ(printed("\xFF"), start + R"("payload_text":{"hex":"ff"}})");
}

TEST(Codec, SurvivesAPayloadThatNestsWithoutEnd) {
  const model::Operation operation =
      model::AppendRunEvent{"L1", "w1", "k", std::string(1'000'000, '[')};
  const std::string closed(100'000, '[');
  const model::Operation deep =
      model::AppendRunEvent{"L1", "w1", "k", closed + std::string(closed.size(), ']')};
  for (const auto& hostile : {operation, deep}) {
    const auto args =
        traces::parse_json(traces::print_json(traces::operation_args_to_json(hostile)));
    ASSERT_TRUE(args) << args.error();
    EXPECT_EQ(traces::operation_from_json("append_run_event", *args), hostile);
  }
  EXPECT_EQ(traces::parse_json(closed + std::string(closed.size(), ']')).error(),
            "nested deeper than 64");
}

TEST(Codec, RefusesWhatDoesNotFit) {
  EXPECT_EQ(complaint_about("grant_wish", "{}"), R"(unknown operation "grant_wish")");
  EXPECT_EQ(complaint_about("cancel_attempt", "{}"), "args.attempt_id: missing");
  EXPECT_EQ(complaint_about("cancel_attempt", "[]"), "args: expected an object, found array");
  EXPECT_EQ(complaint_about("cancel_attempt", R"({"attempt_id":7})"),
            R"(args.attempt_id: expected a string or {"hex":…}, found 7)");
  EXPECT_EQ(complaint_about("cancel_attempt", R"({"attempt_id":{"hex":"0"}})"),
            R"(args.attempt_id: expected a string or {"hex":…}, found object)");
  EXPECT_EQ(complaint_about("cancel_attempt", R"({"attempt_id":{"hex":"-1"}})"),
            R"(args.attempt_id: expected a string or {"hex":…}, found object)");
  EXPECT_EQ(complaint_about("cancel_attempt", R"({"attempt_id":"a","now":1})"),
            "args.now: unknown field");
  EXPECT_EQ(complaint_about("list_dead_letters", R"({"limit":-1})"),
            "args.limit: expected an integer from 0 to 18446744073709551615, found -1");
  EXPECT_EQ(complaint_about("list_dead_letters", R"({"limit":1.0})"),
            "args.limit: expected an integer from 0 to 18446744073709551615, found 1.0");
  EXPECT_EQ(complaint_about("list_dead_letters", R"({"limit":18446744073709551616})"),
            "args.limit: expected an integer from 0 to 18446744073709551615, found "
            "1.8446744073709552e+19");
  EXPECT_EQ(complaint_about("queue_depth", R"({"at":9223372036854775808})"),
            "args.at: expected an integer from -9223372036854775808 to 9223372036854775807, found "
            "9223372036854775808");
  EXPECT_EQ(
      complaint_about("ack_attempt", R"({"lease_id":"L1","worker_id":"w1","outcome":"lost"})"),
      R"(args.outcome: expected one of completed, failed, cancelled, found "lost")");
}

TEST(Codec, NamesTheFieldInsideARecord) {
  EXPECT_EQ(complaint_about("enqueue_attempt",
                            R"({"attempt_id":"a","run_id":"r","priority":0,"on_timeout":"fail",
                                "retry_policy":{"strategy":"fixed","backoff":"1s"}})"),
            "args.retry_policy.backoff: expected an integer from -9223372036854775808 to "
            R"(9223372036854775807, found "1s")");
  const auto events = Json::parse(R"({"ok":{"events":[{"seq":1,"attempt_id":"a","kind":"k"}]}})");
  EXPECT_EQ(traces::outcome_from_json(model::ListRunEvents{}, events).error(),
            "ok.events[0].payload_text: missing");
}

TEST(Codec, RefusesAnswersOfAnotherShape) {
  const auto complaint = [](const model::Operation& operation, const char* answer) {
    return traces::outcome_from_json(operation, Json::parse(answer)).error();
  };
  EXPECT_EQ(complaint(cancel("a"), "{}"),
            R"(answer: expected an object with "ok" or "error", found object)");
  EXPECT_EQ(complaint(cancel("a"), R"({"ok":null})"), "ok: expected an object, found null");
  EXPECT_EQ(complaint(model::QueueDepth{}, R"({"ok":{"seq":1}})"), "ok.count: missing");
  EXPECT_EQ(complaint(cancel("a"), R"({"error":{"code":"internal"}})"),
            "error.code: expected one of invalid_argument, not_found, stale_lease, "
            "not_dispatchable, already_exists, unavailable, corrupt, found \"internal\"");
}

TEST(Codec, ReadsAnswersWithMoreThanTheContractHas) {
  EXPECT_EQ(traces::outcome_from_json(model::QueueDepth{},
                                      Json::parse(R"({"ok":{"count":2,"extra":[]}})"))
                .value(),
            model::Outcome(model::Count{2}));
}

TEST(Codec, DoesNotReadFieldsOfAKindThatAreAbsent) {
  const auto answer = Json::parse(R"({"ok":{"lease_id":"L1","attempt_id":"a","worker_id":"w",
      "lease_expires_at":7,"heartbeat_at":"never"}})");
  const traces::FieldNames absent{"lease.heartbeat_at", "lease.version"};
  const auto read = traces::outcome_from_json(model::UpsertLease{}, answer, absent);
  ASSERT_TRUE(read) << read.error();
  model::LeaseRecord lease;
  lease.lease_id = "L1";
  lease.attempt_id = "a";
  lease.worker_id = "w";
  lease.lease_expires_at = model::at_ms(7);
  EXPECT_EQ(*read, model::Outcome(lease));
  EXPECT_EQ(traces::outcome_from_json(model::UpsertLease{}, answer, {"attempt.version"}).error(),
            "ok.heartbeat_at: expected an integer from -9223372036854775808 to "
            "9223372036854775807, found \"never\"");
}

TEST(Codec, TakesNullForAnAbsentField) {
  EXPECT_EQ(traces::outcome_from_json(
                model::AckAttempt{},
                Json::parse(R"({"ok":{"status":"failed","attempt_no":1,"retry_at":null}})"))
                .value(),
            model::Outcome(model::AckResult{model::Status::failed, 1, {}}));
}

}  // namespace
}  // namespace leasecheck::tests
