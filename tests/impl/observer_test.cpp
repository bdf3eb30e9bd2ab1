// What an observer is told: each call once, by its name and with its outcome, and what has become
// of attempts once the transaction is committed, never before and never twice.

#include "lease/observer.hpp"

#include <algorithm>
#include <functional>
#include <latch>
#include <random>
#include <thread>

#include "memory/memory_store.hpp"
#include "stored_repository.hpp"
#include "tests/impl/backends.hpp"
#include "tests/impl/raw_sqlite.hpp"
#include "tests/impl/recorder.hpp"

namespace leasecheck::tests {
namespace {

using lease::AckOutcome;
using lease::AttemptId;
using lease::Duration;
using lease::ErrorCode;
using lease::LeaseId;
using lease::OnTimeout;
using lease::Operation;
using lease::OperationReport;
using lease::Result;
using lease::RunId;
using Told = Recorder::Told;

constexpr std::uint64_t all = 1000;

class ObserverOf : public EveryBackend {
 protected:
  void SetUp() override { repository = open(clock, ids, &recorder); }

  lease::LeaseRecord claim(const std::string& id, std::int64_t expires_at = 5000) {
    return value_of(repository->upsert_lease(AttemptId(id), worker, at(expires_at)));
  }
  /// What was told of one call.
  [[nodiscard]] OperationReport only_report() {
    const auto reports = recorder.take_reports();
    if (reports.size() != 1) throw std::runtime_error(std::to_string(reports.size()) + " reports");
    return reports.front();
  }

  ManualClock clock;
  lease::RandomIds ids;
  Recorder recorder;
  std::unique_ptr<lease::AttemptRepository> repository;
};
LEASE_EVERY_BACKEND(ObserverOf);

TEST_P(ObserverOf, IsToldOfEachCallOnceByTheNameOfItsMethod) {
  auto& on = *repository;
  std::set<Operation> called;
  const auto expect = [&](const std::string& words, const auto& answer) {
    EXPECT_TRUE(answer.has_value()) << words;
    const OperationReport report = only_report();
    EXPECT_EQ(words_of(report), words);
    EXPECT_EQ(report.group_size, 1U) << words;
    EXPECT_GT(report.duration.count(), 0) << words;
    called.insert(report.operation);
  };
  const std::vector several{attempt("b"), attempt("c")};
  expect("enqueue_attempt", on.enqueue_attempt(attempt("a")));
  expect("enqueue_attempts 2", on.enqueue_attempts(several));
  expect("list_dispatchable_attempts 3", on.list_dispatchable_attempts(at(1000), all));
  expect("queue_depth", on.queue_depth(at(1000)));
  const auto lease = on.upsert_lease(AttemptId("a"), worker, at(5000));
  expect("upsert_lease", lease);
  const lease::Holder holder = holder_of(*lease);
  expect("start_attempt", on.start_attempt(holder, at(1000)));
  expect("heartbeat_lease", on.heartbeat_lease(holder.lease_id, at(1000), at(6000)));
  expect("heartbeat_lease_with_version",
         on.heartbeat_lease_with_version(holder, {2, at(1000), at(6000)}));
  const std::vector<lease::LeaseHeartbeat> beats{{holder, {3, at(1000), at(6000)}}};
  expect("heartbeat_leases 1", on.heartbeat_leases(beats));
  expect("append_run_event", on.append_run_event(holder, {"note", "1"}, at(1000)));
  expect("latest_seq_for_run", on.latest_seq_for_run(RunId("run")));
  expect("list_run_events 1", on.list_run_events(RunId("run"), 0, all));
  expect("get_lease", on.get_lease(holder.lease_id));
  expect("get_lease_for_attempt", on.get_lease_for_attempt(AttemptId("a")));
  expect("get_attempt", on.get_attempt(AttemptId("a")));
  expect("list_attempts 3", on.list_attempts({}, std::nullopt, all));
  expect("release_lease", on.release_lease(holder, at(1000)));
  const auto claims = on.claim_attempts(worker, 2, Duration{500});
  expect("claim_attempts 2", claims);
  expect("ack_attempt", on.ack_attempt(holder_of(claims->at(0).lease), AckOutcome::failed, at(1)));
  const std::vector<lease::AttemptAck> acks{
      {holder_of(claims->at(1).lease), AckOutcome::completed}};
  expect("ack_attempts 1", on.ack_attempts(acks, at(1)));
  expect("list_dead_letters 1", on.list_dead_letters(all));
  expect("replay_dead_letter", on.replay_dead_letter(claims->at(0).lease.attempt_id, at(2)));
  expect("cancel_attempt", on.cancel_attempt(claims->at(0).lease.attempt_id, at(2)));
  expect("prune_attempts", on.prune_attempts({.finished_before = at(3), .limit = all}));
  expect("expire_leases_and_requeue", on.expire_leases_and_requeue(at(9000)));
  expect("transition_timed_out_attempts", on.transition_timed_out_attempts(at(9000)));
  expect("counts_by_status", on.counts_by_status());
  expect("snapshot", on.snapshot());
  expect("reset", on.reset());
  EXPECT_EQ(called.size(), lease::operation_count);
}

TEST_P(ObserverOf, IsToldOfEachError) {
  const lease::Holder nobody{LeaseId("none"), worker};
  value_of(repository->enqueue_attempt(attempt("a")));
  claim("a");
  static_cast<void>(recorder.take_reports());
  lease::AttemptSpec another = attempt("a");
  another.priority = 1;
  const auto expect = [&](const std::string& words, std::uint64_t group_size, const auto& answer) {
    EXPECT_FALSE(answer.has_value()) << words;
    const OperationReport report = only_report();
    EXPECT_EQ(words_of(report), words);
    EXPECT_EQ(report.group_size, group_size) << words;
  };
  expect("get_attempt invalid_argument", 0, repository->get_attempt(AttemptId("")));
  expect("claim_attempts invalid_argument", 0, repository->claim_attempts(worker, 1, Duration{0}));
  expect("upsert_lease invalid_argument", 1,
         repository->upsert_lease(AttemptId("a"), worker, at(0)));
  expect("get_attempt not_found", 1, repository->get_attempt(AttemptId("b")));
  expect("ack_attempt stale_lease", 1,
         repository->ack_attempt(nobody, AckOutcome::completed, at(1)));
  expect("upsert_lease not_dispatchable", 1,
         repository->upsert_lease(AttemptId("a"), worker, at(5000)));
  expect("enqueue_attempt already_exists", 1, repository->enqueue_attempt(another));
  EXPECT_EQ(recorder.take_told(), Told{});
}

TEST_P(ObserverOf, CountsTheItemsThatWereRefused) {
  const lease::Holder nobody{LeaseId("none"), worker};
  value_of(repository->enqueue_attempt(attempt("a")));
  const lease::Holder holder = holder_of(claim("a"));
  static_cast<void>(recorder.take_reports());
  const std::vector<lease::AttemptAck> acks{{nobody, AckOutcome::completed},
                                            {holder, AckOutcome::completed},
                                            {{LeaseId(""), worker}, AckOutcome::completed},
                                            {nobody, AckOutcome::failed}};
  value_of(repository->ack_attempts(acks, at(1)));
  EXPECT_EQ(words_of(only_report()), "ack_attempts 4 1 invalid_argument 2 stale_lease");
}

TEST_P(ObserverOf, IsToldOfCallsThatWereGivenNothing) {
  value_of(repository->enqueue_attempts({}));
  value_of(repository->heartbeat_leases({}));
  value_of(repository->ack_attempts({}, at(1)));
  const auto reports = recorder.take_reports();
  ASSERT_EQ(reports.size(), 3U);
  EXPECT_EQ(words_of(reports.at(0)), "enqueue_attempts");
  EXPECT_EQ(words_of(reports.at(1)), "heartbeat_leases");
  EXPECT_EQ(words_of(reports.at(2)), "ack_attempts");
  for (const OperationReport& report : reports) EXPECT_EQ(report.group_size, 0U);
}

TEST_P(ObserverOf, IsToldWhichLeasesWereReaped) {
  lease::AttemptSpec exhausted = attempt("b");
  exhausted.max_deliveries = 1;
  value_of(repository->enqueue_attempts(std::vector{attempt("a"), exhausted, attempt("c")}));
  claim("a", 2000);
  claim("b", 2000);
  claim("c", 9000);
  value_of(repository->expire_leases_and_requeue(at(3000)));
  EXPECT_EQ(recorder.take_told(), (Told{"reaped a of worker: queued", "reaped b of worker: failed",
                                        "dead b delivery_exhausted"}));
}

TEST_P(ObserverOf, IsToldWhichAttemptsTimedOut) {
  for (const auto& [id, policy] :
       {std::pair{"a", OnTimeout::retry}, {"b", OnTimeout::fail}, {"c", OnTimeout::cancel}}) {
    lease::AttemptSpec spec = attempt(id);
    spec.timeout = Duration{100};
    spec.on_timeout = policy;
    spec.retry_policy =
        lease::RetryPolicy{.backoff = Duration{1}, .max_backoff = {}, .max_retries = 1};
    value_of(repository->enqueue_attempt(spec));
    claim(id, 9000);
  }
  value_of(repository->transition_timed_out_attempts(at(2000)));
  EXPECT_EQ(recorder.take_told(),
            (Told{"timed out a of worker: retry_backoff", "timed out b of worker: failed",
                  "timed out c of worker: cancelled", "dead b timed_out"}));
}

TEST_P(ObserverOf, IsToldOnceOfADeadLetterWhoseAckIsRepeated) {
  value_of(repository->enqueue_attempt(attempt("a")));
  const lease::Holder holder = holder_of(claim("a"));
  for (int i = 0; i < 2; ++i) {
    value_of(repository->ack_attempt(holder, AckOutcome::failed, at(1500)));
  }
  EXPECT_EQ(recorder.take_told(), Told{"dead a failed"});
}

// Every event follows from what the repository held before the call and after it.
class RandomCalls {
 public:
  RandomCalls(std::uint32_t seed, ManualClock& clock, lease::AttemptRepository& repository)
      : random_(seed), clock_(clock), on_(repository) {}

  /// Makes a call, and returns what an observer is to be told of it.
  [[nodiscard]] Told next() {
    clock_.ms += draw(300);
    const lease::Time now = at(clock_.ms);
    const lease::Snapshot before = value_of(on_.snapshot());
    const int what = draw(6);
    if (what == 0) {
      static_cast<void>(on_.enqueue_attempt(spec()));
    } else if (what == 1) {
      static_cast<void>(on_.claim_attempts(worker, draw(3), Duration{1 + draw(500)}));
    } else if (what == 2 && !before.leases.empty()) {
      ack_some(before, now);
    } else if (what == 3) {
      static_cast<void>(on_.expire_leases_and_requeue(now));
    } else if (what == 4) {
      static_cast<void>(on_.transition_timed_out_attempts(now));
    } else if (!before.dead_letters.empty()) {
      static_cast<void>(on_.replay_dead_letter(any_of(before.dead_letters).attempt_id, now));
    }
    return events(before, value_of(on_.snapshot()), what, now);
  }

 private:
  int draw(int below) { return static_cast<int>(random_() % static_cast<std::uint32_t>(below)); }
  template <typename T>
  const T& any_of(const std::vector<T>& values) {
    return values.at(static_cast<std::size_t>(draw(static_cast<int>(values.size()))));
  }
  lease::AttemptSpec spec() {
    lease::AttemptSpec spec = attempt(std::to_string(++enqueued_));
    spec.on_timeout = static_cast<OnTimeout>(draw(3));
    if (draw(2) == 0) spec.timeout = Duration{1 + draw(400)};
    if (draw(2) == 0) spec.max_deliveries = 1 + draw(2);
    if (draw(2) == 0) {
      spec.retry_policy = lease::RetryPolicy{
          .backoff = Duration{draw(50)}, .max_backoff = {}, .max_retries = draw(3)};
    }
    return spec;
  }
  void ack_some(const lease::Snapshot& before, lease::Time now) {
    std::vector<lease::AttemptAck> acks;
    for (const lease::LeaseRecord& lease : before.leases) {
      const auto outcome = static_cast<AckOutcome>(draw(3));
      if (draw(2) == 0) acks.push_back({holder_of(lease), outcome});
    }
    static_cast<void>(on_.ack_attempts(acks, now));
  }

  static Told events(const lease::Snapshot& before, const lease::Snapshot& after, int what,
                     lease::Time now) {
    Told told;
    for (const lease::LeaseRecord& lease : before.leases) {
      const bool is_reaped = what == 3 && lease.lease_expires_at < now;
      const bool is_overdue =
          what == 4 && lease.execution_deadline && *lease.execution_deadline <= now;
      if (!is_reaped && !is_overdue) continue;
      const auto& record =
          *std::ranges::find(after.attempts, lease.attempt_id, &lease::AttemptRecord::attempt_id);
      told.push_back((is_reaped ? "reaped " : "timed out ") + lease.attempt_id.str() + " of " +
                     lease.worker_id.str() + ": " + std::string(to_string(record.status)));
    }
    for (const lease::DeadLetter& letter : after.dead_letters) {
      const bool was_there =
          std::ranges::find(before.dead_letters, letter.attempt_id,
                            &lease::DeadLetter::attempt_id) != before.dead_letters.end();
      if (was_there) continue;
      told.push_back("dead " + letter.attempt_id.str() + " " +
                     std::string(to_string(letter.reason)));
    }
    std::ranges::sort(told);
    return told;
  }

  std::mt19937 random_;
  ManualClock& clock_;
  lease::AttemptRepository& on_;
  int enqueued_ = 0;
};

TEST_P(ObserverOf, IsToldWhatHappenedToAttemptsInAnyCalls) {
  std::set<std::string> kinds;
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    value_of(repository->reset());
    RandomCalls calls(seed, clock, *repository);
    for (int i = 0; i < 150; ++i) {
      const Told expected = calls.next();
      Told told = recorder.take_told();
      std::erase_if(told, [](const auto& line) { return line.starts_with("written back"); });
      std::ranges::sort(told);
      ASSERT_EQ(told, expected) << "seed " << seed << ", call " << i;
      for (const std::string& line : told) kinds.insert(line.substr(line.rfind(' ')));
    }
  }
  EXPECT_EQ(kinds, (std::set<std::string>{" queued", " retry_backoff", " failed", " cancelled",
                                          " timed_out", " delivery_exhausted"}));
}

TEST_P(ObserverOf, ChangesNothingAndAsksNoInjectedClock) {
  ManualClock other_clock;
  TemporaryDirectory other;
  const auto unobserved =
      is_memory() ? lease::make_memory_repository(other_clock, ids)
                  : value_of(lease::open_sqlite_repository({.path = other.path() / "queue.sqlite",
                                                            .vfs = {},
                                                            .allow_shared_file_system = false},
                                                           other_clock, ids));
  clock.reads = 0;
  RandomCalls calls(1, clock, *repository);
  RandomCalls others(1, other_clock, *unobserved);
  for (int i = 0; i < 150; ++i) EXPECT_EQ(calls.next(), others.next());
  EXPECT_EQ(clock.reads, other_clock.reads);
}

TEST_P(ObserverOf, IsToldOfEachCallOfManyThreadsOnce) {
  constexpr int threads = 8;
  constexpr int each = 40;
  {
    std::vector<std::jthread> running;
    for (int t = 0; t < threads; ++t) {
      running.emplace_back([this, t] {
        for (int i = 0; i < each; ++i) {
          value_of(repository->enqueue_attempt(attempt(std::to_string(t * each + i))));
        }
      });
    }
  }
  std::map<std::uint64_t, std::uint64_t> by_group_size;
  for (const OperationReport& report : recorder.take_reports()) {
    EXPECT_EQ(words_of(report), "enqueue_attempt");
    ++by_group_size[report.group_size];
  }
  std::uint64_t calls = 0;
  for (const auto& [size, count] : by_group_size) {
    ASSERT_GT(size, 0U);
    EXPECT_EQ(count % size, 0U) << "groups of " << size;
    if (is_memory()) {
      EXPECT_EQ(size, 1U);
    }
    calls += count;
  }
  EXPECT_EQ(calls, std::uint64_t{threads} * each);
}

// ---- An observer that throws, and one that calls ----------------------------------------------

class Throwing final : public Recorder {
 public:
  void operation_ended(const OperationReport& report) override {
    Recorder::operation_ended(report);
    throw std::runtime_error("no");
  }
  void lease_reaped(const lease::EndedLease& lease) override {
    Recorder::lease_reaped(lease);
    throw std::runtime_error("no");
  }
};

TEST_P(ObserverOf, ThatThrowsLosesNoAnswer) {
  Throwing throwing;
  repository = nullptr;
  repository = open(clock, ids, &throwing);
  value_of(repository->enqueue_attempts(std::vector{attempt("a"), attempt("b")}));
  claim("a", 2000);
  claim("b", 2000);
  EXPECT_EQ(value_of(repository->expire_leases_and_requeue(at(3000))), 2U);
  EXPECT_EQ(throwing.take_told(),
            (Told{"reaped a of worker: queued", "reaped b of worker: queued"}));
  EXPECT_EQ(throwing.take_reports().size(), 4U);
}

class Calling final : public Recorder {
 public:
  void operation_ended(const OperationReport& report) override {
    Recorder::operation_ended(report);
    if (report.operation == Operation::enqueue_attempt) {
      depths.push_back(value_of(repository->queue_depth(at(1000))));
    }
  }
  lease::AttemptRepository* repository = nullptr;
  std::vector<std::uint64_t> depths;
};

TEST_P(ObserverOf, MayCallTheRepositoryWhichHasDoneWhatIsTold) {
  Calling calling;
  repository = nullptr;
  repository = open(clock, ids, &calling);
  calling.repository = repository.get();
  value_of(repository->enqueue_attempt(attempt("a")));
  value_of(repository->enqueue_attempt(attempt("b")));
  EXPECT_EQ(calling.depths, (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(calling.take_reports().size(), 4U);
}

TEST_P(ObserverOf, IsToldThatACallHasThrown) {
  BrokenIds broken;
  repository = nullptr;
  repository = open(clock, broken, &recorder);
  value_of(repository->enqueue_attempt(attempt("a")));
  static_cast<void>(recorder.take_reports());
  EXPECT_THROW(claim("a"), std::runtime_error);
  const OperationReport report = only_report();
  EXPECT_EQ(words_of(report), "upsert_lease has thrown");
  EXPECT_EQ(report.group_size, 1U);
}

}  // namespace
}  // namespace leasecheck::tests
