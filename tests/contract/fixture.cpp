#include "tests/contract/fixture.hpp"

#include <sstream>
#include <utility>

namespace leasecheck::tests {

using namespace leasecheck::model;

namespace {

/// Ends the test with a message; GoogleTest reports an exception as a failure.
[[noreturn]] void give_up(const std::string& why) {
  throw std::runtime_error(why);
}

std::string in_words(const auto& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

template <typename T>
T unbroken(std::expected<T, sim::BrokenSubject> value) {
  if (!value) give_up("the subject is broken: " + value.error().message);
  return *std::move(value);
}

/// One time per operation. A refusal for its arguments may come before the clock is read.
void expect_one_time(const Action& action, const sim::Reply& reply) {
  const std::uint64_t reads = reads_clock(action.operation) ? 1 : 0;
  if (reply.outcome == std::unexpected(ErrorCode::invalid_argument)) {
    EXPECT_LE(reply.clock_reads, reads) << action;
  } else {
    EXPECT_EQ(reply.clock_reads, reads) << action;
  }
}

}  // namespace

AttemptSpec spec_of(const Id& attempt_id) {
  AttemptSpec spec;
  spec.attempt_id = attempt_id;
  spec.run_id = "r1";
  return spec;
}

RetryPolicy fixed_retries(std::int64_t retries, Duration backoff) {
  RetryPolicy policy;
  policy.backoff = backoff;
  policy.max_retries = retries;
  return policy;
}

StartAttempt start_of(const LeaseRecord& lease) {
  return {lease.lease_id, lease.worker_id};
}

ReleaseLease release_of(const LeaseRecord& lease) {
  return {lease.lease_id, lease.worker_id};
}

AckAttempt ack_of(const LeaseRecord& lease, AckOutcome outcome) {
  return {lease.lease_id, lease.worker_id, outcome};
}

AppendRunEvent event_of(const LeaseRecord& lease, const std::string& payload) {
  return {lease.lease_id, lease.worker_id, "progress", payload};
}

HeartbeatLease heartbeat_of(const LeaseRecord& lease) {
  return {lease.lease_id, lease.heartbeat_at, lease.lease_expires_at};
}

HeartbeatLeaseWithVersion versioned_heartbeat_of(const LeaseRecord& lease) {
  return {lease.lease_id, lease.worker_id, lease.version, lease.heartbeat_at,
          lease.lease_expires_at};
}

Contract::Contract() : subject_(unbroken(GetParam().make(directory_.path()))) {}

Outcome Contract::perform(const Operation& operation) {
  const Action action{now, operation};
  const Snapshot before = snapshot();
  sim::Reply reply = unbroken(subject_->call(action));
  expect_one_time(action, reply);
  if (!reply.outcome || !can_change_state(operation)) {
    EXPECT_EQ(snapshot(), before) << action << " changed something: " << reply.outcome;
  }
  return std::move(reply.outcome);
}

Answer Contract::accepted(const Operation& operation) {
  Outcome outcome = perform(operation);
  if (!outcome) give_up(in_words(Action{now, operation}) + " was refused: " + in_words(outcome));
  return *std::move(outcome);
}

void Contract::expect_refused(const Operation& operation, ErrorCode code) {
  const Action action{now, operation};
  EXPECT_EQ(perform(operation), Outcome(std::unexpected(code))) << action;
}

LeaseRecord Contract::claim_until(const Id& attempt_id, Time lease_expires_at) {
  return answer<LeaseRecord>(UpsertLease{attempt_id, "w1", lease_expires_at});
}

LeaseRecord Contract::enqueue_and_claim(const AttemptSpec& spec) {
  enqueue(spec);
  return claim(spec.attempt_id);
}

void Contract::enqueue_and_fail(const AttemptSpec& spec) {
  ack(enqueue_and_claim(spec), AckOutcome::failed);
}

std::vector<Id> Contract::listed(Time at, std::uint64_t limit) {
  std::vector<Id> ids;
  for (const auto& record :
       answer<std::vector<DispatchRecord>>(ListDispatchableAttempts{at, limit})) {
    ids.push_back(record.attempt_id);
  }
  return ids;
}

Snapshot Contract::snapshot() {
  return unbroken(subject_->snapshot());
}

}  // namespace leasecheck::tests
