#include <thread>
#include <vector>

#include "tests/impl/fixture.hpp"
#include "tests/impl/raw_sqlite.hpp"

namespace leasecheck::tests {
namespace {

using lease::ErrorCode;

class SqliteSchema : public SqliteTest {
 protected:
  std::string schema() {
    return RawSqlite(file()).ask("SELECT group_concat(sql, ';') FROM sqlite_schema");
  }
};

TEST_F(SqliteSchema, IsMadeInANewFileWithItsVersionAndMark) {
  ASSERT_TRUE(open());
  RawSqlite raw(file());
  EXPECT_EQ(raw.ask("PRAGMA user_version"), "2");
  EXPECT_EQ(raw.ask("PRAGMA application_id"), std::to_string(0x6c656173));
  EXPECT_EQ(raw.ask("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(raw.ask("PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteSchema, StaysAsItIsWhenOpenedAgain) {
  ASSERT_TRUE(open());
  const std::string first = schema();
  ASSERT_TRUE(open());
  EXPECT_EQ(schema(), first);
}

TEST_F(SqliteSchema, IsMadeOnceWhenManyOpenANewFileTogether) {
  std::vector<Opened> opened(8);
  {
    std::vector<std::jthread> threads;
    for (Opened& mine : opened) {
      threads.emplace_back([this, &mine] { mine = open(); });
    }
  }
  for (const Opened& one : opened) EXPECT_TRUE(one) << one.error().message;
  ASSERT_TRUE(opened[0]);
  value_of((*opened[0])->enqueue_attempt(attempt("a")));
  EXPECT_EQ(value_of((*opened[7])->snapshot()).attempts.size(), 1U);
}

// A crash after the switch to WAL and before the schema's commit leaves an empty database.
TEST_F(SqliteSchema, IsMadeInADatabaseWhoseMakingWasInterrupted) {
  RawSqlite(file()).run(
      "PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; CREATE TABLE attempts (x); ROLLBACK");
  ASSERT_TRUE(open());
  EXPECT_EQ(RawSqlite(file()).ask("PRAGMA user_version"), "2");
}

/// A file that the library of schema 1 wrote: attempts in every status, acks that are remembered,
/// events.
class SqliteSchema1 : public SqliteSchema {
 protected:
  SqliteSchema1() { std::filesystem::copy_file(LEASE_FIXTURES "/schema_1.db", file()); }
};

TEST_F(SqliteSchema1, IsMigratedWithAllThatItHolds) {
  const auto before = RawSqlite(file()).ask(
      "SELECT group_concat(attempt_id || status || version || ready_at || coalesce(lease_id, ''))"
      " FROM attempts");
  const auto repository = value_of(open());
  RawSqlite raw(file());
  EXPECT_EQ(raw.ask("PRAGMA user_version"), "2");
  EXPECT_EQ(raw.ask("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(raw.ask("SELECT group_concat(attempt_id || status || version || ready_at || "
                    "coalesce(lease_id, '')) FROM attempts"),
            before);
  EXPECT_EQ(raw.ask(wrong_rows_of_waiting), "0");
  EXPECT_NE(raw.ask("SELECT count(*) FROM waiting"), "0");
  const lease::Snapshot seen = value_of(repository->snapshot());
  EXPECT_EQ(seen.attempts.size(), 24U);
  EXPECT_EQ(seen.leases.size(), 5U);
  EXPECT_EQ(seen.version_floor, 0U);
  ASSERT_EQ(seen.runs.size(), 3U);
  EXPECT_EQ(seen.runs[2].latest_seq, 5U);
}

TEST_F(SqliteSchema1, FinishedAtTheLatestTimeOfItsRow) {
  const auto repository = value_of(open());
  for (const lease::AttemptRecord& record : value_of(repository->snapshot()).attempts) {
    EXPECT_EQ(record.finished_at.has_value(), lease::is_terminal(record.status));
    if (record.status != lease::Status::failed && record.finished_at) {
      EXPECT_EQ(record.finished_at, record.ready_at);
    }
  }
  for (const lease::DeadLetter& letter : value_of(repository->list_dead_letters(100))) {
    EXPECT_EQ(value_of(repository->get_attempt(letter.attempt_id)).finished_at, letter.dead_at);
  }
}

TEST_F(SqliteSchema1, CanBePrunedAndWorkedOn) {
  const auto repository = value_of(open());
  const lease::PruneRange everything{
      .finished_before = lease::Time::max(), .limit = 100, .with_dead_letters = true};
  EXPECT_EQ(value_of(repository->prune_attempts(everything)), 13U);
  EXPECT_EQ(value_of(repository->snapshot()).attempts.size(), 11U);
  EXPECT_EQ(value_of(repository->snapshot()).version_floor, 12U);
  EXPECT_EQ(value_of(repository->latest_seq_for_run(lease::RunId("r3"))), 5U);
  clock.ms = 1'800'000'000'000;
  EXPECT_EQ(value_of(repository->claim_attempts(worker, 100, lease::Duration{1000})).size(), 6U);
}

TEST_F(SqliteSchema, OfANewerVersionIsRefusedByBothNumbersAndLeftAlone) {
  ASSERT_TRUE(open());
  RawSqlite(file()).run("PRAGMA user_version = 7");
  const lease::Error error = error_of(open());
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_NE(error.message.find("schema version 7"), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("up to 2"), std::string::npos) << error.message;
  EXPECT_NE(error.message.find(file()), std::string::npos) << error.message;
  EXPECT_EQ(RawSqlite(file()).ask("PRAGMA user_version"), "7");
}

TEST_F(SqliteSchema, ThatANewerLibraryMigratesUnderAnOpenRepositoryIsNotWrittenTo) {
  const auto repository = value_of(open());
  value_of(repository->enqueue_attempt(attempt("before")));
  RawSqlite(file()).run("PRAGMA user_version = 7");
  const lease::Error error = error_of(repository->enqueue_attempt(attempt("after")));
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_NE(error.message.find("has schema version 7"), std::string::npos) << error.message;
  EXPECT_EQ(RawSqlite(file()).ask("SELECT count(*) FROM attempts"), "1");
}

TEST_F(SqliteSchema, OfANegativeVersionIsRefusedAndLeftAlone) {
  ASSERT_TRUE(open());
  for (const char* version : {"-1", "-2147483648"}) {
    RawSqlite(file()).run(std::string("PRAGMA user_version = ") + version);
    const lease::Error error = error_of(open());
    EXPECT_EQ(error.code, ErrorCode::corrupt);
    EXPECT_NE(error.message.find(version), std::string::npos) << error.message;
    EXPECT_EQ(RawSqlite(file()).ask("PRAGMA user_version"), version);
  }
}

TEST_F(SqliteSchema, InAnotherEncodingIsRefused) {
  RawSqlite(file()).run(
      "PRAGMA encoding = 'UTF-16le'; CREATE TABLE attempts (x); PRAGMA user_version = 1;"
      "PRAGMA application_id = " +
      std::to_string(0x6c656173));
  const lease::Error error = error_of(open());
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_NE(error.message.find("UTF-8"), std::string::npos) << error.message;
}

TEST_F(SqliteSchema, WhoseVersionWasSetBackIsCorrupt) {
  ASSERT_TRUE(open());
  RawSqlite(file()).run("PRAGMA user_version = 0");
  EXPECT_EQ(error_of(open()).code, ErrorCode::corrupt);
}

TEST_F(SqliteSchema, OfAnotherApplicationIsRefusedAndLeftAlone) {
  for (const char* mark :
       {"CREATE TABLE songs (title)", "PRAGMA application_id = 42", "PRAGMA user_version = 1"}) {
    std::filesystem::remove(file());
    RawSqlite(file()).run(mark);
    const lease::Error error = error_of(open());
    EXPECT_EQ(error.code, ErrorCode::corrupt) << mark;
    EXPECT_NE(error.message.find("another application"), std::string::npos) << error.message;
    EXPECT_EQ(RawSqlite(file()).ask("PRAGMA journal_mode"), "delete") << mark;
  }
}

TEST_F(SqliteSchema, WithATableMissingIsCorrupt) {
  ASSERT_TRUE(open());
  RawSqlite(file()).run("DROP TABLE run_events");
  const auto repository = value_of(open());
  EXPECT_EQ(error_of(repository->latest_seq_for_run(lease::RunId("r"))).code, ErrorCode::corrupt);
}

}  // namespace
}  // namespace leasecheck::tests
