// Lists among many priorities: the table `waiting` of SQLite against a repository in memory, which
// has no such table.

#include <array>
#include <limits>
#include <random>

#include "lease/memory.hpp"
#include "tests/impl/fixture.hpp"
#include "tests/impl/raw_sqlite.hpp"

namespace leasecheck::tests {
namespace {

/// The same numbers in every run; a standard distribution may differ between libraries.
class Numbers {
 public:
  explicit Numbers(std::uint32_t seed) : engine_(seed) {}
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(bound));
  }

 private:
  std::mt19937_64 engine_;
};

/// Of all sizes, neighbours among them, and both ends.
std::int32_t some_priority(Numbers& numbers) {
  constexpr std::int64_t lowest = std::numeric_limits<std::int32_t>::min();
  const std::int64_t reach = std::int64_t{1} << numbers.below(33);
  const std::int64_t value = numbers.below(reach) + (numbers.below(2) == 0 ? lowest : -reach / 2);
  return static_cast<std::int32_t>(value);
}

/// Two repositories to which the same happens.
class Pair {
 public:
  Pair(lease::Clock& clock, lease::AttemptRepository& sqlite)
      : memory_(lease::make_memory_repository(clock, ids_)), both_{memory_.get(), &sqlite} {}

  void enqueue(Numbers& numbers, const std::string& id) {
    lease::AttemptSpec spec = attempt(id);
    spec.priority = some_priority(numbers);
    if (numbers.below(4) != 0) spec.not_before = at(numbers.below(4000));
    spec.retry_policy = lease::RetryPolicy{
        .backoff = lease::Duration{1 + numbers.below(1000)}, .max_backoff = {}, .max_retries = 9};
    for (lease::AttemptRepository* each : both_) value_of(each->enqueue_attempt(spec));
  }

  /// Claims what a list gives first, or another of the first few, and acknowledges it.
  void work(Numbers& numbers, lease::Time now) {
    const auto listed = value_of(both_[0]->list_dispatchable_attempts(now, 4));
    if (listed.empty()) return;
    const auto chosen = static_cast<std::size_t>(numbers.below(std::ssize(listed)));
    const auto outcome =
        numbers.below(3) == 0 ? lease::AckOutcome::completed : lease::AckOutcome::failed;
    for (lease::AttemptRepository* each : both_) {
      const auto lease = value_of(
          each->upsert_lease(listed[chosen].attempt_id, worker, now + lease::Duration{100}));
      value_of(each->ack_attempt(holder_of(lease), outcome, now));
    }
  }

  void cancel(const std::string& id, lease::Time now) {
    for (lease::AttemptRepository* each : both_) {
      static_cast<void>(each->cancel_attempt(lease::AttemptId(id), now));
    }
  }

  void expect_equal_lists(lease::Time now, std::uint64_t limit) {
    EXPECT_EQ(value_of(both_[0]->list_dispatchable_attempts(now, limit)),
              value_of(both_[1]->list_dispatchable_attempts(now, limit)));
  }

 private:
  lease::RandomIds ids_;
  std::unique_ptr<lease::AttemptRepository> memory_;
  std::array<lease::AttemptRepository*, 2> both_;
};

class SqliteWaiting : public SqliteTest {};

TEST_F(SqliteWaiting, LeadsToWhatARepositoryInMemoryLists) {
  for (std::uint32_t seed = 0; seed < 8; ++seed) {
    std::filesystem::remove(file());
    const auto repository = value_of(open());
    RawSqlite raw(file());
    Pair pair(clock, *repository);
    Numbers numbers(seed);
    clock.ms = 1000;
    for (int step = 0; step < 60; ++step) {
      clock.ms += numbers.below(60);
      const auto kind = numbers.below(5);
      if (kind < 2) pair.enqueue(numbers, std::to_string(step));
      if (kind == 2 || kind == 3) pair.work(numbers, at(clock.ms));
      if (kind == 4) pair.cancel(std::to_string(numbers.below(step + 1)), at(clock.ms));
      pair.expect_equal_lists(at(clock.ms), 1 + static_cast<std::uint64_t>(numbers.below(20)));
      pair.expect_equal_lists(at(numbers.below(6000)), 100);
      ASSERT_EQ(raw.ask(wrong_rows_of_waiting), "0") << "seed " << seed << ", step " << step;
    }
    value_of(repository->reset());
    EXPECT_EQ(raw.ask(wrong_rows_of_waiting), "0");
  }
}

TEST_F(SqliteWaiting, ThatNamesAPriorityOfWhichNothingIsDueIsCorrupt) {
  const auto repository = value_of(open());
  lease::AttemptSpec spec = attempt("a");
  spec.not_before = at(5000);
  value_of(repository->enqueue_attempt(spec));
  for (const char* edit : {"UPDATE waiting SET first_ready_at = 900",
                           "UPDATE waiting SET first_ready_at = iif(level > 3, 900, 5000)"}) {
    RawSqlite(file()).run(edit);
    const auto error = error_of(repository->list_dispatchable_attempts(at(1000), 1));
    EXPECT_EQ(error.code, lease::ErrorCode::corrupt);
    EXPECT_NE(error.message.find("waiting"), std::string::npos) << error.message;
  }
}

}  // namespace
}  // namespace leasecheck::tests
