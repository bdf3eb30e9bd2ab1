#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "leasecheck/printing.hpp"
#include "tests/contract/subjects.hpp"

namespace leasecheck::tests {

/// The milliseconds of a time, so that a failed comparison shows a number.
[[nodiscard]] inline std::int64_t ms(model::Time time) {
  return time.time_since_epoch().count();
}
[[nodiscard]] inline std::optional<std::int64_t> ms(std::optional<model::Time> time) {
  return time ? std::optional(ms(*time)) : std::nullopt;
}

inline constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

/// An attempt of run "r1" with nothing but defaults.
[[nodiscard]] model::AttemptSpec spec_of(const model::Id& attempt_id);

/// A policy that waits `backoff` before each of `retries` retries.
[[nodiscard]] model::RetryPolicy fixed_retries(std::int64_t retries, model::Duration backoff);

/// What the holder of a lease may ask for.
[[nodiscard]] model::StartAttempt start_of(const model::LeaseRecord& lease);
[[nodiscard]] model::ReleaseLease release_of(const model::LeaseRecord& lease);
[[nodiscard]] model::AckAttempt ack_of(const model::LeaseRecord& lease, model::AckOutcome outcome);
[[nodiscard]] model::AppendRunEvent event_of(const model::LeaseRecord& lease,
                                             const std::string& payload = "1");
/// A heartbeat at the grant's own times: it extends nothing.
[[nodiscard]] model::HeartbeatLease heartbeat_of(const model::LeaseRecord& lease);
[[nodiscard]] model::HeartbeatLeaseWithVersion versioned_heartbeat_of(
    const model::LeaseRecord& lease);

/// One empty subject per test and a clock in the test's hand. Whatever a test does, every operation
/// is also checked for what the contract says of all: a refusal and a reading change nothing, and
/// the clock is read exactly once by enqueue, claim and reap and never by any other.
class Contract : public testing::TestWithParam<ContractSubject> {
 protected:
  Contract();

  /// The time of the operations that follow.
  model::Time now = model::at_ms(1'000);

  /// Carries out the operation at `now`.
  model::Outcome perform(const model::Operation& operation);

  /// The answer to an operation that must be accepted, otherwise the test ends.
  template <typename T>
  T answer(const model::Operation& operation) {
    return std::get<T>(accepted(operation));
  }

  /// The operation must be refused with this class of error.
  void expect_refused(const model::Operation& operation, model::ErrorCode code);

  // Shorthands. All must be accepted.
  void done(const model::Operation& operation) { answer<model::Done>(operation); }
  std::uint64_t count(const model::Operation& operation) {
    return answer<model::Count>(operation).value;
  }
  void enqueue(const model::AttemptSpec& spec) { done(model::EnqueueAttempt{spec}); }
  void enqueue(const model::Id& attempt_id) { enqueue(spec_of(attempt_id)); }

  /// For worker "w1" and for 100 ms unless told otherwise.
  model::LeaseRecord claim(const model::Id& attempt_id) {
    return claim_until(attempt_id, now + model::Duration{100});
  }
  model::LeaseRecord claim_until(const model::Id& attempt_id, model::Time lease_expires_at);
  model::LeaseRecord enqueue_and_claim(const model::AttemptSpec& spec);
  model::LeaseRecord enqueue_and_claim(const model::Id& attempt_id) {
    return enqueue_and_claim(spec_of(attempt_id));
  }
  model::AckResult ack(const model::LeaseRecord& lease, model::AckOutcome outcome) {
    return answer<model::AckResult>(ack_of(lease, outcome));
  }
  /// An attempt that has failed for good: it has a pending dead letter.
  void enqueue_and_fail(const model::AttemptSpec& spec);

  std::uint64_t reap(model::Time stale_before) {
    return count(model::ExpireLeasesAndRequeue{stale_before});
  }
  std::uint64_t time_out(model::Time at) { return count(model::TransitionTimedOutAttempts{at}); }

  // What can be seen.
  model::AttemptRecord attempt(const model::Id& attempt_id) {
    return answer<model::AttemptRecord>(model::GetAttempt{attempt_id});
  }
  std::optional<model::LeaseRecord> lease_of(const model::Id& attempt_id) {
    return answer<std::optional<model::LeaseRecord>>(model::GetLeaseForAttempt{attempt_id});
  }
  std::vector<model::DeadLetter> dead_letters(std::uint64_t limit = no_limit) {
    return answer<std::vector<model::DeadLetter>>(model::ListDeadLetters{limit});
  }
  std::uint64_t latest_seq(const model::Id& run_id) {
    return answer<model::Sequence>(model::LatestSeqForRun{run_id}).value;
  }
  std::vector<model::RunEvent> events(const model::ListRunEvents& question) {
    return answer<std::vector<model::RunEvent>>(question);
  }
  /// The listed attempts' ids in dispatch order.
  std::vector<model::Id> listed(model::Time at, std::uint64_t limit = no_limit);
  model::Snapshot snapshot();

 private:
  model::Answer accepted(const model::Operation& operation);

  TemporaryDirectory directory_;
  std::unique_ptr<sim::Subject> subject_;
};

}  // namespace leasecheck::tests

/// A group of rules: a test suite of the contract over every subject.
#define LEASECHECK_CONTRACT(Group)                                                                \
  class Group : public Contract {};                                                               \
  INSTANTIATE_TEST_SUITE_P(                                                                       \
      Contract, Group, testing::ValuesIn(contract_subjects().begin(), contract_subjects().end()), \
      [](const auto& info) { return info.param.name; })
