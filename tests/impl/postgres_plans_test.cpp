// What PostgreSQL does for an operation: how many rows it reads among many, and what it is sent for
// many at once.

#include <string>
#include <vector>

#include "tests/impl/postgres_fixture.hpp"

namespace leasecheck::tests {
namespace {

using lease::Duration;
using PostgresPlans = PostgresTest;

std::vector<lease::AttemptSpec> specs_of(std::int64_t count) {
  std::vector<lease::AttemptSpec> specs;
  for (std::int64_t i = 0; i < count; ++i) {
    specs.push_back(attempt("a" + std::to_string(count - i)));
    specs.back().timeout = Duration{500'000};
  }
  return specs;
}

TEST_F(PostgresPlans, ManyAttemptsAtOnceKeepTheirOrder) {
  const auto repository = open();
  const auto specs = specs_of(2500);
  for (const auto& enqueued : value_of(repository->enqueue_attempts(specs))) value_of(enqueued);
  const auto listed = value_of(repository->list_dispatchable_attempts(clock.now(), specs.size()));
  ASSERT_EQ(listed.size(), specs.size());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    ASSERT_EQ(listed[i].attempt_id, specs[i].attempt_id) << i;
  }
}

TEST_F(PostgresPlans, ManyAttemptsAtOnceKeepTheirTexts) {
  const auto repository = open();
  std::vector<lease::AttemptSpec> specs;
  for (const char* text : {"NULL", "null", "\"", "\\", "a,b", "{}", "a\\\"b", " ", "ä"}) {
    specs.push_back(attempt(text));
    if (specs.size() % 2 == 0) specs.back().tenant_id = lease::TenantId(text);
  }
  for (const auto& enqueued : value_of(repository->enqueue_attempts(specs))) value_of(enqueued);
  // Known, and with the same spec.
  for (const auto& spec : specs) value_of(repository->enqueue_attempt(spec));
  EXPECT_EQ(value_of(repository->queue_depth(clock.now())), specs.size());
  std::vector<lease::AttemptAck> acks;
  for (const auto& claim :
       value_of(repository->claim_attempts(lease::WorkerId("NULL"), 9, Duration{100}))) {
    EXPECT_EQ(claim.lease.worker_id.str(), "NULL");
    acks.push_back({holder_of(claim.lease), lease::AckOutcome::completed});
  }
  EXPECT_EQ(acks.size(), specs.size());
  for (const auto& acked : value_of(repository->ack_attempts(acks, clock.now()))) value_of(acked);
}

/// So many that wait, behind whatever is enqueued.
void add_crowd(RawPostgres& raw, std::int64_t size) {
  const std::string last = std::to_string(size);
  raw.run(
      "INSERT INTO attempts (enqueue_seq, attempt_id, run_id, priority, on_timeout, status, "
      "attempt_no, delivery_count, version, ready_at, lane) SELECT i, 'c' || i, 'run', -1, 0, 0, "
      "1, 0, 0, 0, 1 FROM generate_series(1, " +
      last + ") AS i");
  raw.run("UPDATE lease_repository SET last_enqueue_seq = " + last);
  raw.run("VACUUM (ANALYZE) attempts");
}

TEST_F(PostgresPlans, NoOperationWalksThroughWhatTakesNoPart) {
  constexpr std::int64_t crowd = 20'000;
  value_of(open()->reset());
  RawPostgres raw(options);
  add_crowd(raw, crowd);
  options.application_name = "watched";
  const auto rows_read = [&] {
    // A session tells what it has read when it ends, at the latest.
    while (raw.run("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'watched'") !=
           "0") {
    }
    return std::stoll(
        raw.run("SELECT (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE schemaname = "
                "current_schema()) + (SELECT sum(seq_tup_read) FROM pg_stat_user_tables "
                "WHERE schemaname = current_schema())"));
  };
  const std::int64_t before = rows_read();
  {
    const auto repository = open();
    const lease::Time now = clock.now();
    for (const auto& enqueued : value_of(repository->enqueue_attempts(specs_of(5)))) {
      value_of(enqueued);
    }
    lease::AttemptFilter of_run;
    of_run.run_id = lease::RunId("run");
    EXPECT_EQ(value_of(repository->list_dispatchable_attempts(now, 5)).size(), 5);
    EXPECT_EQ(value_of(repository->list_attempts({}, std::nullopt, 5)).size(), 5);
    EXPECT_EQ(value_of(repository->list_attempts(of_run, std::nullopt, 5)).size(), 5);
    const auto claims = value_of(repository->claim_attempts(worker, 5, Duration{100}));
    ASSERT_EQ(claims.size(), 5);
    value_of(repository->heartbeat_lease(claims[0].lease.lease_id, now, now + Duration{150}));
    value_of(repository->ack_attempt(holder_of(claims[1].lease), lease::AckOutcome::completed,
                                     now - Duration{1}));
    EXPECT_EQ(value_of(repository->expire_leases_and_requeue(now + Duration{200})), 4);
    EXPECT_EQ(value_of(repository->transition_timed_out_attempts(now)), 0);
    EXPECT_EQ(value_of(repository->prune_attempts({now, 5, true})), 1);
    value_of(repository->enqueue_attempt(attempt("new")));
    value_of(repository->cancel_attempt(lease::AttemptId("new"), now));
  }
  EXPECT_LT(rows_read() - before, crowd / 10);
}

/// Updates of a table, and those of them that touched no index.
struct Updates {
  std::int64_t all = 0;
  std::int64_t hot = 0;
  bool operator==(const Updates&) const = default;
};

class PostgresUpdates : public PostgresTest {
 protected:
  /// The updates of the table that the operations cause, in a session of their own.
  template <typename Operations>
  Updates updates_of(const std::string& table, Operations operations) {
    const Updates before = counted(table);
    operations(*open());
    const Updates after = counted(table);
    return {after.all - before.all, after.hot - before.hot};
  }

  lease::LeaseRecord claimed(lease::AttemptRepository& repository) {
    return value_of(repository.upsert_lease(lease::AttemptId("a"), worker, expiry()));
  }
  [[nodiscard]] lease::Time expiry() { return clock.now() + Duration{100}; }

 private:
  Updates counted(const std::string& table) {
    RawPostgres raw(options);
    // A session tells what it has done when it ends, at the latest.
    while (raw.run("SELECT count(*) FROM pg_stat_activity WHERE application_name = '" +
                   options.application_name + "'") != "0") {
    }
    const auto figure = [&](const std::string& column) {
      return std::stoll(raw.run("SELECT " + column +
                                " FROM pg_stat_user_tables WHERE schemaname = "
                                "current_schema() AND relname = '" +
                                table + "'"));
    };
    return {figure("n_tup_upd"), figure("n_tup_hot_upd")};
  }
};

constexpr Updates touches_indexes{.all = 1, .hot = 0};
constexpr Updates touches_none{.all = 1, .hot = 1};

TEST_F(PostgresUpdates, OfAttemptsTouchNoIndexWhereOneIsStarted) {
  options.application_name = "updating";
  value_of(open()->enqueue_attempt(attempt("a")));
  lease::LeaseRecord lease;
  const auto of_attempts = [&](auto operation) { return updates_of("attempts", operation); };
  EXPECT_EQ(of_attempts([&](auto& repository) { lease = claimed(repository); }), touches_indexes);
  EXPECT_EQ(of_attempts([&](auto& repository) {
              value_of(repository.start_attempt(holder_of(lease), clock.now()));
            }),
            touches_none);
  EXPECT_EQ(
      of_attempts([&](auto& repository) {
        value_of(repository.heartbeat_lease(lease.lease_id, clock.now(), expiry() + Duration{50}));
      }),
      touches_indexes);
  EXPECT_EQ(of_attempts([&](auto& repository) {
              value_of(repository.release_lease(holder_of(lease), clock.now()));
            }),
            touches_indexes);
  EXPECT_EQ(of_attempts([&](auto& repository) { lease = claimed(repository); }), touches_indexes);
  EXPECT_EQ(of_attempts([&](auto& repository) {
              EXPECT_EQ(value_of(repository.expire_leases_and_requeue(expiry() + Duration{1})), 1);
            }),
            touches_indexes);
  EXPECT_EQ(of_attempts([&](auto& repository) { lease = claimed(repository); }), touches_indexes);
  EXPECT_EQ(
      of_attempts([&](auto& repository) {
        value_of(repository.ack_attempt(holder_of(lease), lease::AckOutcome::failed, clock.now()));
      }),
      touches_indexes);
  EXPECT_EQ(of_attempts([&](auto& repository) {
              value_of(repository.replay_dead_letter(lease::AttemptId("a"), clock.now()));
            }),
            touches_indexes);
  EXPECT_EQ(of_attempts([&](auto& repository) {
              value_of(repository.cancel_attempt(lease::AttemptId("a"), clock.now()));
            }),
            touches_indexes);
}

TEST_F(PostgresUpdates, OfTheRepositoryAndOfRunsTouchNoIndex) {
  options.application_name = "updating";
  value_of(open()->reset());
  EXPECT_EQ(
      updates_of("lease_repository",
                 [&](auto& repository) { value_of(repository.enqueue_attempt(attempt("a"))); }),
      touches_none);
  const auto append = [&](auto& repository) {
    const auto holder =
        holder_of(*value_of(repository.get_lease_for_attempt(lease::AttemptId("a"))));
    value_of(repository.append_run_event(holder, {"progress", "1"}, clock.now()));
  };
  claimed(*open());
  append(*open());
  EXPECT_EQ(updates_of("runs", append), touches_none);
}

}  // namespace
}  // namespace leasecheck::tests
