#include <unistd.h>

#include <fstream>
#include <functional>

#include "sqlite/file_system.hpp"
#include "tests/impl/fixture.hpp"
#include "tests/impl/raw_sqlite.hpp"

namespace leasecheck::tests {
namespace {

using lease::AckOutcome;
using lease::ErrorCode;

constexpr uid_t nobody = 65534;

/// Drops the superuser's right to write everything, for a while.
class WithoutPrivileges {
 public:
  WithoutPrivileges() {
    if (was_root_ && ::seteuid(nobody) != 0) throw std::runtime_error("cannot drop privileges");
  }
  ~WithoutPrivileges() {
    if (was_root_ && ::seteuid(0) != 0) std::abort();
  }

 private:
  const bool was_root_ = ::geteuid() == 0;
};

class SqliteFile : public SqliteTest {
 protected:
  void expect_refused(const std::string& path, ErrorCode code) {
    const Opened opened = open_at(path);
    ASSERT_FALSE(opened) << path;
    EXPECT_EQ(opened.error().code, code) << opened.error().message;
    EXPECT_EQ(opened.error().effect, lease::Effect::none);
    EXPECT_NE(opened.error().message.find('"' + path + '"'), std::string::npos)
        << opened.error().message;
  }
};

TEST_F(SqliteFile, KeepsEverythingWhenOpenedAgain) {
  lease::Snapshot before;
  lease::Holder acked;
  {
    const auto repository = value_of(open());
    lease::AttemptSpec spec = attempt("full");
    spec.priority = -5;
    spec.not_before = at(900);
    spec.timeout = lease::Duration{70};
    spec.on_timeout = lease::OnTimeout::cancel;
    spec.retry_policy = lease::RetryPolicy{.strategy = lease::BackoffStrategy::exponential,
                                           .backoff = lease::Duration{10},
                                           .max_backoff = lease::Duration{40},
                                           .multiplier = 3,
                                           .max_retries = 2};
    spec.max_deliveries = 4;
    spec.tenant_id = lease::TenantId("tenant");
    for (const char* id : {"acked", "dead", "held", "queued"}) {
      spec.attempt_id = lease::AttemptId(id);
      if (spec.attempt_id.str() == "dead") spec.retry_policy.reset();
      value_of(repository->enqueue_attempt(spec));
    }
    const auto claim = [&](const char* id) {
      return value_of(repository->upsert_lease(lease::AttemptId(id), worker, at(5000)));
    };
    acked = holder_of(claim("acked"));
    value_of(repository->append_run_event(acked, {"note", R"({"deep":[1,"ä"]})"}, at(1001)));
    value_of(repository->ack_attempt(acked, AckOutcome::failed, at(1002)));
    value_of(repository->ack_attempt(holder_of(claim("dead")), AckOutcome::failed, at(1003)));
    value_of(repository->start_attempt(holder_of(claim("held")), at(1004)));
    before = value_of(repository->snapshot());
  }
  const auto repository = value_of(open());
  EXPECT_EQ(value_of(repository->snapshot()), before);
  // The memory of an ack is durable, and so is the spec (rules 8, 11).
  const auto again = value_of(repository->ack_attempt(acked, AckOutcome::failed, at(7777)));
  EXPECT_EQ(again.status, lease::Status::retry_backoff);
  EXPECT_EQ(again.retry_at, at(1012));
  EXPECT_EQ(error_of(repository->ack_attempt(acked, AckOutcome::completed, at(7777))).code,
            ErrorCode::stale_lease);
  EXPECT_EQ(error_of(repository->enqueue_attempt(attempt("queued"))).code,
            ErrorCode::already_exists);
  EXPECT_TRUE(repository->is_durable());
}

TEST_F(SqliteFile, InMemoryIsPrivateAndNotDurable) {
  const auto one = value_of(open_at(":memory:"));
  const auto other = value_of(open_at(":memory:"));
  value_of(one->enqueue_attempt(attempt("a")));
  EXPECT_TRUE(value_of(other->snapshot()).attempts.empty());
  EXPECT_FALSE(one->is_durable());
}

TEST_F(SqliteFile, ThatIsAllTextIsNotADatabase) {
  const std::string text = "This is a shopping list and by no means a database.\n";
  std::ofstream(file()) << text;
  expect_refused(file(), ErrorCode::corrupt);
  std::ifstream kept(file());
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(kept), {}), text);
}

TEST_F(SqliteFile, ThatIsCutOffIsCorrupt) {
  {
    const auto repository = value_of(open());
    for (int i = 0; i < 200; ++i) {
      value_of(repository->enqueue_attempt(attempt("attempt-" + std::to_string(i))));
    }
  }
  std::filesystem::resize_file(file(), 3 * 4096);
  const Opened opened = open();
  const auto read = opened ? (*opened)->snapshot()
                           : lease::Result<lease::Snapshot>(std::unexpected(opened.error()));
  EXPECT_EQ(error_of(read).code, ErrorCode::corrupt);
}

TEST_F(SqliteFile, ThatIsADirectoryIsUnavailable) {
  expect_refused(directory.path().string(), ErrorCode::unavailable);
}

TEST_F(SqliteFile, InADirectoryThatDoesNotExistIsUnavailable) {
  expect_refused((directory.path() / "missing" / "queue.sqlite").string(), ErrorCode::unavailable);
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "missing"));
}

TEST_F(SqliteFile, WithoutANameIsUnavailable) {
  expect_refused("", ErrorCode::unavailable);
}

TEST_F(SqliteFile, OnAnUnknownVfsIsUnavailable) {
  const lease::Error error = error_of(lease::open_sqlite_repository(
      {.path = file(), .busy_timeout = {}, .vfs = "no-such-vfs", .allow_shared_file_system = false},
      clock, ids));
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_NE(error.message.find("no-such-vfs"), std::string::npos) << error.message;
}

// What was acknowledged into a file that nobody else sees would be lost.
TEST_F(SqliteFile, ThatIsNoLongerAtItsPathIsNotWrittenTo) {
  const auto move = [&] {
    for (const char* ending : {"", "-wal", "-shm"}) {
      std::filesystem::rename(file() + ending, file() + ".aside" + ending);
    }
  };
  const std::vector<std::pair<const char*, std::function<void()>>> mishaps{
      {"moved", move},
      {"deleted", [&] { std::filesystem::remove(file()); }},
      {"replaced", [&] {
         move();
         value_of(value_of(open())->enqueue_attempt(attempt("elsewhere")));
       }}};
  for (const auto& [mishap, happen] : mishaps) {
    SCOPED_TRACE(mishap);
    for (const char* ending : {"", "-wal", "-shm"}) std::filesystem::remove(file() + ending);
    const auto repository = value_of(open());
    value_of(repository->enqueue_attempt(attempt("before")));
    happen();
    const lease::Error error = error_of(repository->enqueue_attempt(attempt("after")));
    EXPECT_EQ(error.code, ErrorCode::unavailable);
    EXPECT_EQ(error.effect, lease::Effect::none);
    EXPECT_NE(error.message.find("moved, replaced or deleted"), std::string::npos) << error.message;
    EXPECT_EQ(value_of(repository->list_dispatchable_attempts(at(1000), 9)).size(), 1U);
  }
}

TEST(SharedFileSystem, IsKnownByItsMagicNumber) {
  EXPECT_EQ(lease::sqlite::shared_file_system(0x6969), "NFS");
  EXPECT_EQ(lease::sqlite::shared_file_system(0xff534d42), "CIFS");
  EXPECT_EQ(lease::sqlite::shared_file_system(0x65735546), "FUSE");
  EXPECT_EQ(lease::sqlite::shared_file_system(0x01021997), "9p");
  constexpr unsigned long ext4 = 0xef53;
  constexpr unsigned long tmpfs = 0x01021994;
  EXPECT_EQ(lease::sqlite::shared_file_system(ext4), std::nullopt);
  EXPECT_EQ(lease::sqlite::shared_file_system(tmpfs), std::nullopt);
  EXPECT_EQ(lease::sqlite::shared_file_system_of("/proc/self/stat"), std::nullopt);
  EXPECT_EQ(lease::sqlite::shared_file_system_of("/no/such/folder/file"), std::nullopt);
}

// An operator has opened the queue of a service as another user and was killed.
TEST_F(SqliteFile, WhoseLogIsAnothersIsUnavailable) {
  {
    const auto repository = value_of(open());
    value_of(repository->enqueue_attempt(attempt("a")));
    std::filesystem::permissions(directory.path(), std::filesystem::perms(0777));
    std::filesystem::permissions(file(), std::filesystem::perms(0666));
    for (const char* beside : {"-wal", "-shm"}) {
      std::filesystem::permissions(file() + beside, std::filesystem::perms(0));
    }
    const WithoutPrivileges as_the_service;
    expect_refused(file(), ErrorCode::unavailable);
  }
  EXPECT_FALSE(std::filesystem::exists(file() + "-wal")) << "closing writes it back";
  EXPECT_EQ(value_of(value_of(open())->snapshot()).attempts.size(), 1U);
}

TEST_F(SqliteFile, WithoutTheRightToWriteIsUnavailable) {
  ASSERT_TRUE(open());
  std::filesystem::permissions(directory.path(), std::filesystem::perms(0555));
  std::filesystem::permissions(file(), std::filesystem::perms(0444));
  {
    const WithoutPrivileges only_reading;
    expect_refused(file(), ErrorCode::unavailable);
    expect_refused((directory.path() / "new.sqlite").string(), ErrorCode::unavailable);
  }
  std::filesystem::permissions(directory.path(), std::filesystem::perms(0755));
}

}  // namespace
}  // namespace leasecheck::tests
