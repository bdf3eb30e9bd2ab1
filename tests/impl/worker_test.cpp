// The worker and the reaper as they run: threads, a real clock, both backends.

#include "lease/worker.hpp"

#include <latch>
#include <set>
#include <thread>

#include "lease/lease_manager.hpp"
#include "tests/impl/backends.hpp"

namespace leasecheck::tests {
namespace {

using lease::AckOutcome;
using lease::Duration;
using lease::Job;
using lease::Status;

class WorkerOn : public EveryBackend {
 protected:
  void SetUp() override { repository = open(clock, ids); }

  lease::WorkerOptions options(std::uint64_t concurrency = 1, Duration ttl = Duration{5000}) {
    return {.worker_id = lease::WorkerId("w" + std::to_string(++workers)),
            .concurrency = concurrency,
            .lease_ttl = ttl,
            .poll_period = Duration{5}};
  }
  void enqueue(int count) {
    for (int i = 0; i < count; ++i) {
      value_of(repository->enqueue_attempt(attempt(std::to_string(i))));
    }
  }
  [[nodiscard]] std::uint64_t with_status(Status status) {
    return value_of(repository->counts_by_status())[status];
  }
  /// Waits until so many have this status, for as long as it takes.
  void wait_for(Status status, std::uint64_t count) {
    while (with_status(status) < count) std::this_thread::sleep_for(Duration{2});
  }

  lease::SystemClock clock;
  lease::RandomIds ids;
  std::unique_ptr<lease::AttemptRepository> repository;
  std::atomic<int> workers = 0;
};

TEST_P(WorkerOn, DoesEveryAttemptOnceAndEndsWhenItIsToldTo) {
  enqueue(40);
  std::mutex mutex;
  std::multiset<std::string> done;
  const auto handler = [&](Job& job) {
    const std::lock_guard lock(mutex);
    done.insert(job.attempt().attempt_id.str());
    return AckOutcome::completed;
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&](std::stop_token stop) {
        value_of(lease::Worker(*repository, clock, options(4)).run(stop, handler));
      });
    }
    wait_for(Status::completed, 40);
  }
  EXPECT_EQ(done.size(), 40U);
  EXPECT_EQ(std::set(done.begin(), done.end()).size(), 40U);
  EXPECT_TRUE(value_of(repository->snapshot()).leases.empty());
}

TEST_P(WorkerOn, RunsAsManyJobsAtATimeAsItIsToldAndNoMore) {
  enqueue(30);
  std::atomic<int> started = 0;
  std::atomic<int> at_work = 0;
  std::atomic<bool> are_too_many = false;
  std::latch all_at_work(5);
  const auto handler = [&](Job&) {
    if (++at_work > 5) are_too_many = true;
    if (++started <= 5) all_at_work.arrive_and_wait();
    --at_work;
    return AckOutcome::completed;
  };
  std::jthread thread([&](std::stop_token stop) {
    value_of(lease::Worker(*repository, clock, options(5)).run(stop, handler));
  });
  wait_for(Status::completed, 30);
  EXPECT_FALSE(are_too_many);
}

TEST_P(WorkerOn, KeepsTheLeaseOfALongJob) {
  enqueue(1);
  std::jthread thread([&](std::stop_token stop) {
    const auto handler = [this](Job& job) {
      const auto version = [&] {
        return value_of(repository->get_lease(job.lease().lease_id)).value().version;
      };
      while (version() < 4) std::this_thread::sleep_for(Duration{5});
      return AckOutcome::completed;
    };
    value_of(lease::Worker(*repository, clock, options(1, Duration{200})).run(stop, handler));
  });
  wait_for(Status::completed, 1);
  EXPECT_EQ(value_of(repository->snapshot()).attempts.at(0).delivery_count, 1U);
}

TEST_P(WorkerOn, FinishesAndAcknowledgesItsJobBeforeItEnds) {
  enqueue(2);
  std::atomic<bool> is_at_work = false;
  {
    std::jthread thread([&](std::stop_token stop) {
      const auto handler = [&](Job& job) {
        is_at_work = true;
        while (!stop.stop_requested()) std::this_thread::sleep_for(Duration{1});
        std::this_thread::sleep_for(Duration{30});
        return job.stop_token().stop_requested() ? AckOutcome::failed : AckOutcome::completed;
      };
      value_of(lease::Worker(*repository, clock, options()).run(stop, handler));
    });
    while (!is_at_work) std::this_thread::sleep_for(Duration{1});
  }
  EXPECT_EQ(with_status(Status::completed), 1U);
  EXPECT_EQ(with_status(Status::queued), 1U);
}

TEST_P(WorkerOn, TellsAJobAtOnceThatItsAttemptIsAnothers) {
  enqueue(1);
  std::atomic<bool> was_told = false;
  std::jthread thread([&](std::stop_token stop) {
    const auto handler = [&](Job& job) {
      value_of(repository->cancel_attempt(job.attempt().attempt_id, clock.now()));
      EXPECT_FALSE(job.heartbeat());
      EXPECT_FALSE(job.is_held());
      while (!job.stop_token().stop_requested()) std::this_thread::sleep_for(Duration{1});
      was_told = true;
      return AckOutcome::completed;
    };
    value_of(lease::Worker(*repository, clock, options()).run(stop, handler));
  });
  while (!was_told) std::this_thread::sleep_for(Duration{1});
  thread.request_stop();
  thread.join();
  EXPECT_EQ(with_status(Status::cancelled), 1U);
}

// Rule 18: whoever was told `stale_lease` believes no more, whatever it had asked.
TEST_P(WorkerOn, AnEventThatIsRefusedEndsTheRightToWork) {
  enqueue(1);
  std::jthread thread([&](std::stop_token stop) {
    const auto handler = [&](Job& job) {
      value_of(repository->cancel_attempt(job.attempt().attempt_id, clock.now()));
      EXPECT_TRUE(job.is_held()) << "nobody has told it";
      EXPECT_EQ(error_of(job.append_event({"progress", "1"})).code, lease::ErrorCode::stale_lease);
      EXPECT_FALSE(job.is_held());
      while (!job.stop_token().stop_requested()) std::this_thread::sleep_for(Duration{1});
      return AckOutcome::completed;
    };
    value_of(lease::Worker(*repository, clock, options(1, Duration{60'000})).run(stop, handler));
  });
  wait_for(Status::cancelled, 1);
}

TEST_P(WorkerOn, RenewsTheLeaseWhenAJobAsksForItAndAppendsItsEvents) {
  enqueue(1);
  std::jthread thread([&](std::stop_token stop) {
    const auto handler = [&](Job& job) {
      EXPECT_TRUE(job.heartbeat());
      EXPECT_EQ(value_of(repository->get_lease(job.lease().lease_id)).value().version,
                job.lease().version + 1);
      EXPECT_EQ(value_of(job.append_event({"progress", "1"})), 1U);
      return AckOutcome::completed;
    };
    value_of(lease::Worker(*repository, clock, options()).run(stop, handler));
  });
  wait_for(Status::completed, 1);
}

TEST_P(WorkerOn, AHandlerThatThrowsHasFailed) {
  enqueue(1);
  std::jthread thread([&](std::stop_token stop) {
    const auto handler = [](Job&) -> AckOutcome { throw std::runtime_error("no"); };
    value_of(lease::Worker(*repository, clock, options()).run(stop, handler));
  });
  wait_for(Status::failed, 1);
}

TEST_P(WorkerOn, EndsAtOnceWhereItIsToldToBeforeItBegins) {
  enqueue(1);
  std::stop_source stop;
  stop.request_stop();
  value_of(lease::Worker(*repository, clock, options()).run(stop.get_token(), [](Job&) {
    return AckOutcome::completed;
  }));
  EXPECT_EQ(with_status(Status::queued), 1U);
}

TEST_P(WorkerOn, AnswersOptionsThatAreOutOfTheirRange) {
  lease::WorkerOptions none = options(0);
  const auto ended =
      lease::Worker(*repository, clock, none).run({}, [](Job&) { return AckOutcome::completed; });
  EXPECT_EQ(error_of(ended).code, lease::ErrorCode::invalid_argument);
}

/// Shows the time until it is broken.
class BreakableClock final : public lease::Clock {
 public:
  struct Broken : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
  [[nodiscard]] lease::Time now() override {
    if (is_broken) throw Broken("no time");
    return system_.now();
  }
  std::atomic<bool> is_broken = false;

 private:
  lease::SystemClock system_;
};

TEST_P(WorkerOn, EndsByTheExceptionOfItsClockOnceItsJobsHaveStopped) {
  enqueue(2);
  BreakableClock breakable;
  std::atomic<int> at_work = 0;
  std::atomic<int> stopped = 0;
  const auto handler = [&](Job& job) {
    if (++at_work == 2) breakable.is_broken = true;
    while (!job.stop_token().stop_requested()) std::this_thread::sleep_for(Duration{1});
    ++stopped;
    return AckOutcome::completed;
  };
  lease::Worker worker(*repository, breakable, options(2));
  EXPECT_THROW(static_cast<void>(worker.run({}, handler)), BreakableClock::Broken);
  EXPECT_EQ(stopped, 2);
  EXPECT_EQ(with_status(Status::leased), 2U) << "none was acknowledged";
  // As another time, with a clock that is whole again.
  breakable.is_broken = false;
  std::stop_source stop;
  const auto next = [&](Job&) {
    stop.request_stop();
    return AckOutcome::completed;
  };
  value_of(repository->enqueue_attempt(attempt("another")));
  value_of(worker.run(stop.get_token(), next));
  EXPECT_EQ(with_status(Status::completed), 1U);
}

/// Throws once, and not on the thread that has made it: then the worker that waits for work asks.
class ClockThatThrowsElsewhere final : public lease::Clock {
 public:
  [[nodiscard]] lease::Time now() override {
    if (std::this_thread::get_id() != home_ && !has_thrown_.exchange(true)) {
      throw std::runtime_error("no time");
    }
    return system_.now();
  }

 private:
  const std::thread::id home_ = std::this_thread::get_id();
  std::atomic<bool> has_thrown_ = false;
  lease::SystemClock system_;
};

TEST_P(WorkerOn, EndsByAnExceptionThatItsClockThrewOnceWhileItWaitedForWork) {
  ClockThatThrowsElsewhere throws;
  lease::Worker worker(*repository, throws, options());
  EXPECT_THROW(static_cast<void>(worker.run({}, [](Job&) { return AckOutcome::completed; })),
               std::runtime_error);
}

TEST_P(WorkerOn, AJobThatMeetsABrokenClockMayThrow) {
  enqueue(1);
  BreakableClock breakable;
  std::atomic<bool> was_thrown = false;
  const auto handler = [&](Job& job) {
    breakable.is_broken = true;
    try {
      static_cast<void>(job.is_held());
    } catch (const BreakableClock::Broken&) {
      was_thrown = true;
      throw;
    }
    return AckOutcome::completed;
  };
  lease::Worker worker(*repository, breakable, options());
  EXPECT_THROW(static_cast<void>(worker.run({}, handler)), BreakableClock::Broken);
  EXPECT_TRUE(was_thrown);
  EXPECT_EQ(with_status(Status::leased), 1U);
}

TEST_P(WorkerOn, AReaperThatRunsTakesWhatNobodyKeeps) {
  enqueue(1);
  const auto claimed =
      value_of(repository->claim_attempts(lease::WorkerId("gone"), 1, Duration{1}));
  ASSERT_EQ(claimed.size(), 1U);
  std::atomic<int> ticks = 0;
  {
    std::jthread thread([&](std::stop_token stop) {
      lease::LeaseManager reaper(*repository, clock, {.grace = Duration{1}, .period = Duration{2}});
      value_of(reaper.run(stop, [&](const auto& report) {
        value_of(report);
        ++ticks;
      }));
    });
    wait_for(Status::queued, 1);
    while (ticks < 3) std::this_thread::sleep_for(Duration{1});
  }
  lease::LeaseManager never(*repository, clock, {.grace = Duration{0}, .period = Duration{0}});
  EXPECT_EQ(error_of(never.run({})).code, lease::ErrorCode::invalid_argument);
}

LEASE_EVERY_BACKEND(WorkerOn);

}  // namespace
}  // namespace leasecheck::tests
