// Those who wait for work: who wakes them, and that nobody does without a reason. A wake-up that
// does not come is a test that does not end.

#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "lease/worker.hpp"
#include "tests/impl/backends.hpp"
#include "work_bell.hpp"

namespace leasecheck::tests {
namespace {

using lease::Duration;

constexpr Duration for_ever = std::chrono::hours(1);

class WaitForWork : public EveryBackend {
 protected:
  void SetUp() override {
    clock.ms = 1000;
    repository = open(clock, ids);
    settle(*repository);
  }
  /// The first look at a file may be a false alarm.
  static void settle(lease::AttemptRepository& of) {
    while (of.wait_for_work({}, 2 * lease::work_look_period)) {
    }
  }
  [[nodiscard]] bool is_announced() { return repository->wait_for_work({}, Duration{0}); }

  ManualClock clock;
  lease::RandomIds ids;
  std::unique_ptr<lease::AttemptRepository> repository;
};

TEST_P(WaitForWork, EndsWithTheTimeoutOrTheRequestToStop) {
  EXPECT_FALSE(repository->wait_for_work({}, Duration{0}));
  EXPECT_FALSE(repository->wait_for_work({}, Duration{5}));
  std::stop_source stop;
  std::jthread waiting(
      [&] { EXPECT_FALSE(repository->wait_for_work(stop.get_token(), for_ever)); });
  stop.request_stop();
}

TEST_P(WaitForWork, EndsWithWhatMakesAnAttemptDispatchable) {
  value_of(repository->enqueue_attempt(attempt("a")));
  EXPECT_TRUE(is_announced());
  EXPECT_FALSE(is_announced()) << "one attempt";
  EXPECT_FALSE(repository->enqueue_attempt(attempt("")));
  EXPECT_FALSE(is_announced()) << "it was refused";
  const std::vector<lease::AttemptSpec> several{attempt("b"), attempt("c")};
  value_of(repository->enqueue_attempts(several));
  EXPECT_TRUE(is_announced());
  EXPECT_TRUE(is_announced());
  EXPECT_FALSE(is_announced());
  const auto claims = value_of(repository->claim_attempts(worker, 9, Duration{10}));
  ASSERT_EQ(claims.size(), 3U);
  value_of(repository->release_lease(holder_of(claims[0].lease), at(1001)));
  EXPECT_TRUE(is_announced());
  EXPECT_FALSE(is_announced());
  value_of(repository->expire_leases_and_requeue(at(2000)));
  EXPECT_TRUE(is_announced());
  EXPECT_TRUE(is_announced());
  EXPECT_FALSE(is_announced());
  value_of(repository->ack_attempt(
      holder_of(value_of(repository->claim_attempts(worker, 1, Duration{10})).at(0).lease),
      lease::AckOutcome::failed, at(1002)));
  EXPECT_TRUE(is_announced()) << "a claim that got all it asked for: there may be more";
  value_of(repository->replay_dead_letter(lease::AttemptId("b"), at(1003)));
  EXPECT_TRUE(is_announced());
  EXPECT_FALSE(is_announced());
}

TEST_P(WaitForWork, IsNotToldAnyMoreOnceAClaimHasFoundNothing) {
  value_of(repository->enqueue_attempt(attempt("a")));
  value_of(repository->enqueue_attempt(attempt("b")));
  ASSERT_EQ(value_of(repository->claim_attempts(worker, 9, Duration{10})).size(), 2U);
  ASSERT_TRUE(value_of(repository->claim_attempts(worker, 0, Duration{10})).empty());
  EXPECT_TRUE(is_announced());
  ASSERT_TRUE(value_of(repository->claim_attempts(worker, 9, Duration{10})).empty());
  EXPECT_FALSE(is_announced());
}

TEST_P(WaitForWork, WakesThoseWhoWait) {
  std::atomic<int> woken = 0;
  std::vector<std::jthread> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.emplace_back([&] {
      if (repository->wait_for_work({}, for_ever)) ++woken;
    });
  }
  for (int i = 0; i < 4; ++i) value_of(repository->enqueue_attempt(attempt(std::to_string(i))));
  waiting.clear();
  EXPECT_EQ(woken, 4);
}

// It would ask again in an hour.
TEST_P(WaitForWork, LetsAnIdleWorkerBegin) {
  const lease::WorkerOptions options{
      .worker_id = worker, .concurrency = 2, .poll_period = for_ever};
  lease::SystemClock now;
  repository = open(now, ids);
  std::atomic<int> done = 0;
  std::jthread thread([&](std::stop_token stop) {
    value_of(lease::Worker(*repository, now, options).run(stop, [&](lease::Job&) {
      ++done;
      return lease::AckOutcome::completed;
    }));
  });
  for (int i = 0; i < 20; ++i) {
    value_of(repository->enqueue_attempt(attempt(std::to_string(i))));
    while (i % 3 == 0 && done <= i) std::this_thread::sleep_for(Duration{1});
  }
  while (done < 20) std::this_thread::sleep_for(Duration{1});
}

LEASE_EVERY_BACKEND(WaitForWork);

class WaitForWorkOfOthers : public SqliteTest {};

TEST_F(WaitForWorkOfOthers, EndsWithAnotherObjectsAttempt) {
  const auto mine = value_of(open());
  const auto theirs = value_of(open());
  while (mine->wait_for_work({}, 2 * lease::work_look_period)) {
  }
  std::vector<std::jthread> waiting;
  std::atomic<int> woken = 0;
  for (int i = 0; i < 3; ++i) {
    waiting.emplace_back([&] {
      if (mine->wait_for_work({}, for_ever)) ++woken;
    });
  }
  for (int i = 1; i <= 3; ++i) {
    value_of(theirs->enqueue_attempt(attempt(std::to_string(i))));
    while (woken < i) std::this_thread::sleep_for(Duration{1});
  }
}

TEST_F(WaitForWorkOfOthers, EndsWithAnotherProcesssAttempt) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  char word = 0;
  if (child == 0) {
    const bool is_told = read(ends[0], &word, 1) == 1;
    const auto theirs = open();
    _exit(is_told && theirs && (*theirs)->enqueue_attempt(attempt("a")) ? 0 : 1);
  }
  const auto mine = value_of(open());
  while (mine->wait_for_work({}, 2 * lease::work_look_period)) {
  }
  ASSERT_EQ(write(ends[1], &word, 1), 1);
  EXPECT_TRUE(mine->wait_for_work({}, for_ever));
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST(WorkBell, AsksOnlyOneOfThoseWhoWait) {
  lease::WorkBell bell;
  std::atomic<int> looking = 0;
  std::atomic<int> most = 0;
  const auto look = [&] {
    const int present = ++looking;
    most = std::max<int>(most, present);
    std::this_thread::sleep_for(Duration{1});
    --looking;
    return false;
  };
  {
    std::vector<std::jthread> waiting;
    for (int i = 0; i < 5; ++i) {
      waiting.emplace_back(
          [&](std::stop_token stop) { EXPECT_TRUE(bell.wait(stop, for_ever, look, Duration{1})); });
    }
    while (most == 0) std::this_thread::sleep_for(Duration{1});
    std::this_thread::sleep_for(Duration{10});
    bell.ring(5);
    waiting.clear();
  }
  EXPECT_EQ(most, 1);
}

}  // namespace
}  // namespace leasecheck::tests
