#include "tests/impl/fixture.hpp"
#include "tests/impl/raw_sqlite.hpp"

namespace leasecheck::tests {
namespace {

using lease::ErrorCode;

/// A repository that holds a queued, a leased and a failed attempt, and whose rows somebody else
/// then edits past the schema's constraints.
class SqliteContent : public SqliteTest {
 protected:
  void SetUp() override {
    repository = value_of(open());
    for (const char* id : {"failed", "leased", "queued"}) {
      lease::AttemptSpec spec = attempt(id);
      spec.timeout = lease::Duration{100};
      value_of(repository->enqueue_attempt(spec));
    }
    const auto claim = [this](const char* id) {
      return value_of(repository->upsert_lease(lease::AttemptId(id), worker, at(5000)));
    };
    claim("leased");
    value_of(
        repository->ack_attempt(holder_of(claim("failed")), lease::AckOutcome::failed, at(1000)));
  }

  void edit(const std::string& sql) {
    RawSqlite(file()).run("PRAGMA ignore_check_constraints = ON; " + sql);
  }

  std::unique_ptr<lease::AttemptRepository> repository;
};

TEST_F(SqliteContent, ThatNoRepositoryWritesIsCorruptAndNamesTheAttempt) {
  const std::string unchanged = file() + ".unchanged";
  RawSqlite(file()).run("VACUUM INTO '" + unchanged + "'");
  for (const char* edited :
       {"status = 9 WHERE attempt_id = 'queued'", "status = -1 WHERE attempt_id = 'queued'",
        "status = 1 WHERE attempt_id = 'queued'", "lane = 2 WHERE attempt_id = 'queued'",
        "lane = NULL WHERE attempt_id = 'queued'", "on_timeout = 3 WHERE attempt_id = 'queued'",
        "attempt_no = 4294967296 WHERE attempt_id = 'queued'",
        "priority = 2147483648 WHERE attempt_id = 'queued'",
        "retry_strategy = 2 WHERE attempt_id = 'queued'",
        "started_at = NULL WHERE attempt_id = 'leased'",
        "lease_id = NULL WHERE attempt_id = 'leased'",
        "lease_expires_at = NULL WHERE attempt_id = 'leased'",
        "deadline = deadline + 1 WHERE attempt_id = 'leased'",
        "dead_at = NULL WHERE attempt_id = 'failed'", "dead_reason = 3 WHERE attempt_id = 'failed'",
        "ack_outcome = 3 WHERE attempt_id = 'failed'",
        "retry_at = 5 WHERE attempt_id = 'failed'"}) {
    repository.reset();
    std::filesystem::copy_file(unchanged, file(),
                               std::filesystem::copy_options::overwrite_existing);
    repository = value_of(open());
    ASSERT_TRUE(repository->snapshot());
    edit(std::string("UPDATE attempts SET ") + edited);
    const auto read = repository->snapshot();
    ASSERT_FALSE(read) << edited;
    EXPECT_EQ(read.error().code, ErrorCode::corrupt) << edited;
    EXPECT_NE(read.error().message.find("attempt \""), std::string::npos) << read.error().message;
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
