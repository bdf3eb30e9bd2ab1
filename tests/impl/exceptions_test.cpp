// A clock or a source of ids may throw: it is the host's code. The exception reaches the caller,
// nothing has happened, and no transaction stays open.

#include <functional>
#include <stdexcept>
#include <vector>

#include "lease/lease_manager.hpp"
#include "lease/scheduler.hpp"
#include "tests/impl/backends.hpp"
#include "tests/impl/raw_sqlite.hpp"

namespace leasecheck::tests {
namespace {

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class BreakableClock final : public lease::Clock {
 public:
  [[nodiscard]] lease::Time now() override {
    if (reads_left == 0) throw Broken("no time");
    --reads_left;
    return at(ms);
  }
  std::int64_t ms = 1000;
  static constexpr int whole = 1'000'000;
  int reads_left = whole;
};

class BreakableIds final : public lease::IdSource {
 public:
  [[nodiscard]] lease::LeaseId next_lease_id() override {
    if (is_broken) throw Broken("no id");
    return ids_.next_lease_id();
  }
  bool is_broken = false;

 private:
  lease::RandomIds ids_;
};

/// A repository with an attempt that is queued and one whose lease has expired.
class Exception : public EveryBackend {
 protected:
  void SetUp() override {
    for (const char* id : {"expired", "queued"}) {
      value_of(repository->enqueue_attempt(attempt(id)));
    }
    value_of(repository->upsert_lease(lease::AttemptId("expired"), worker, at(1001)));
  }

  /// `call` throws when `break_it` has happened, and then is as if it had never been made; once the
  /// source is whole again, it does what it should.
  void expect_no_trace_of(const std::function<void()>& call,
                          const std::function<void()>& break_it) {
    const lease::Snapshot before = value_of(repository->snapshot());
    break_it();
    EXPECT_THROW(call(), Broken);
    EXPECT_EQ(value_of(repository->snapshot()), before);
    if (is_sqlite()) RawSqlite(file()).run("BEGIN IMMEDIATE; ROLLBACK");
    if (is_postgres()) {
      EXPECT_EQ(RawPostgres(postgres())
                    .run("SELECT count(*) FROM pg_stat_activity "
                         "WHERE state LIKE 'idle in transaction%'"),
                "0");
    }
    clock.reads_left = BreakableClock::whole;
    ids.is_broken = false;
    call();
    EXPECT_NE(value_of(repository->snapshot()), before);
  }

  /// The clock breaks after so many reads.
  std::function<void()> clock_breaks_after(int reads) {
    return [this, reads] { clock.reads_left = reads; };
  }

  BreakableClock clock;
  BreakableIds ids;
  std::unique_ptr<lease::AttemptRepository> repository = open(clock, ids);
};
LEASE_EVERY_BACKEND(Exception);

TEST_P(Exception, OfTheClockLeavesNoTraceOfAnEnqueue) {
  expect_no_trace_of([&] { value_of(repository->enqueue_attempt(attempt("new"))); },
                     clock_breaks_after(0));
}

TEST_P(Exception, OfTheClockLeavesNoTraceOfAClaim) {
  expect_no_trace_of(
      [&] { value_of(repository->upsert_lease(lease::AttemptId("queued"), worker, at(5000))); },
      clock_breaks_after(0));
}

TEST_P(Exception, OfTheIdsLeavesNoTraceOfAClaim) {
  expect_no_trace_of(
      [&] { value_of(repository->upsert_lease(lease::AttemptId("queued"), worker, at(5000))); },
      [&] { ids.is_broken = true; });
}

TEST_P(Exception, OfTheClockLeavesNoTraceOfAReap) {
  expect_no_trace_of([&] { value_of(repository->expire_leases_and_requeue(at(2000))); },
                     clock_breaks_after(0));
}

// The scheduler reads for the list, for the claim's expiry, and in the claim.
TEST_P(Exception, OfTheClockLeavesNoTraceOfADispatch) {
  for (const int reads : {0, 1, 2}) {
    expect_no_trace_of(
        [&] {
          lease::Scheduler scheduler(*repository, clock, {});
          EXPECT_TRUE(value_of(scheduler.dispatch(worker)));
        },
        clock_breaks_after(reads));
    value_of(repository->enqueue_attempt(attempt("another " + std::to_string(reads))));
  }
}

// A tick reads for itself and in the reap.
TEST_P(Exception, OfTheClockLeavesNoTraceOfATick) {
  for (const int reads : {0, 1}) {
    clock.ms = 2000;
    lease::LeaseManager reaper(*repository, clock, {.grace = lease::Duration{0}});
    expect_no_trace_of([&] { value_of(reaper.tick()); }, clock_breaks_after(reads));
    clock.ms = 1000;
    value_of(repository->upsert_lease(lease::AttemptId("queued"), worker, at(1001)));
  }
}

}  // namespace
}  // namespace leasecheck::tests
