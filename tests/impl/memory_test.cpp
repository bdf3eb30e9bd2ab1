#include "lease/memory.hpp"

#include <algorithm>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "tests/impl/fixture.hpp"

namespace leasecheck::tests {
namespace {

class MemoryTest : public testing::Test {
 protected:
  ManualClock clock;
  lease::RandomIds ids;
  std::unique_ptr<lease::AttemptRepository> repository = lease::make_memory_repository(clock, ids);
};

TEST_F(MemoryTest, IsNotDurable) {
  EXPECT_FALSE(repository->is_durable());
}

// Workers list, claim, beat, report and ack as fast as they can; each attempt must be done once.
TEST_F(MemoryTest, GivesEachAttemptToOneOfManyThreads) {
  constexpr int attempts = 400;
  constexpr int workers = 4;
  for (int i = 0; i < attempts; ++i) {
    value_of(repository->enqueue_attempt(attempt("a" + std::to_string(i))));
  }
  std::atomic<int> acked = 0;
  {
    std::vector<std::jthread> running;
    for (int w = 0; w < workers; ++w) {
      running.emplace_back([this, w, &acked] {
        const lease::WorkerId me("w" + std::to_string(w));
        while (true) {
          const auto listed = value_of(repository->list_dispatchable_attempts(at(1000), 8));
          if (listed.empty()) return;
          for (const auto& candidate : listed) {
            const auto lease = repository->upsert_lease(candidate.attempt_id, me, at(9000));
            if (!lease) continue;
            value_of(repository->heartbeat_lease(lease->lease_id, at(1001), at(9001)));
            value_of(repository->append_run_event(holder_of(*lease), {"done", "1"}, at(1002)));
            value_of(
                repository->ack_attempt(holder_of(*lease), lease::AckOutcome::completed, at(1003)));
            ++acked;
          }
        }
      });
    }
  }
  EXPECT_EQ(acked, attempts);
  EXPECT_EQ(value_of(repository->counts_by_status())[lease::Status::completed],
            static_cast<std::uint64_t>(attempts));
  EXPECT_EQ(value_of(repository->latest_seq_for_run(lease::RunId("run"))),
            static_cast<std::uint64_t>(attempts));
}

// The indexes behind list are moved through every lane; what they answer must be the sorted rows.
TEST_F(MemoryTest, ListsInOrderWhateverTheTimeIsAskedFor) {
  for (int i = 0; i < 60; ++i) {
    lease::AttemptSpec spec = attempt("a" + std::to_string(i));
    spec.priority = i % 4;
    if (i % 3 != 0) spec.not_before = at(900 + 10 * i);
    value_of(repository->enqueue_attempt(spec));
  }
  for (const std::int64_t now : {2000, 899, 1200, 950, 1000}) {
    std::vector<lease::AttemptRecord> listed;
    for (const auto& record : value_of(repository->list_dispatchable_attempts(at(now), 100))) {
      listed.push_back(value_of(repository->get_attempt(record.attempt_id)));
    }
    EXPECT_EQ(listed.size(), value_of(repository->queue_depth(at(now))));
    EXPECT_TRUE(std::ranges::is_sorted(listed,
                                       [](const auto& left, const auto& right) {
                                         return std::pair(-left.priority, left.ready_at) <
                                                std::pair(-right.priority, right.ready_at);
                                       }))
        << "at " << now;
  }
}

}  // namespace
}  // namespace leasecheck::tests
