// The log of a running system, validated.

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lease/recording_repository.hpp"
#include "lease/sqlite.hpp"
#include "tests/support/program.hpp"

namespace leasecheck::cli::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view head = R"({"k":"head","schema":1,"model":"lease-2","origin":"test"})"
                                  "\n";

std::string call(int number, int at, const std::string& operation, const std::string& args,
                 const std::string& more = "") {
  return R"({"k":"step","i":)" + std::to_string(number) + R"(,"t":)" + std::to_string(at) +
         R"(,"op":")" + operation + R"(","args":)" + args + R"(,"phase":"call")" + more + "}\n";
}

std::string answer(int number, int at, int of, const std::string& ret) {
  return R"({"k":"step","i":)" + std::to_string(number) + R"(,"t":)" + std::to_string(at) +
         R"(,"of":)" + std::to_string(of) + R"(,"phase":"return","ret":)" + ret + "}\n";
}

const std::string enqueue_a =
    R"({"attempt_id":"a","run_id":"r","priority":0,"on_timeout":"retry"})";

std::string claim_by(const std::string& worker, int until) {
  return R"({"attempt_id":"a","worker_id":")" + worker + R"(","lease_expires_at":)" +
         std::to_string(until) + "}";
}

std::string granted_to(const std::string& worker, const std::string& lease, int now, int until,
                       int version) {
  return R"({"ok":{"lease_id":")" + lease + R"(","attempt_id":"a","worker_id":")" + worker +
         R"(","lease_expires_at":)" + std::to_string(until) + R"(,"heartbeat_at":)" +
         std::to_string(now) + R"(,"version":)" + std::to_string(version) + "}}";
}

/// Two workers, one of which is granted the attempt a second time.
class Validate : public ::testing::Test {
 protected:
  void SetUp() override {
    place.write("p.jsonl", std::string(head) + call(1, 0, "enqueue_attempt", enqueue_a) +
                               answer(2, 1, 1, R"({"ok":{}})"));
    place.write("w1.jsonl", std::string(head) + call(1, 10, "upsert_lease", claim_by("w1", 1000)) +
                                answer(2, 12, 1, granted_to("w1", "x", 11, 1000, 1)));
    place.write("w2.jsonl", std::string(head) + call(1, 20, "upsert_lease", claim_by("w2", 1000)) +
                                answer(2, 22, 1, granted_to("w2", "y", 21, 1000, 2)));
  }

  Workplace place;
};

TEST_F(Validate, HoldsWhatTheContractAnswers) {
  const Ended ended = place.run("validate p.jsonl w1.jsonl");
  EXPECT_EQ(ended.exit_code, 0) << ended.err << ended.out;
  EXPECT_NE(ended.out.find("held: an order of effects explains every answer"), ended.out.npos);
}

TEST_F(Validate, NamesTheLineTheStateAndTheContractsAnswer) {
  const Ended ended = place.run("validate p.jsonl w1.jsonl w2.jsonl");
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_NE(ended.out.find("w2.jsonl:2: no order of effects explains this answer"), ended.out.npos)
      << ended.out;
  EXPECT_NE(ended.out.find("by the contract it refuses: not_dispatchable"), ended.out.npos)
      << ended.out;
  EXPECT_NE(ended.out.find("a is leased"), ended.out.npos) << ended.out;
  EXPECT_NE(ended.out.find("lease x of w1"), ended.out.npos) << ended.out;
}

TEST_F(Validate, SaysItInJson) {
  const Ended ended = place.run("validate --json p.jsonl w1.jsonl w2.jsonl");
  EXPECT_EQ(ended.exit_code, 1);
  const auto document = nlohmann::json::parse(ended.out);
  EXPECT_EQ(document["result"], "violated");
  ASSERT_EQ(document["violations"].size(), 1);
  EXPECT_EQ(document["violations"][0]["place"], "w2.jsonl:2");
  EXPECT_EQ(document["violations"][0]["possible_states"][0]["expected"]["error"]["code"],
            "not_dispatchable");
  EXPECT_EQ(document["counts_compared"], false);
  EXPECT_EQ(document["transitions"]["queued to leased by upsert_lease"], 1);
}

/// Calls that overlap may have taken effect in either order.
TEST_F(Validate, KnowsHowFarClocksAreApart) {
  place.write("late.jsonl", std::string(head) + call(1, 3, "get_attempt", R"({"attempt_id":"a"})") +
                                answer(2, 4, 1, R"({"error":{"code":"not_found"}})"));
  EXPECT_EQ(place.run("validate p.jsonl late.jsonl").exit_code, 1);
  EXPECT_EQ(place.run("validate --skew 2ms p.jsonl late.jsonl").exit_code, 0);
}

TEST_F(Validate, TakesTheLastLineOfAWriterThatWasKilled) {
  const std::string whole = text_of(place / "w1.jsonl");
  place.write("w1.jsonl", whole.substr(0, whole.size() - 30));
  const Ended ended = place.run("validate p.jsonl w1.jsonl w2.jsonl");
  EXPECT_EQ(ended.exit_code, 1) << ended.out << ended.err;  // version 2, without a claim that ended
  EXPECT_NE(ended.out.find("1 line was cut short"), ended.out.npos) << ended.out;
}

TEST_F(Validate, ReadsALastLineWithoutAnEnd) {
  const std::string whole = text_of(place / "w2.jsonl");
  place.write("w2.jsonl", whole.substr(0, whole.size() - 1));
  EXPECT_EQ(place.run("validate p.jsonl w1.jsonl w2.jsonl").exit_code, 1);
}

TEST_F(Validate, RefusesOtherLinesByTheirPlace) {
  place.write("odd.jsonl", std::string(head) + call(1, 0, "enqueue_attempt", enqueue_a) +
                               "hello\n" + answer(2, 1, 1, R"({"ok":{}})"));
  Ended ended = place.run("validate odd.jsonl");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_NE(ended.err.find("odd.jsonl:3: "), ended.err.npos) << ended.err;
  place.write("odd.jsonl", call(1, 0, "claim_it", "{}"));
  ended = place.run("validate odd.jsonl");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_NE(ended.err.find("odd.jsonl:1: "), ended.err.npos) << ended.err;
  ended = place.run("validate missing.jsonl");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_NE(ended.err.find("missing.jsonl: cannot be opened"), ended.err.npos) << ended.err;
}

TEST_F(Validate, DoesNotHoldWithoutAnyAnswer) {
  place.write("none.jsonl", std::string(head));
  const Ended ended = place.run("validate none.jsonl");
  EXPECT_EQ(ended.exit_code, 3);
  EXPECT_NE(ended.out.find("no call of the log has an answer"), ended.out.npos) << ended.out;
}

/// A table of somebody else's queue, in which two workers finish one job.
TEST_F(Validate, ReadsACsvByAMapping) {
  const std::string mapping = R"({"format": "csv",
    "time": {"at": "changed_at", "unit": "iso8601"}, "ttl": "30s", "grace": "5s",
    "unlogged": ["enqueue_attempt", "expire_leases_and_requeue"], "actor": "$worker",
    "rows": [{"when": {"event": "claimed"}, "op": "upsert_lease",
              "args": {"attempt_id": "$job", "worker_id": "$worker"}},
             {"when": {"event": "done"}, "op": "ack_attempt",
              "args": {"attempt_id": "$job", "worker_id": "$worker", "outcome": "completed"}}],
    "skip": [{"event": "note"}]})";
  const std::string good =
      "job,event,worker,changed_at\n"
      "7,claimed,ann,2026-11-30T10:00:00Z\n"
      "7,note,\"said \"\"hello\"\"\",2026-11-30T10:00:01Z\n"
      "7,claimed,bob,2026-11-30T10:00:36Z\n"
      "7,done,bob,2026-11-30T10:00:37Z\n";
  place.write("mapping.json", mapping);
  place.write("jobs.csv", good);
  const Ended held = place.run("validate --mapping mapping.json jobs.csv");
  EXPECT_EQ(held.exit_code, 0) << held.out << held.err;

  place.write("jobs.csv", good + "7,done,ann,2026-11-30T10:00:38Z\n");
  const Ended twice = place.run("validate --mapping mapping.json jobs.csv");
  EXPECT_EQ(twice.exit_code, 1) << twice.out << twice.err;
  EXPECT_NE(twice.out.find("jobs.csv:6"), twice.out.npos) << twice.out;

  // Taken back before the grace window was over.
  place.write("jobs.csv",
              "job,event,worker,changed_at\n"
              "7,claimed,ann,2026-11-30T10:00:00Z\n"
              "7,claimed,bob,2026-11-30T10:00:35Z\n");
  EXPECT_EQ(place.run("validate --mapping mapping.json jobs.csv").exit_code, 1);

  place.write("jobs.csv", "job,event,worker,changed_at\n7,lost,ann,2026-11-30T10:00:00Z\n");
  const Ended unknown = place.run("validate --mapping mapping.json jobs.csv");
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_NE(unknown.err.find("jobs.csv:2: "), unknown.err.npos) << unknown.err;

  place.write("mapping.json", R"({"format": "csv", "times": {}})");
  const Ended misspelt = place.run("validate --mapping mapping.json jobs.csv");
  EXPECT_EQ(misspelt.exit_code, 2);
  EXPECT_NE(misspelt.err.find("mapping.json: "), misspelt.err.npos) << misspelt.err;
}

/// A history of a lock as Jepsen's tools write it, in which a call and its answer are two rows.
TEST_F(Validate, ReadsCallsAndAnswersInRowsOfTheirOwn) {
  place.write("mapping.json", R"({"format": "ndjson", "time": {"at": "index", "unit": "ms"},
    "calls": {"by": "process", "phase": "type", "call": "invoke", "ok": "ok", "failed": "fail",
              "unknown": "info"},
    "unlogged": ["enqueue_attempt"],
    "rows": [{"when": {"f": "acquire"}, "op": "upsert_lease",
              "args": {"attempt_id": "lock", "worker_id": "$process",
                       "lease_expires_at": 9000000000}},
             {"when": {"f": "release"}, "op": "release_lease",
              "args": {"attempt_id": "lock", "worker_id": "$process"}}]})");
  const auto row = [](int process, const std::string& type, const std::string& f, int index) {
    return R"({"process":)" + std::to_string(process) + R"(,"type":")" + type + R"(","f":")" + f +
           R"(","index":)" + std::to_string(index) + "}\n";
  };
  const std::string both =
      row(1, "invoke", "acquire", 0) + row(2, "invoke", "acquire", 1) + row(1, "ok", "acquire", 2);
  place.write("good.ndjson", both + row(1, "invoke", "release", 3) + row(1, "ok", "release", 4) +
                                 row(2, "ok", "acquire", 5));
  place.write("bad.ndjson", both + row(2, "ok", "acquire", 3) + row(1, "invoke", "release", 4) +
                                row(1, "ok", "release", 5));
  place.write("unknown.ndjson", both + row(1, "invoke", "release", 3) +
                                    row(1, "info", "release", 4) + row(2, "ok", "acquire", 5));
  // Neither release is answered, and the first one happened.
  place.write("never.ndjson", both + row(1, "invoke", "release", 3) + row(2, "ok", "acquire", 5) +
                                  row(2, "invoke", "release", 6));
  EXPECT_EQ(place.run("validate --mapping mapping.json never.ndjson").exit_code, 0);
  EXPECT_EQ(place.run("validate --mapping mapping.json good.ndjson").exit_code, 0);
  EXPECT_EQ(place.run("validate --mapping mapping.json bad.ndjson").exit_code, 1);
  EXPECT_EQ(place.run("validate --mapping mapping.json unknown.ndjson").exit_code, 0);
}

/// Every trace in which an answer is not the contract's.
TEST(ValidateCorpus, FindsWhatAnswersShow) {
  int found = 0;
  int traces = 0;
  for (const auto& entry : fs::directory_iterator(LEASECHECK_CORPUS)) {
    if (entry.path().extension() != ".jsonl") continue;
    ++traces;
    const Ended ended = Workplace().run("validate '" + entry.path().string() + "'");
    EXPECT_TRUE(ended.exit_code == 0 || ended.exit_code == 1) << entry.path() << ended.err;
    found += ended.exit_code;
  }
  EXPECT_GT(traces, 80);
  EXPECT_GT(found, traces / 2);
}

/// What the library writes is what the program reads, and one altered answer is found.
TEST(ValidateRecorded, ReadsWhatARepositoryRecords) {
  const Workplace place;
  lease::SystemClock clock;
  lease::RandomIds ids;
  lease::SqliteOptions options;
  options.path = place / "queue.db";
  options.record_operations = lease::RecordOperations::yes;
  {
    const auto repository = lease::open_sqlite_repository(options, clock, ids);
    ASSERT_TRUE(repository);
    auto log = lease::OperationLog::open((place / "calls.jsonl").string(), clock);
    ASSERT_TRUE(log);
    lease::RecordingRepository recorded(**repository, **log, "w1");
    const lease::WorkerId worker("w1");
    for (const char* id : {"a", "b", "c"}) {
      lease::AttemptSpec spec;
      spec.attempt_id = lease::AttemptId(id);
      spec.run_id = lease::RunId("run");
      ASSERT_TRUE(recorded.enqueue_attempt(spec));
    }
    const auto claims = recorded.claim_attempts(worker, 2, std::chrono::minutes(1));
    ASSERT_TRUE(claims);
    ASSERT_EQ(claims->size(), 2);
    ASSERT_TRUE(recorded.ack_attempt({claims->front().lease.lease_id, worker},
                                     lease::AckOutcome::completed, clock.now()));
    ASSERT_TRUE(recorded.list_dispatchable_attempts(clock.now(), 10));
  }
  const Ended drained = place.run("log queue.db -o operations.jsonl", LEASECTL_PROGRAM);
  ASSERT_EQ(drained.exit_code, 0) << drained.err;
  for (const std::string file : {"calls.jsonl", "operations.jsonl"}) {
    const Ended held = place.run("validate " + file);
    EXPECT_EQ(held.exit_code, 0) << file << held.out << held.err;
    std::string text = text_of(place / file);
    const std::size_t version = text.rfind(R"("version":1)");
    ASSERT_NE(version, text.npos) << file;
    text[version + 10] = '2';
    place.write("altered.jsonl", text);
    EXPECT_EQ(place.run("validate altered.jsonl").exit_code, 1) << file;
  }
}

}  // namespace
}  // namespace leasecheck::cli::testing
