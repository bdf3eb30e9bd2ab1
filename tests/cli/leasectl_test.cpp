// The operators' program on queues that the library made.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "lease/sqlite.hpp"
#include "tests/support/program.hpp"

namespace leasecheck::cli::testing {
namespace {

namespace fs = std::filesystem;

using Names = std::vector<std::string>;

class Leasectl : public ::testing::Test {
 protected:
  void SetUp() override { fill(); }

  [[nodiscard]] Ended run(const std::string& arguments) const {
    return place.run(arguments, LEASECTL_PROGRAM);
  }
  [[nodiscard]] nlohmann::json json_of(const std::string& arguments) const {
    const Ended ended = run(arguments + " --json");
    EXPECT_EQ(ended.exit_code, 0) << ended.err;
    return nlohmann::json::parse(ended.out);
  }
  [[nodiscard]] std::unique_ptr<lease::AttemptRepository> open(
      lease::RecordOperations recording = lease::RecordOperations::no) {
    lease::SqliteOptions options;
    options.path = place / "queue.db";
    options.record_operations = recording;
    auto opened = lease::open_sqlite_repository(options, clock, ids);
    EXPECT_TRUE(opened) << opened.error().message;
    return *std::move(opened);
  }

  /// One queued, one leased by w1 and one dead.
  void fill() {
    const auto repository = open();
    for (const char* id : {"dead", "leased", "queued"}) {
      lease::AttemptSpec spec;
      spec.attempt_id = lease::AttemptId(id);
      spec.run_id = lease::RunId(id == std::string("queued") ? "other run" : "run");
      ASSERT_TRUE(repository->enqueue_attempt(spec));
    }
    const lease::WorkerId worker("w1");
    const auto until = [&](std::chrono::hours hours) {
      return lease::saturating_add(clock.now(), hours);
    };
    ASSERT_TRUE(
        repository->upsert_lease(lease::AttemptId("leased"), worker, until(std::chrono::hours(2))));
    const auto lease =
        repository->upsert_lease(lease::AttemptId("dead"), worker, until(std::chrono::hours(1)));
    ASSERT_TRUE(lease);
    ASSERT_TRUE(
        repository->ack_attempt({lease->lease_id, worker}, lease::AckOutcome::failed, clock.now()));
  }

  Workplace place;
  lease::SystemClock clock;
  lease::RandomIds ids;
};

TEST_F(Leasectl, CountsWhatThereIsAndNamesLeasesThatEndLate) {
  const auto stats = json_of("stats queue.db");
  EXPECT_EQ(stats["dispatchable"], 1);
  EXPECT_EQ(stats["attempts"]["queued"], 1);
  EXPECT_EQ(stats["attempts"]["failed"], 1);
  EXPECT_EQ(stats["workers"],
            nlohmann::json::parse(R"([{"worker_id":"w1","leases":1,"expired":0,"late":1}])"));
  EXPECT_EQ(json_of("stats queue.db --late-after 3h")["workers"][0]["late"], 0);
  const Ended table = run("stats queue.db");
  EXPECT_NE(table.out.find("1 dispatchable now\n"), std::string::npos) << table.out;
  EXPECT_NE(table.out.find("worker  leases  expired  late\nw1      1       0        1\n"),
            std::string::npos)
      << table.out;
}

TEST_F(Leasectl, CopiesAQueueAndChecksIt) {
  EXPECT_EQ(json_of("backup queue.db copy.db")["copy"], "copy.db");
  EXPECT_EQ(json_of("stats copy.db"), json_of("stats queue.db"));
  EXPECT_EQ(run("check copy.db").out, "copy.db is sound\n");
  EXPECT_EQ(json_of("check copy.db")["findings"], nlohmann::json::array());
  const Ended again = run("backup queue.db copy.db");
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_NE(again.err.find("exists already"), std::string::npos) << again.err;
}

TEST_F(Leasectl, SaysWhatIsDamaged) {
  std::fstream file(place / "queue.db", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(2 * 4096 - 40);  // within the first attempt
  file << std::string(30, 'x');
  file.close();
  const Ended checked = run("check queue.db");
  EXPECT_EQ(checked.exit_code, 1);
  EXPECT_NE(checked.out.find("attempts"), std::string::npos) << checked.out;
  const Ended copied = run("backup queue.db copy.db");
  EXPECT_EQ(copied.exit_code, 1);
  EXPECT_NE(copied.err.find("leasectl check queue.db"), std::string::npos) << copied.err;
}

TEST_F(Leasectl, ListsInPagesWhatIsAskedFor) {
  const auto names = [&](const std::string& arguments) {
    std::vector<std::string> ids;
    for (const auto& attempt : json_of("list queue.db " + arguments)) {
      ids.push_back(attempt["attempt_id"]);
    }
    return ids;
  };
  EXPECT_EQ(names(""), (Names{"dead", "leased", "queued"}));
  EXPECT_EQ(names("--status failed"), Names{"dead"});
  EXPECT_EQ(names("--run 'other run'"), Names{"queued"});
  EXPECT_EQ(names("--worker w1"), Names{"leased"});
  EXPECT_EQ(names("--tenant nobody"), Names{});
  EXPECT_EQ(names("--limit 1 --after dead"), Names{"leased"});
  const Ended table = run("list queue.db --limit 2");
  EXPECT_NE(table.out.find("there may be more: --after 'leased'"), std::string::npos) << table.out;
  EXPECT_EQ(run("list queue.db --status asleep").exit_code, 2);
}

TEST_F(Leasectl, ShowsAnAttemptWithItsLease) {
  const auto shown = json_of("show queue.db leased");
  EXPECT_EQ(shown["status"], "leased");
  EXPECT_EQ(shown["lease"]["worker_id"], "w1");
  EXPECT_TRUE(json_of("show queue.db queued")["lease"].is_null());
  const Ended unknown = run("show queue.db nobody");
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_EQ(unknown.err, "leasectl: no attempt \"nobody\"\n");
}

TEST_F(Leasectl, ReplaysDeadLettersIfSomebodyAgrees) {
  EXPECT_EQ(json_of("dead-letters queue.db")[0]["attempt_id"], "dead");
  const Ended asked = run("replay queue.db dead");
  EXPECT_EQ(asked.exit_code, 2);
  EXPECT_NE(asked.err.find("--yes"), std::string::npos) << asked.err;
  EXPECT_EQ(json_of("dead-letters queue.db").size(), 1U);
  const Ended some = run("replay queue.db queued dead --yes");
  EXPECT_EQ(some.exit_code, 1) << "one of them is not dead";
  EXPECT_EQ(some.out, "replayed dead\n");
  EXPECT_TRUE(json_of("dead-letters queue.db").empty());
  EXPECT_EQ(json_of("show queue.db dead")["status"], "queued");
}

TEST_F(Leasectl, CancelsWhatHasNotEnded) {
  EXPECT_EQ(json_of("cancel queue.db queued leased --yes").size(), 2U);
  EXPECT_EQ(json_of("show queue.db leased")["status"], "cancelled");
  EXPECT_EQ(run("cancel queue.db leased --yes").exit_code, 1);
}

TEST_F(Leasectl, PrunesWhatFinishedBefore) {
  ASSERT_EQ(run("cancel queue.db queued --yes").exit_code, 0);
  EXPECT_EQ(json_of("prune queue.db --older-than 1h --yes")["pruned"], 0);
  while (json_of("prune queue.db --older-than 1ms --batch 1 --yes")["pruned"] == 0) {
  }
  EXPECT_EQ(run("show queue.db queued").exit_code, 1);
  EXPECT_EQ(run("show queue.db dead").exit_code, 0) << "its dead letter is pending";
  EXPECT_EQ(json_of("prune queue.db --older-than 1ms --with-dead-letters --yes")["pruned"], 1);
  EXPECT_EQ(run("prune queue.db --yes").exit_code, 2) << "how old?";
}

Names operations_in(const std::string& log) {
  Names names;
  std::istringstream in(log);
  for (std::string line; std::getline(in, line);) {
    const auto step = nlohmann::json::parse(line);
    names.push_back(step.contains("op") ? step["op"].get<std::string>() : "head");
  }
  return names;
}

TEST_F(Leasectl, TakesWhatAQueueHasRecordedAndRecordsWhatItChanges) {
  { const auto repository = open(lease::RecordOperations::yes); }
  EXPECT_EQ(run("log queue.db").out, "");
  ASSERT_EQ(run("cancel queue.db queued --yes").exit_code, 0);
  ASSERT_EQ(run("replay queue.db dead --yes").exit_code, 0);
  const Ended appended = run("log queue.db -o log.jsonl");
  EXPECT_EQ(appended.exit_code, 0) << appended.err;
  EXPECT_EQ(appended.out, "2 operations of queue.db are in log.jsonl\n");
  ASSERT_EQ(run("cancel queue.db dead --yes").exit_code, 0);
  EXPECT_EQ(json_of("log queue.db -o log.jsonl"),
            nlohmann::json::parse(R"({"queue":"queue.db","file":"log.jsonl","operations":1})"));
  EXPECT_EQ(operations_in(text_of(place / "log.jsonl")),
            (Names{"head", "cancel_attempt", "replay_dead_letter", "cancel_attempt"}));
  ASSERT_EQ(run("cancel queue.db leased --yes").exit_code, 0);
  EXPECT_EQ(operations_in(run("log queue.db").out), Names{"cancel_attempt"});
  EXPECT_EQ(run("log queue.db").out, "");
  EXPECT_EQ(run("check queue.db").out, "queue.db is sound\n");
}

TEST_F(Leasectl, PrintsALogInCharactersForATerminalThatMeanTheSame) {
  const std::string odd = "\x7f\xC2\x9B \xC3\xBC";
  lease::AttemptSpec spec;
  spec.attempt_id = lease::AttemptId(odd);
  spec.run_id = lease::RunId("run");
  ASSERT_TRUE(open(lease::RecordOperations::yes)->enqueue_attempt(spec));
  const std::string line = run("log queue.db").out;
  EXPECT_NE(line.find(R"("attempt_id":"\u007f\u009b \u00fc","run_id":"run")"), std::string::npos)
      << line;
  EXPECT_EQ(nlohmann::json::parse(line)["args"]["attempt_id"], odd);
}

TEST_F(Leasectl, LeavesInAQueueWhatCannotBeWritten) {
  ASSERT_TRUE(
      open(lease::RecordOperations::yes)->cancel_attempt(lease::AttemptId("queued"), clock.now()));
  const Ended unheard = place.run("-c '" LEASECTL_PROGRAM " log queue.db >/dev/full'", "/bin/sh");
  EXPECT_EQ(unheard.exit_code, 2);
  EXPECT_NE(unheard.err.find("stays in the queue"), std::string::npos) << unheard.err;
  place.write("text.txt", "no log");
  EXPECT_EQ(run("log queue.db -o text.txt").exit_code, 2);
  EXPECT_EQ(text_of(place / "text.txt"), "no log");
  EXPECT_EQ(operations_in(run("log queue.db").out), Names{"cancel_attempt"});
}

TEST_F(Leasectl, SaysWhereNoOperationsAreRecorded) {
  const Ended none = run("log queue.db");
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_NE(none.err.find("record_operations"), std::string::npos) << none.err;
  const Ended server = run("log postgres:dbname=x");
  EXPECT_EQ(server.exit_code, 2);
  EXPECT_NE(server.err.find("RecordingRepository"), std::string::npos) << server.err;
}

TEST_F(Leasectl, OpensNothingThatIsNoQueueAndMakesNone) {
  EXPECT_EQ(run("log nothing.db -o log.jsonl").exit_code, 2);
  EXPECT_FALSE(fs::exists(place / "log.jsonl"));
  const Ended none = run("stats nothing.db");
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_NE(none.err.find("nothing.db: no such file"), std::string::npos) << none.err;
  EXPECT_FALSE(fs::exists(place / "nothing.db"));
  place.write("empty.db", "");
  EXPECT_EQ(run("stats empty.db").exit_code, 2);
  EXPECT_EQ(fs::file_size(place / "empty.db"), 0U);
  place.write("text.db", std::string(5000, 'x'));
  EXPECT_EQ(run("list text.db").exit_code, 2);
}

TEST_F(Leasectl, MigratesOnlyWhereItIsAskedTo) {
  fs::copy_file(LEASECHECK_ROOT "/tests/impl/fixtures/schema_1.db", place / "old.db");
  const Ended refused = run("stats old.db");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.err.find("has schema version 1"), std::string::npos) << refused.err;
  EXPECT_EQ(run("stats old.db").exit_code, 2) << "it is as it was";
  EXPECT_EQ(run("migrate old.db").exit_code, 2) << "nobody agreed";
  EXPECT_EQ(run("migrate old.db --yes").exit_code, 0);
  EXPECT_EQ(json_of("stats old.db")["attempts"]["failed"], 4);
}

TEST_F(Leasectl, SaysHowItIsUsed) {
  const Ended help = run("--help");
  EXPECT_EQ(help.exit_code, 0);
  for (const char* command :
       {"stats", "list", "show", "dead-letters", "replay", "cancel", "prune", "migrate", "log"}) {
    EXPECT_NE(help.out.find(std::string("  ") + command + " "), std::string::npos) << command;
    EXPECT_EQ(run(std::string(command) + " --help").exit_code, 0) << command;
  }
  const Ended unknown = run("stat queue.db");
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_EQ(unknown.err, "leasectl: unknown command \"stat\"; leasectl --help lists them\n");
}

}  // namespace
}  // namespace leasecheck::cli::testing
