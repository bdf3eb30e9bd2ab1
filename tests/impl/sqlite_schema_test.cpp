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
  EXPECT_EQ(raw.ask("PRAGMA user_version"), "1");
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
  EXPECT_EQ(RawSqlite(file()).ask("PRAGMA user_version"), "1");
}

TEST_F(SqliteSchema, OfANewerVersionIsRefusedByBothNumbersAndLeftAlone) {
  ASSERT_TRUE(open());
  RawSqlite(file()).run("PRAGMA user_version = 7");
  const lease::Error error = error_of(open());
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_NE(error.message.find("schema version 7"), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("up to 1"), std::string::npos) << error.message;
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
