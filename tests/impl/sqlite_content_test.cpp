#include "tests/impl/fixture.hpp"
#include "tests/impl/raw_sqlite.hpp"

namespace leasecheck::tests {
namespace {

using lease::ErrorCode;

/// A repository that holds a queued, a leased and a failed attempt, and a run of three events,
/// which somebody else then edits past the schema's types and constraints, and past its indexes.
class SqliteContent : public SqliteTest {
 protected:
  void SetUp() override {
    repository = value_of(open());
    for (const char* id : {"failed", "leased", "queued"}) {
      lease::AttemptSpec spec = attempt(id);
      spec.timeout = lease::Duration{100};
      spec.retry_policy = lease::RetryPolicy{.max_backoff = {}};
      value_of(repository->enqueue_attempt(spec));
    }
    const auto claim = [this](const char* id) {
      return value_of(repository->upsert_lease(lease::AttemptId(id), worker, at(5000)));
    };
    leased = holder_of(claim("leased"));
    for (int i = 0; i < 3; ++i) {
      value_of(repository->append_run_event(leased, {"kind", "[1]"}, at(1000)));
    }
    value_of(
        repository->ack_attempt(holder_of(claim("failed")), lease::AckOutcome::failed, at(1000)));
    RawSqlite(file()).run("VACUUM INTO '" + unchanged() + "'");
  }

  [[nodiscard]] std::string unchanged() const { return file() + ".unchanged"; }

  void restore() {
    repository.reset();
    std::filesystem::copy_file(unchanged(), file(),
                               std::filesystem::copy_options::overwrite_existing);
    repository = value_of(open());
    ASSERT_TRUE(repository->snapshot());
  }

  void edit(const std::string& sql) {
    RawSqlite(file()).run("PRAGMA ignore_check_constraints = ON; " + sql);
  }

  /// Edits while the schema has neither types nor indexes, so that all indexes go stale.
  void edit_past_the_schema(const std::string& sql) {
    RawSqlite raw(file());
    raw.run(
        "PRAGMA ignore_check_constraints = ON; PRAGMA writable_schema = ON;"
        "CREATE TEMP TABLE schema_before AS SELECT * FROM sqlite_schema;"
        "DELETE FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'attempts';"
        "UPDATE sqlite_schema SET sql = replace(replace(sql, 'STRICT', ''), 'UNIQUE', '');"
        "UPDATE sqlite_schema SET sql = replace(sql, '),  WITHOUT', ') WITHOUT');"
        "UPDATE sqlite_schema SET sql = replace(sql, ') , WITHOUT', ') WITHOUT');"
        "PRAGMA writable_schema = RESET");
    raw.run(sql);
    raw.run(
        "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema;"
        "INSERT INTO sqlite_schema SELECT * FROM schema_before; PRAGMA writable_schema = RESET;"
        "PRAGMA schema_version = 1000");
  }

  /// What every kind of look at the file answers.
  [[nodiscard]] std::vector<std::string> corrupt_calls() {
    std::vector<std::string> corrupt;
    const auto note = [&](const char* call, const auto& result) {
      if (!result && result.error().code == ErrorCode::corrupt) corrupt.emplace_back(call);
    };
    note("list", repository->list_dispatchable_attempts(at(1000), 10));
    note("depth", repository->queue_depth(at(1000)));
    note("letters", repository->list_dead_letters(10));
    note("find", repository->get_attempt(lease::AttemptId("leased")));
    note("lease", repository->get_lease(leased.lease_id));
    note("time out", repository->transition_timed_out_attempts(at(9000)));
    note("reap", repository->expire_leases_and_requeue(at(9000)));
    note("snapshot", repository->snapshot());
    return corrupt;
  }
  using Calls = std::vector<std::string>;

  std::unique_ptr<lease::AttemptRepository> repository;
  lease::Holder leased;
};

TEST_F(SqliteContent, ThatNoRepositoryWritesIsCorruptAndNamesTheAttempt) {
  for (const char* edited : {"status = 9 WHERE attempt_id = 'queued'",
                             "status = -1 WHERE attempt_id = 'queued'",
                             "status = 1 WHERE attempt_id = 'queued'",
                             "lane = 2 WHERE attempt_id = 'queued'",
                             "lane = NULL WHERE attempt_id = 'queued'",
                             "on_timeout = 3 WHERE attempt_id = 'queued'",
                             "attempt_no = 4294967296 WHERE attempt_id = 'queued'",
                             "priority = 2147483648 WHERE attempt_id = 'queued'",
                             "retry_strategy = 2 WHERE attempt_id = 'queued'",
                             "started_at = NULL WHERE attempt_id = 'leased'",
                             "lease_id = NULL WHERE attempt_id = 'leased'",
                             "lease_expires_at = NULL WHERE attempt_id = 'leased'",
                             "deadline = deadline + 1 WHERE attempt_id = 'leased'",
                             "dead_at = NULL WHERE attempt_id = 'failed'",
                             "dead_reason = 3 WHERE attempt_id = 'failed'",
                             "ack_outcome = 3 WHERE attempt_id = 'failed'",
                             "retry_at = 5 WHERE attempt_id = 'failed'",
                             "enqueue_seq = -7 WHERE attempt_id = 'queued'",
                             "enqueue_seq = 0 WHERE attempt_id = 'queued'",
                             "timeout = 0 WHERE attempt_id = 'queued'",
                             "max_deliveries = 0 WHERE attempt_id = 'queued'",
                             "max_deliveries = 2147483647 WHERE attempt_id = 'queued'",
                             "retry_backoff = -1 WHERE attempt_id = 'queued'",
                             "retry_max_backoff = -1 WHERE attempt_id = 'queued'",
                             "retry_multiplier = 0 WHERE attempt_id = 'queued'",
                             "retry_max_retries = 2147483647 WHERE attempt_id = 'queued'",
                             "retry_strategy = NULL WHERE attempt_id = 'queued'",
                             "retry_backoff = NULL WHERE attempt_id = 'queued'",
                             "retry_multiplier = NULL WHERE attempt_id = 'queued'",
                             "retry_max_retries = NULL WHERE attempt_id = 'queued'",
                             "attempt_no = -1 WHERE attempt_id = 'queued'",
                             "delivery_count = -1 WHERE attempt_id = 'queued'",
                             "delivery_count = 4294967296 WHERE attempt_id = 'queued'",
                             "attempt_id = '' WHERE attempt_id = 'queued'",
                             "attempt_id = CAST(X'80' AS TEXT) WHERE attempt_id = 'queued'",
                             "attempt_id = hex(zeroblob(10000000)) WHERE attempt_id = 'queued'",
                             "run_id = '' WHERE attempt_id = 'queued'",
                             "tenant_id = '' WHERE attempt_id = 'queued'",
                             "lease_id = '' WHERE attempt_id = 'leased'",
                             "lease_worker_id = '' WHERE attempt_id = 'leased'",
                             "lease_worker_id = NULL WHERE attempt_id = 'leased'",
                             "lease_heartbeat_at = NULL WHERE attempt_id = 'leased'",
                             "ack_outcome = 0 WHERE attempt_id = 'leased'",
                             "ack_outcome = NULL WHERE attempt_id = 'failed'",
                             "lease_heartbeat_at = 5 WHERE attempt_id = 'failed'",
                             "dead_reason = NULL WHERE attempt_id = 'failed'",
                             "finished_at = NULL WHERE attempt_id = 'failed'",
                             "finished_at = 5 WHERE attempt_id = 'failed'",
                             "finished_at = 5 WHERE attempt_id = 'queued'",
                             "dead_reason = 0 WHERE attempt_id = 'leased'"}) {
    restore();
    edit(std::string("UPDATE attempts SET ") + edited);
    const auto read = repository->snapshot();
    ASSERT_FALSE(read) << edited;
    EXPECT_EQ(read.error().code, ErrorCode::corrupt) << edited;
    EXPECT_NE(read.error().message.find("attempt "), std::string::npos) << read.error().message;
    EXPECT_LT(read.error().message.size(), 1000U);
  }
}

TEST_F(SqliteContent, OfAnotherTypeIsCorrupt) {
  for (const std::string column :
       {"attempt_id",        "run_id",           "priority",          "not_before",
        "timeout",           "on_timeout",       "retry_strategy",    "retry_backoff",
        "retry_max_backoff", "retry_multiplier", "retry_max_retries", "max_deliveries",
        "tenant_id",         "status",           "attempt_no",        "delivery_count",
        "version",           "ready_at",         "retry_at",          "started_at",
        "lease_id",          "lease_worker_id",  "lease_expires_at",  "lease_heartbeat_at",
        "ack_outcome",       "dead_reason",      "dead_at",           "lane",
        "deadline",          "finished_at"}) {
    restore();
    edit_past_the_schema("UPDATE attempts SET " + column + " = X'00'");
    EXPECT_EQ(error_of(repository->snapshot()).code, ErrorCode::corrupt) << column;
  }
  restore();
  edit_past_the_schema("UPDATE attempts SET version = 1.5");
  EXPECT_EQ(error_of(repository->snapshot()).code, ErrorCode::corrupt);
  restore();
  edit_past_the_schema("UPDATE attempts SET status = 'queued'");
  EXPECT_EQ(error_of(repository->counts_by_status()).code, ErrorCode::corrupt);
}

// An index that has gone stale leads to rows that are not what was asked for.
TEST_F(SqliteContent, ThatAStaleIndexFindsIsCorruptAndStaysAsItIs) {
  const std::string completed =
      "UPDATE attempts SET status = 4, finished_at = 1000, started_at = NULL, deadline = NULL, "
      "ack_outcome = 0, "
      "lease_expires_at = NULL, lease_heartbeat_at = NULL WHERE attempt_id = 'leased'";
  edit_past_the_schema(completed);
  EXPECT_EQ(corrupt_calls(), (Calls{"time out", "reap"}));
  EXPECT_EQ(value_of(repository->get_attempt(lease::AttemptId("leased"))).status,
            lease::Status::completed);
  restore();
  edit_past_the_schema(
      "UPDATE attempts SET lease_expires_at = 10000, started_at = 9900, deadline = 10000 "
      "WHERE attempt_id = 'leased'");
  EXPECT_EQ(corrupt_calls(), (Calls{"time out", "reap"}));
  restore();
  edit_past_the_schema("UPDATE attempts SET lease_id = 'L' WHERE attempt_id = 'leased'");
  // SQLite itself misses the entry of a row that is to change.
  EXPECT_EQ(corrupt_calls(), (Calls{"lease", "time out", "reap"}));
  restore();
  edit_past_the_schema("UPDATE attempts SET attempt_id = 'other' WHERE attempt_id = 'leased'");
  EXPECT_EQ(corrupt_calls(), Calls{"find"});
  restore();
  edit_past_the_schema(
      "UPDATE attempts SET status = 6, dead_at = NULL, dead_reason = NULL "
      "WHERE attempt_id = 'failed'");
  EXPECT_EQ(corrupt_calls(), Calls{"letters"});
}

TEST_F(SqliteContent, ThatAStaleIndexListsIsCorrupt) {
  for (const char* edited : {"UPDATE attempts SET status = 6, finished_at = 1000, lane = NULL "
                             "WHERE attempt_id = 'queued'",
                             "UPDATE attempts SET not_before = 500, ready_at = 500, lane = 2 "
                             "WHERE attempt_id = 'queued'"}) {
    restore();
    edit_past_the_schema(edited);
    EXPECT_EQ(corrupt_calls(), (Calls{"list", "depth"})) << edited;
  }
  for (const char* edited :
       {"UPDATE attempts SET status = 6, finished_at = 1000, lane = NULL, retry_at = NULL WHERE "
        "status = 3",
        "UPDATE attempts SET priority = 7 WHERE status = 3",
        "UPDATE attempts SET retry_at = 3000, ready_at = 3000 WHERE status = 3"}) {
    restore();
    edit(
        "UPDATE attempts SET status = 3, lane = 2, retry_at = 500, ready_at = 500 "
        "WHERE attempt_id = 'queued'; INSERT INTO waiting VALUES (0, 0, 500), (1, 0, 500), "
        "(2, 0, 500), (3, 0, 500), (4, 0, 500), (5, 0, 500), (6, 0, 500), (7, 0, 500)");
    ASSERT_EQ(value_of(repository->list_dispatchable_attempts(at(1000), 10)).size(), 1U);
    edit_past_the_schema(edited);
    EXPECT_EQ(corrupt_calls().at(0), "list") << edited;
  }
}

TEST_F(SqliteContent, ThatAnIndexNamesAndIsGoneIsCorrupt) {
  edit_past_the_schema("DELETE FROM attempts");
  EXPECT_EQ(error_of(repository->list_attempts({}, std::nullopt, 10)).code, ErrorCode::corrupt);
  EXPECT_EQ(error_of(repository->prune_attempts({at(9000), 10, true})).code, ErrorCode::corrupt);
  EXPECT_EQ(corrupt_calls(),
            (Calls{"list", "depth", "letters", "find", "lease", "time out", "reap"}));
}

TEST_F(SqliteContent, ThatIsThereTwiceIsCorrupt) {
  edit_past_the_schema("UPDATE attempts SET attempt_id = 'same' WHERE attempt_id <> 'failed'");
  EXPECT_EQ(error_of(repository->snapshot()).code, ErrorCode::corrupt);
}

TEST_F(SqliteContent, OfARunIsCorruptUnlessItsEventsAreOneTwoThree) {
  for (const char* edited :
       {"DELETE FROM run_events WHERE seq = 2", "DELETE FROM run_events WHERE seq = 1",
        "UPDATE run_events SET seq = 0 WHERE seq = 1",
        "UPDATE run_events SET seq = -1 WHERE seq = 1", "UPDATE run_events SET payload = '{'",
        "UPDATE run_events SET payload = ''", "UPDATE run_events SET kind = ''",
        "UPDATE run_events SET attempt_id = ''"}) {
    restore();
    edit(edited);
    EXPECT_EQ(error_of(repository->snapshot()).code, ErrorCode::corrupt) << edited;
    const auto listed = repository->list_run_events(lease::RunId("run"), 0, 10);
    // What stands before the first is not asked for.
    EXPECT_TRUE(!listed || listed->size() == 2) << edited;
  }
  restore();
  edit("DELETE FROM run_events WHERE seq = 1");
  EXPECT_EQ(error_of(repository->list_run_events(lease::RunId("run"), 0, 1)).code,
            ErrorCode::corrupt);
  EXPECT_EQ(value_of(repository->list_run_events(lease::RunId("run"), 1, 9)).size(), 2U);
}

TEST_F(SqliteContent, OfARunIsCorruptWhereItsSequenceHasNoNext) {
  for (const char* edited :
       {"UPDATE run_events SET seq = 9223372036854775807 WHERE seq = 3",
        "DELETE FROM run_events WHERE seq > 1; UPDATE run_events SET seq = -5"}) {
    restore();
    edit(edited);
    EXPECT_EQ(error_of(repository->latest_seq_for_run(lease::RunId("run"))).code,
              ErrorCode::corrupt);
    EXPECT_EQ(error_of(repository->append_run_event(leased, {"kind", "1"}, at(1000))).code,
              ErrorCode::corrupt);
  }
}

TEST_F(SqliteContent, OfUnknownStatusIsNeverListedNorClaimed) {
  edit("UPDATE attempts SET status = 9 WHERE attempt_id = 'queued'");
  EXPECT_EQ(error_of(repository->list_dispatchable_attempts(at(1000), 10)).code,
            ErrorCode::corrupt);
  EXPECT_EQ(error_of(repository->upsert_lease(lease::AttemptId("queued"), worker, at(5000))).code,
            ErrorCode::corrupt);
  EXPECT_EQ(error_of(repository->counts_by_status()).code, ErrorCode::corrupt);
}

TEST_F(SqliteContent, OfOneAttemptDoesNotHideTheOthers) {
  edit("UPDATE attempts SET status = 9 WHERE attempt_id = 'queued'");
  EXPECT_TRUE(repository->get_attempt(lease::AttemptId("leased")));
  EXPECT_TRUE(repository->expire_leases_and_requeue(at(9000)));
}

TEST_F(SqliteContent, ThatBreaksAConstraintIsRefusedBySqliteItself) {
  RawSqlite raw(file());
  for (const char* edited : {"status = 9", "status = 1 WHERE attempt_id = 'queued'",
                             "lease_id = 'same' WHERE lease_id IS NOT NULL", "status = 'queued'"}) {
    EXPECT_THROW(raw.run(std::string("UPDATE attempts SET ") + edited), std::runtime_error)
        << edited;
  }
}

}  // namespace
}  // namespace leasecheck::tests
