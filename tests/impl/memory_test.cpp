#include "lease/memory.hpp"

#include <malloc.h>

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

// More than the store keeps unpacked at a time, all in one transaction.
TEST_F(MemoryTest, ChangesAnyNumberOfAttemptsAtOnce) {
  constexpr std::uint64_t many = 300;
  std::vector<lease::AttemptSpec> specs;
  for (std::uint64_t i = 0; i < many; ++i) specs.push_back(attempt(std::to_string(i)));
  value_of(repository->enqueue_attempts(specs));
  const auto claims = value_of(repository->claim_attempts(worker, many, lease::Duration{1000}));
  ASSERT_EQ(claims.size(), many);
  std::vector<lease::LeaseHeartbeat> heartbeats;
  for (std::uint64_t i = 0; i < many; ++i) {
    EXPECT_EQ(claims[i].attempt.attempt_id, specs[i].attempt_id);
    heartbeats.push_back({holder_of(claims[i].lease), {claims[i].lease.version, at(1), at(3000)}});
  }
  for (const auto& renewed : value_of(repository->heartbeat_leases(heartbeats))) {
    EXPECT_EQ(value_of(renewed).version, 2U);
  }
  EXPECT_EQ(value_of(repository->expire_leases_and_requeue(at(3001))), many);
  const auto listed = value_of(repository->list_dispatchable_attempts(at(1000), many));
  ASSERT_EQ(listed.size(), many);
  for (std::uint64_t i = 0; i < many; ++i) EXPECT_EQ(listed[i].attempt_id, specs[i].attempt_id);
}

TEST_F(MemoryTest, KeepsWhatIsLongAndWhatIsRare) {
  lease::AttemptSpec spec = attempt(std::string(255, 'a'));
  spec.run_id = lease::RunId(std::string(200, 'r'));
  spec.retry_policy = lease::RetryPolicy{.backoff = lease::Duration{5}, .max_backoff = {}};
  spec.max_deliveries = 3;
  spec.tenant_id = lease::TenantId("tenant");
  lease::AttemptSpec other = spec;
  other.attempt_id = lease::AttemptId("other");
  other.tenant_id = lease::TenantId("another tenant");
  value_of(repository->enqueue_attempt(spec));
  value_of(repository->enqueue_attempt(other));
  value_of(repository->enqueue_attempt(spec));
  value_of(repository->enqueue_attempt(other));
  other.tenant_id = spec.tenant_id;
  EXPECT_EQ(error_of(repository->enqueue_attempt(other)).code, lease::ErrorCode::already_exists);
  const lease::WorkerId long_worker(std::string(255, 'w'));
  const auto lease = value_of(repository->upsert_lease(spec.attempt_id, long_worker, at(2000)));
  EXPECT_EQ(value_of(repository->get_lease(lease.lease_id)), lease);
  EXPECT_EQ(value_of(repository->get_attempt(spec.attempt_id)).run_id, spec.run_id);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/// Bytes of the heap for each of many attempts, with ids of 16 bytes and a run each.
TEST_F(MemoryTest, TakesAtMost400BytesForAQueuedAttempt) {
  constexpr std::size_t many = 100'000;
  const std::size_t before = ::mallinfo2().uordblks + ::mallinfo2().hblkhd;
  for (std::size_t i = 0; i < many; ++i) {
    lease::AttemptSpec spec = attempt(std::to_string(1'000'000'000'000'000 + i));
    spec.run_id = lease::RunId(spec.attempt_id.str());
    spec.retry_policy = lease::RetryPolicy{.max_backoff = {}, .max_retries = 3};
    value_of(repository->enqueue_attempt(spec));
  }
  EXPECT_LE((::mallinfo2().uordblks + ::mallinfo2().hblkhd - before) / many, 400U);
}
#endif

}  // namespace
}  // namespace leasecheck::tests
