// What the contract suite cannot show of PostgreSQL: schemas, sessions that end, servers that are
// not what they have to be, and several sessions at once.

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <set>
#include <thread>
#include <vector>

#include "tests/impl/postgres_fixture.hpp"

namespace leasecheck::tests {
namespace {

using lease::Duration;
using lease::Effect;
using lease::ErrorCode;
using Postgres = PostgresTest;

bool says(const lease::Error& error, std::string_view words) {
  return error.message.find(words) != std::string::npos;
}

TEST_F(Postgres, MakesItsSchemaOnceAndKeepsWhatIsInIt) {
  value_of(open()->enqueue_attempt(attempt("a")));
  EXPECT_EQ(value_of(open()->get_attempt(lease::AttemptId("a"))).attempt_id.str(), "a");
}

TEST_F(Postgres, WithoutMigrationASchemaStaysAsItIs) {
  options.migrate = false;
  const lease::Error error = error_of(open_with(options));
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_TRUE(says(error, "holds no queue")) << error.message;
  EXPECT_EQ(RawPostgres(options).run("SELECT count(*) FROM pg_namespace WHERE nspname = '" +
                                     options.schema + "'"),
            "0");
}

TEST_F(Postgres, RefusesASchemaOfANewerLibrary) {
  const auto repository = open();
  RawPostgres(options).run("UPDATE lease_repository SET schema_version = 99");
  const lease::Error error = error_of(open_with(options));
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_TRUE(says(error, "use a newer library")) << error.message;
  // One that was open before the migration notices it, too, and writes nothing.
  EXPECT_EQ(error_of(repository->enqueue_attempt(attempt("a"))).code, ErrorCode::corrupt);
  EXPECT_EQ(RawPostgres(options).run("SELECT count(*) FROM attempts"), "0");
}

TEST_F(Postgres, LeavesTheSchemaOfAnotherApplicationAlone) {
  RawPostgres raw(options);
  raw.run("CREATE SCHEMA \"" + options.schema + "\"");
  raw.run("CREATE TABLE invoices (id integer)");
  EXPECT_EQ(error_of(open_with(options)).code, ErrorCode::corrupt);
  EXPECT_EQ(error_of(lease::drop_postgres_repository(options)).code, ErrorCode::corrupt);
  EXPECT_EQ(raw.run("SELECT count(*) FROM invoices"), "0");
  raw.run("DROP TABLE invoices");
  raw.run("DROP SCHEMA \"" + options.schema + "\"");
}

TEST_F(Postgres, DropsWhatItHasMade) {
  value_of(open()->enqueue_attempt(attempt("a")));
  value_of(lease::drop_postgres_repository(options));
  value_of(lease::drop_postgres_repository(options));
  EXPECT_EQ(value_of(open()->counts_by_status()), lease::CountsByStatus{});
}

TEST_F(Postgres, NamesOfSchemasAreNamesAndNoSql) {
  const std::string schema = options.schema + "\"; DROP SCHEMA public; --";
  options.schema = schema;
  value_of(open()->enqueue_attempt(attempt("a")));
  value_of(lease::drop_postgres_repository(options));
  options.schema = std::string(64, 'x');
  EXPECT_EQ(error_of(open_with(options)).code, ErrorCode::invalid_argument);
  options.schema = "";
  EXPECT_EQ(error_of(open_with(options)).code, ErrorCode::invalid_argument);
}

TEST_F(Postgres, RefusesAServerThatForgets) {
  options.allow_unsafe_server = false;
  const lease::Error error = error_of(open_with(options));
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_TRUE(says(error, "fsync = off")) << error.message;
}

TEST_F(Postgres, RefusesReadOnlyTransactions) {
  options.conninfo += " options='-c default_transaction_read_only=on'";
  const lease::Error error = error_of(open_with(options));
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_TRUE(says(error, "read-only")) << error.message;
}

TEST_F(Postgres, RefusesADatabaseThatIsNotInUtf8) {
  RawPostgres raw(options);
  raw.run("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
  options.conninfo += " dbname=latin";
  const lease::Error error = error_of(open_with(options));
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_TRUE(says(error, "UTF8")) << error.message;
}

TEST_F(Postgres, SaysWhereItCannotConnectAndNeverThePassword) {
  for (const std::string conninfo :
       {"host=/nowhere password=hunter2", "postgresql://lease:hunter2@localhost:1/nothing",
        "password hunter2", "passwort=hunter2", "postgresql://hunter2@[::"}) {
    options.conninfo = conninfo;
    const lease::Error error = error_of(open_with(options));
    EXPECT_EQ(error.code, ErrorCode::unavailable);
    EXPECT_FALSE(says(error, "hunter2")) << error.message;
    EXPECT_FALSE(error.message.empty());
    EXPECT_FALSE(says(error, "\n")) << error.message;
  }
}

TEST_F(Postgres, ConnectsAnewOnceASessionHasEnded) {
  const auto repository = open();
  RawPostgres raw(options);
  value_of(repository->enqueue_attempt(attempt("a")));
  raw.end_sessions("lease");
  value_of(repository->enqueue_attempt(attempt("b")));
  raw.end_sessions("lease");
  EXPECT_EQ(value_of(repository->queue_depth(at(2000))), 2U);
}

TEST_F(Postgres, WaitsForALockNoLongerThanItIsTold) {
  options.lock_timeout = Duration{20};
  const auto repository = open();
  value_of(repository->enqueue_attempt(attempt("a")));
  RawPostgres raw(options);
  raw.run("BEGIN");
  raw.run("SELECT * FROM attempts FOR UPDATE");
  const lease::Error error = error_of(repository->cancel_attempt(lease::AttemptId("a"), at(1000)));
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_EQ(error.effect, Effect::none);
  EXPECT_TRUE(says(error, "lock timeout")) << error.message;
  EXPECT_TRUE(value_of(repository->claim_attempts(worker, 5, Duration{100})).empty())
      << "a claim of several passes over what others hold";
  raw.run("ROLLBACK");
  EXPECT_EQ(value_of(repository->claim_attempts(worker, 5, Duration{100})).size(), 1U);
}

TEST_F(Postgres, AClaimLooksBehindWhatOthersHold) {
  const auto repository = open();
  std::vector<lease::AttemptSpec> specs;
  for (int i = 0; i < 300; ++i) specs.push_back(attempt("a" + std::to_string(1000 + i)));
  for (const auto& done : value_of(repository->enqueue_attempts(specs))) value_of(done);
  RawPostgres raw(options);
  raw.run("BEGIN");
  raw.run("SELECT * FROM attempts ORDER BY enqueue_seq LIMIT 290 FOR UPDATE");
  const auto claims = value_of(repository->claim_attempts(worker, 3, Duration{100}));
  ASSERT_EQ(claims.size(), 3U);
  EXPECT_EQ(claims.front().attempt.attempt_id.str(), "a1290");
  EXPECT_EQ(value_of(repository->claim_attempts(worker, 100, Duration{100})).size(), 7U);
  raw.run("ROLLBACK");
}

// A foreign transaction and a reap lock two rows in opposite orders; the server refuses one of
// them.
TEST_F(Postgres, IsCarriedOutAgainAfterADeadlock) {
  const auto repository = open();
  const std::vector<lease::AttemptSpec> specs{attempt("a"), attempt("b")};
  value_of(repository->enqueue_attempts(specs));
  ASSERT_EQ(value_of(repository->claim_attempts(worker, 2, Duration{1})).size(), 2U);
  RawPostgres raw(options);
  raw.run("BEGIN");
  raw.run("SET LOCAL deadlock_timeout = '10min'");
  raw.run("SELECT * FROM attempts WHERE attempt_id = 'b' FOR UPDATE");
  std::jthread reaper(
      [&] { EXPECT_EQ(value_of(repository->expire_leases_and_requeue(at(5000))), 2U); });
  while (raw.run("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == "0") {
    std::this_thread::yield();
  }
  raw.run("SELECT * FROM attempts WHERE attempt_id = 'a' FOR UPDATE");
  raw.run("ROLLBACK");
}

TEST_F(Postgres, OfManyWhoEnqueueTheSameEachIsAnswered) {
  constexpr int callers = 4;
  std::atomic<int> ready = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < callers; ++i) {
    threads.emplace_back([&] {
      const auto repository = open();
      ++ready;
      while (ready < callers) std::this_thread::yield();
      for (int n = 0; n < 50; ++n) {
        value_of(repository->enqueue_attempt(attempt("a" + std::to_string(n))));
      }
    });
  }
  threads.clear();
  EXPECT_EQ(value_of(open()->queue_depth(at(2000))), 50U);
}

TEST_F(Postgres, OfManyWhoClaimNobodyGetsWhatAnotherHas) {
  constexpr int attempts = 400;
  std::vector<lease::AttemptSpec> specs;
  for (int i = 0; i < attempts; ++i) specs.push_back(attempt("a" + std::to_string(i)));
  value_of(open()->enqueue_attempts(specs));
  std::mutex mutex;
  std::multiset<std::string> claimed;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const auto repository = open();
      for (;;) {
        const auto claims = value_of(repository->claim_attempts(worker, 3, Duration{1'000'000}));
        if (claims.empty() && value_of(repository->queue_depth(at(1000))) == 0) return;
        for (const auto& claim : claims) {
          const lease::Holder holder = holder_of(claim.lease);
          value_of(repository->append_run_event(holder, {"done", "1"}, at(1000)));
          value_of(repository->ack_attempt(holder, lease::AckOutcome::completed, at(1000)));
          const std::scoped_lock lock(mutex);
          claimed.insert(claim.attempt.attempt_id.str());
        }
      }
    });
  }
  threads.clear();
  EXPECT_EQ(claimed.size(), std::size_t{attempts});
  EXPECT_EQ((std::set<std::string>(claimed.begin(), claimed.end()).size()), std::size_t{attempts});
  EXPECT_EQ(value_of(open()->latest_seq_for_run(lease::RunId("run"))), std::uint64_t{attempts});
}

TEST_F(Postgres, WhoWaitsForWorkHearsOfThatOfOthers) {
  const auto waiting = open();
  const auto other = open();
  while (waiting->wait_for_work({}, Duration{100})) {
  }
  std::jthread enqueues([&] { value_of(other->enqueue_attempt(attempt("a"))); });
  EXPECT_TRUE(waiting->wait_for_work({}, std::chrono::minutes(1)));
}

TEST_F(Postgres, InAChildOfTheProcessItIsUnavailableAndLeavesTheParentAlone) {
  auto repository = open();
  const pid_t child = ::fork();
  if (child == 0) {
    const auto refused = repository->enqueue_attempt(attempt("a"));
    const bool is_right = !refused && refused.error().code == ErrorCode::unavailable;
    repository.reset();
    ::_exit(is_right ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  value_of(repository->enqueue_attempt(attempt("b")));
}

// An operation loses its session, and so does the connection with which it is to be carried out
// again: what it has used up of its repetitions is not the next one's.
TEST_F(Postgres, EachOperationHasRepetitionsOfItsOwn) {
  constexpr const char* beginning = "^BEGIN|version_floor";
  constexpr const char* entering = "set_config|server_version";
  RawPostgres raw(options);
  std::deque<std::string> ends;
  options.pipelining = false;
  options.application_name = "victim";
  options.wait = [&](int socket, bool to_write) {
    const std::string at = ends.empty() ? "^never$" : ends.front();
    const std::string ended = raw.run(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE application_name = 'victim' AND query ~ '" +
        at + "'");
    if (ended != "0") ends.pop_front();
    constexpr short reading = POLLIN;
    constexpr short writing = POLLOUT;
    pollfd waited{.fd = socket, .events = to_write ? writing : reading, .revents = 0};
    ::poll(&waited, 1, -1);
  };
  const auto repository = open();
  ends = {beginning, entering};
  const lease::Error error = error_of(repository->enqueue_attempt(attempt("a")));
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_EQ(error.effect, Effect::none);
  EXPECT_TRUE(ends.empty());
  ends = {beginning};
  value_of(repository->enqueue_attempt(attempt("b")));
  EXPECT_TRUE(ends.empty());
}

}  // namespace
}  // namespace leasecheck::tests
