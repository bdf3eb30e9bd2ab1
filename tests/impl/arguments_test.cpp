// An invalid argument is answered before any lock is asked for: the caller's mistake must not have
// to wait for other callers, nor come back as `unavailable`.

#include <atomic>
#include <future>
#include <semaphore>
#include <vector>

#include "tests/impl/backends.hpp"
#include "tests/impl/raw_sqlite.hpp"

namespace leasecheck::tests {
namespace {

using lease::AckOutcome;
using lease::AttemptId;
using lease::AttemptRepository;
using lease::ErrorCode;
using lease::Holder;
using lease::LeaseId;
using lease::RunId;
using lease::WorkerId;

const Holder nobody{LeaseId(""), WorkerId("w")};
const Holder somebody{LeaseId("l"), WorkerId("w")};

/// A JSON value of so many bytes.
std::string json_of(std::size_t size) {
  return '"' + std::string(size - 2, 'x') + '"';
}

/// One call with an invalid argument of every operation that takes one.
template <typename Visit>
void each_bad_call(AttemptRepository& repository, Visit visit) {
  lease::AttemptSpec spec = attempt("a");
  spec.timeout = lease::Duration{0};
  visit("enqueue", repository.enqueue_attempt(spec));
  visit("claim", repository.upsert_lease(AttemptId("a"), WorkerId(""), at(5000)));
  visit("heartbeat", repository.heartbeat_lease(LeaseId(""), at(1), at(2)));
  visit("versioned heartbeat", repository.heartbeat_lease_with_version(nobody, {}));
  visit("start", repository.start_attempt(nobody, at(1)));
  visit("ack", repository.ack_attempt(somebody, static_cast<AckOutcome>(3), at(1)));
  visit("release", repository.release_lease(nobody, at(1)));
  visit("cancel", repository.cancel_attempt(AttemptId(""), at(1)));
  visit("append", repository.append_run_event(somebody, {"kind", "{"}, at(1)));
  visit("append much", repository.append_run_event(
                           somebody, {"kind", json_of(lease::max_payload_bytes + 1)}, at(1)));
  visit("replay", repository.replay_dead_letter(AttemptId(""), at(1)));
  visit("attempt", repository.get_attempt(AttemptId("")));
  visit("lease", repository.get_lease(LeaseId("")));
  visit("lease of an attempt", repository.get_lease_for_attempt(AttemptId("")));
  visit("latest sequence", repository.latest_seq_for_run(RunId("")));
  visit("events", repository.list_run_events(RunId(""), 0, 1));
}

/// Stops its first reader, who is inside a transaction then, until it is let go.
class StoppingClock final : public lease::Clock {
 public:
  [[nodiscard]] lease::Time now() override {
    if (!was_read.exchange(true)) {
      is_stopped.release();
      may_go.acquire();
    }
    return at(1000);
  }
  std::binary_semaphore is_stopped{0};
  std::binary_semaphore may_go{0};

 private:
  std::atomic<bool> was_read = false;
};

using BadArgument = EveryBackend;
LEASE_EVERY_BACKEND(BadArgument);

TEST_P(BadArgument, IsAnsweredWhileAnotherCallerHoldsTheRepository) {
  StoppingClock clock;
  lease::RandomIds ids;
  const auto repository = open(clock, ids);
  const auto writer = std::async(
      std::launch::async, [&repository] { value_of(repository->enqueue_attempt(attempt("a"))); });
  clock.is_stopped.acquire();
  const auto answered = std::async(std::launch::async, [&repository] {
    each_bad_call(*repository, [](const char* call, const auto& result) {
      EXPECT_EQ(error_of(result).code, ErrorCode::invalid_argument) << call;
    });
  });
  EXPECT_EQ(answered.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  clock.may_go.release();
}

using Payload = EveryBackend;
LEASE_EVERY_BACKEND(Payload);

TEST_P(Payload, MayBeAsLongAsTheLimit) {
  ManualClock clock;
  lease::RandomIds ids;
  const auto repository = open(clock, ids);
  value_of(repository->enqueue_attempt(attempt("a")));
  const Holder holder =
      holder_of(value_of(repository->upsert_lease(AttemptId("a"), WorkerId("w"), at(5000))));
  const std::string longest = json_of(lease::max_payload_bytes);
  EXPECT_EQ(value_of(repository->append_run_event(holder, {"kind", longest}, at(1000))), 1U);
  EXPECT_EQ(value_of(repository->list_run_events(RunId("run"), 0, 1)).at(0).payload, longest);
  const std::string too_long = json_of(lease::max_payload_bytes + 1);
  EXPECT_EQ(error_of(repository->append_run_event(holder, {"kind", too_long}, at(1000))).code,
            ErrorCode::invalid_argument);
  EXPECT_EQ(value_of(repository->latest_seq_for_run(RunId("run"))), 1U);
}

using SqliteBadArgument = SqliteTest;

TEST_F(SqliteBadArgument, IsAnsweredWhileAnotherConnectionHoldsTheWriteLock) {
  const auto repository = value_of(open(lease::Duration{0}));
  RawSqlite writer(file());
  writer.run("BEGIN IMMEDIATE");
  EXPECT_EQ(error_of(repository->enqueue_attempt(attempt("a"))).code, ErrorCode::unavailable);
  each_bad_call(*repository, [](const char* call, const auto& result) {
    EXPECT_EQ(error_of(result).code, ErrorCode::invalid_argument) << call;
  });
}

}  // namespace
}  // namespace leasecheck::tests
