// How much work SQLite does, counted in instructions of its virtual machine: a number that is the
// same in every run, where a duration is not.

#include <algorithm>
#include <functional>

#include "tests/impl/fixture.hpp"
#include "tests/impl/raw_sqlite.hpp"

namespace leasecheck::tests {
namespace {

using lease::AckOutcome;
using lease::ErrorCode;

struct Work {
  int instructions = 0;
  int scanned = 0;  ///< steps of full table scans
  int sorts = 0;
};
Work total;
int pages_at_most = 0;  ///< of the next database opened; 0 for no limit

int count_statement(unsigned, void*, void* statement, void*) {
  auto* ended = static_cast<sqlite3_stmt*>(statement);
  total.instructions += sqlite3_stmt_status(ended, SQLITE_STMTSTATUS_VM_STEP, 1);
  total.scanned += sqlite3_stmt_status(ended, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1);
  total.sorts += sqlite3_stmt_status(ended, SQLITE_STMTSTATUS_SORT, 1);
  return 0;
}

int watch(sqlite3* database, const char**, const sqlite3_api_routines*) {
  if (pages_at_most != 0) {
    const std::string limit = "PRAGMA max_page_count = " + std::to_string(pages_at_most);
    sqlite3_exec(database, limit.c_str(), nullptr, nullptr, nullptr);
  }
  return sqlite3_trace_v2(database, SQLITE_TRACE_PROFILE, count_statement, nullptr);
}

class SqliteWork : public SqliteTest {
 protected:
  void SetUp() override {
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(watch));
    pages_at_most = 0;
  }
  void TearDown() override { sqlite3_reset_auto_extension(); }

  [[nodiscard]] static Work work_of(const std::function<void()>& call) {
    total = {};
    call();
    return total;
  }
};

/// The many attempts among which the few are to be found.
enum class Crowd { none, completed, dead, leased, in_backoff, ahead_of_not_before, queued };

void join_crowd(lease::AttemptRepository& repository, Crowd crowd, const std::string& id) {
  lease::AttemptSpec spec = attempt(id);
  spec.priority = -1;
  spec.timeout = lease::Duration{1'000'000};
  spec.retry_policy = lease::RetryPolicy{.backoff = lease::Duration{500'000},
                                         .max_backoff = {},
                                         .max_retries = crowd == Crowd::in_backoff ? 1 : 0};
  if (crowd == Crowd::ahead_of_not_before) spec.not_before = at(500'000);
  value_of(repository.enqueue_attempt(spec));
  if (crowd == Crowd::queued || crowd == Crowd::ahead_of_not_before) return;
  const auto lease = value_of(repository.upsert_lease(spec.attempt_id, worker, at(600'000)));
  if (crowd == Crowd::leased) return;
  const auto outcome = crowd == Crowd::completed ? AckOutcome::completed : AckOutcome::failed;
  value_of(repository.ack_attempt(holder_of(lease), outcome, at(1000)));
}

/// What one caller does, operation by operation; the crowd takes no part in it.
std::vector<int> instructions_of_a_round(lease::AttemptRepository& repository) {
  std::vector<int> instructions;
  const auto count = [&instructions](const std::function<void()>& call) {
    total = {};
    call();
    instructions.push_back(total.instructions);
    EXPECT_EQ(total.scanned, 0);
    EXPECT_EQ(total.sorts, 0);
  };
  lease::AttemptSpec spec = attempt("mine");
  spec.timeout = lease::Duration{50};
  spec.retry_policy = lease::RetryPolicy{.max_backoff = {}, .max_retries = 9};
  lease::LeaseRecord lease;
  const auto claim = [&] {
    lease = value_of(repository.upsert_lease(spec.attempt_id, worker, at(2000)));
  };
  count([&] { value_of(repository.enqueue_attempt(spec)); });
  count([&] {
    EXPECT_EQ(value_of(repository.list_dispatchable_attempts(at(1000), 1)).at(0).attempt_id,
              spec.attempt_id);
  });
  count(claim);
  count([&] { value_of(repository.heartbeat_lease(lease.lease_id, at(1001), at(2001))); });
  count([&] { EXPECT_EQ(value_of(repository.expire_leases_and_requeue(at(3000))), 1U); });
  count(claim);
  count([&] { EXPECT_EQ(value_of(repository.transition_timed_out_attempts(at(1050))), 1U); });
  value_of(repository.cancel_attempt(spec.attempt_id, at(1051)));

  // The same several at a time, ahead of the crowd by their priority and by when they end.
  constexpr std::uint64_t several = 100;
  std::vector<lease::AttemptSpec> specs(several, spec);
  for (std::size_t i = 0; i < specs.size(); ++i) {
    specs[i].attempt_id = lease::AttemptId("mine " + std::to_string(i));
  }
  count([&] { value_of(repository.enqueue_attempts(specs)); });
  const auto claim_several = [&] {
    return value_of(repository.claim_attempts(worker, several, lease::Duration{10}));
  };
  count([&] { EXPECT_EQ(claim_several().size(), several); });
  count([&] { EXPECT_EQ(value_of(repository.expire_leases_and_requeue(at(3000))), several); });
  std::vector<lease::LeaseHeartbeat> heartbeats;
  std::vector<lease::AttemptAck> acks;
  for (const lease::Claim& claimed : claim_several()) {
    heartbeats.push_back({holder_of(claimed.lease), {claimed.lease.version, at(1000), at(2000)}});
    acks.push_back({holder_of(claimed.lease), AckOutcome::completed});
  }
  count([&] { value_of(repository.heartbeat_leases(heartbeats)); });
  count([&] { value_of(repository.ack_attempts(acks, at(800))); });
  count([&] { EXPECT_EQ(value_of(repository.prune_attempts({at(900), several, true})), several); });
  return instructions;
}

TEST_F(SqliteWork, OfARoundIsTheSameInAnyCrowd) {
  constexpr int many = 10'000;
  for (const Crowd crowd : {Crowd::none, Crowd::completed, Crowd::dead, Crowd::leased,
                            Crowd::in_backoff, Crowd::ahead_of_not_before, Crowd::queued}) {
    std::vector<std::vector<int>> rounds;
    for (const int size : {3, many}) {
      const auto repository = value_of(open_at(":memory:"));
      for (int i = 0; crowd != Crowd::none && i < size; ++i) {
        join_crowd(*repository, crowd, std::to_string(i));
      }
      rounds.push_back(instructions_of_a_round(*repository));
    }
    EXPECT_EQ(rounds[0], rounds[1]) << "crowd " << static_cast<int>(crowd);
  }
}

TEST_F(SqliteWork, OfAListGrowsWithItsLimitOnly) {
  const auto repository = value_of(open_at(":memory:"));
  const auto list = [&repository](std::uint64_t limit) {
    return work_of([&] { value_of(repository->list_dispatchable_attempts(at(1000), limit)); })
        .instructions;
  };
  for (int i = 0; i < 100; ++i) join_crowd(*repository, Crowd::queued, std::to_string(i));
  const int ten_of_hundred = list(10);
  EXPECT_LT(ten_of_hundred, list(20));
  for (int i = 100; i < 400; ++i) join_crowd(*repository, Crowd::queued, std::to_string(i));
  EXPECT_EQ(list(10), ten_of_hundred);
}

/// Attempts of `many` priorities, one of each, that wait for a time; those of priority `some` and
/// below are due at 1000.
void join_with_own_priorities(lease::AttemptRepository& repository, int many, int some) {
  for (int i = 0; i < many; ++i) {
    lease::AttemptSpec spec = attempt(std::to_string(i));
    spec.priority = (i - many / 2) * 1000;
    spec.not_before = at(i < some ? 900 : 500'000);
    value_of(repository.enqueue_attempt(spec));
  }
}

TEST_F(SqliteWork, OfAListDoesNotGrowWithThePrioritiesOfThoseThatWait) {
  const auto list = [this](int many, int some) {
    const auto repository = value_of(open_at(":memory:"));
    join_with_own_priorities(*repository, many, some);
    const Work work = work_of([&] {
      const auto listed = value_of(repository->list_dispatchable_attempts(at(1000), 2));
      ASSERT_EQ(listed.size(), static_cast<std::size_t>(std::min(some, 2)));
      for (int i = 0; i < std::ssize(listed); ++i) {
        EXPECT_EQ(listed[static_cast<std::size_t>(i)].attempt_id.str(),
                  std::to_string(some - 1 - i));
      }
    });
    EXPECT_EQ(work.scanned, 0);
    return work.instructions;
  };
  for (const int share : {0, 1, 2, 4}) {  // quarters of them that are due
    EXPECT_LT(list(4000, 1000 * share), 2 * list(40, 10 * share)) << share;
  }
  EXPECT_LT(list(4000, 1), 2 * list(40, 1));
}

TEST_F(SqliteWork, OnAFullDiskIsUnavailableAndChangesNothing) {
  pages_at_most = 24;
  const auto repository = value_of(open());
  lease::Result<void> enqueued;
  int held = -1;
  for (; enqueued; ++held) {
    enqueued = repository->enqueue_attempt(attempt(std::string(200, 'x') + std::to_string(held)));
  }
  EXPECT_EQ(enqueued.error().code, ErrorCode::unavailable);
  EXPECT_NE(enqueued.error().message.find("full"), std::string::npos) << enqueued.error().message;
  EXPECT_EQ(value_of(repository->snapshot()).attempts.size(), static_cast<std::size_t>(held));
  // What needs no more room goes on.
  const auto listed = value_of(repository->list_dispatchable_attempts(at(1000), 1));
  EXPECT_TRUE(repository->upsert_lease(listed.at(0).attempt_id, worker, at(5000)));
}

}  // namespace
}  // namespace leasecheck::tests
