#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "leasecheck/spec/environment.hpp"
#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/outcome.hpp"

/// The fields of every record, operation, answer and event, named as in the file format and in the
/// protocol for subjects. Each list is read by the encoder and by the decoder, so that nothing can
/// be written that is not read back, and no name is spelled twice.
///
/// A visitor has `visit(name, member)`, and `visit.payload(text)` for the payload of an event,
/// which is JSON already. An optional member is an optional field.
namespace leasecheck::traces {

/// `T` is `Record`, const for an encoder.
template <class T, class Record>
concept Like = std::same_as<std::remove_const_t<T>, Record>;

// Records.

void fields(auto& visit, Like<model::RetryPolicy> auto& policy) {
  visit("strategy", policy.strategy);
  visit("backoff", policy.backoff);
  visit("max_backoff", policy.max_backoff);
  visit("multiplier", policy.multiplier);
  visit("max_retries", policy.max_retries);
}

void fields(auto& visit, Like<model::DispatchRecord> auto& record) {
  visit("attempt_id", record.attempt_id);
  visit("run_id", record.run_id);
  visit("attempt_no", record.attempt_no);
  visit("status", record.status);
  visit("retry_at", record.retry_at);
}

void fields(auto& visit, Like<model::LeaseRecord> auto& record) {
  visit("lease_id", record.lease_id);
  visit("attempt_id", record.attempt_id);
  visit("worker_id", record.worker_id);
  visit("lease_expires_at", record.lease_expires_at);
  visit("heartbeat_at", record.heartbeat_at);
  visit("version", record.version);
  visit("execution_deadline", record.execution_deadline);
}

void fields(auto& visit, Like<model::AttemptRecord> auto& record) {
  visit("attempt_id", record.attempt_id);
  visit("run_id", record.run_id);
  visit("attempt_no", record.attempt_no);
  visit("status", record.status);
  visit("priority", record.priority);
  visit("ready_at", record.ready_at);
  visit("retry_at", record.retry_at);
  visit("started_at", record.started_at);
  visit("delivery_count", record.delivery_count);
  visit("version", record.version);
}

void fields(auto& visit, Like<model::DeadLetter> auto& letter) {
  visit("attempt_id", letter.attempt_id);
  visit("run_id", letter.run_id);
  visit("attempt_no", letter.attempt_no);
  visit("reason", letter.reason);
  visit("dead_at", letter.dead_at);
}

void fields(auto& visit, Like<model::RunEvent> auto& event) {
  visit("seq", event.seq);
  visit("attempt_id", event.attempt_id);
  visit("kind", event.kind);
  visit.payload(event.payload);
  visit("at", event.at);
}

void fields(auto& visit, Like<model::RunRecord> auto& run) {
  visit("run_id", run.run_id);
  visit("events", run.events);
}

void fields(auto& visit, Like<model::Snapshot> auto& snapshot) {
  visit("attempts", snapshot.attempts);
  visit("leases", snapshot.leases);
  visit("dead_letters", snapshot.dead_letters);
  visit("runs", snapshot.runs);
}

// Answers. That of get_lease is a lease record or null, and so has no fields of its own.

void fields(auto&, Like<model::Done> auto&) {}

void fields(auto& visit, Like<model::Count> auto& count) {
  visit("count", count.value);
}

void fields(auto& visit, Like<model::Sequence> auto& sequence) {
  visit("seq", sequence.value);
}

void fields(auto& visit, Like<model::AckResult> auto& result) {
  visit("status", result.status);
  visit("attempt_no", result.attempt_no);
  visit("retry_at", result.retry_at);
}

void fields(auto& visit, Like<model::CountsByStatus> auto& counts) {
  for (std::size_t i = 0; i < model::status_count; ++i) {
    visit(model::word(static_cast<model::Status>(i)), counts.count[i]);
  }
}

void fields(auto& visit, Like<std::vector<model::DispatchRecord>> auto& records) {
  visit("attempts", records);
}

void fields(auto& visit, Like<std::vector<model::DeadLetter>> auto& letters) {
  visit("dead_letters", letters);
}

void fields(auto& visit, Like<std::vector<model::RunEvent>> auto& events) {
  visit("events", events);
}

// Arguments of the operations.

void fields(auto&, Like<model::Reset> auto&) {}

void fields(auto& visit, Like<model::EnqueueAttempt> auto& operation) {
  auto& spec = operation.spec;
  visit("attempt_id", spec.attempt_id);
  visit("run_id", spec.run_id);
  visit("priority", spec.priority);
  visit("not_before", spec.not_before);
  visit("timeout", spec.timeout);
  visit("on_timeout", spec.on_timeout);
  visit("retry_policy", spec.retry_policy);
  visit("max_deliveries", spec.max_deliveries);
  visit("tenant_id", spec.tenant_id);
}

void fields(auto& visit, Like<model::ListDispatchableAttempts> auto& operation) {
  visit("at", operation.at);
  visit("limit", operation.limit);
}

void fields(auto& visit, Like<model::UpsertLease> auto& operation) {
  visit("attempt_id", operation.attempt_id);
  visit("worker_id", operation.worker_id);
  visit("lease_expires_at", operation.lease_expires_at);
}

void fields(auto& visit, Like<model::HeartbeatLease> auto& operation) {
  visit("lease_id", operation.lease_id);
  visit("heartbeat_at", operation.heartbeat_at);
  visit("lease_expires_at", operation.lease_expires_at);
}

void fields(auto& visit, Like<model::HeartbeatLeaseWithVersion> auto& operation) {
  visit("lease_id", operation.lease_id);
  visit("worker_id", operation.worker_id);
  visit("expected_version", operation.expected_version);
  visit("heartbeat_at", operation.heartbeat_at);
  visit("lease_expires_at", operation.lease_expires_at);
}

void fields(auto& visit, Like<model::ExpireLeasesAndRequeue> auto& operation) {
  visit("stale_before", operation.stale_before);
}

void fields(auto& visit, Like<model::TransitionTimedOutAttempts> auto& operation) {
  visit("at", operation.at);
}

void fields(auto& visit, Like<model::LatestSeqForRun> auto& operation) {
  visit("run_id", operation.run_id);
}

void fields(auto& visit, Like<model::StartAttempt> auto& operation) {
  visit("lease_id", operation.lease_id);
  visit("worker_id", operation.worker_id);
}

void fields(auto& visit, Like<model::ReleaseLease> auto& operation) {
  visit("lease_id", operation.lease_id);
  visit("worker_id", operation.worker_id);
}

void fields(auto& visit, Like<model::AckAttempt> auto& operation) {
  visit("lease_id", operation.lease_id);
  visit("worker_id", operation.worker_id);
  visit("outcome", operation.outcome);
}

void fields(auto& visit, Like<model::AppendRunEvent> auto& operation) {
  visit("lease_id", operation.lease_id);
  visit("worker_id", operation.worker_id);
  visit("kind", operation.kind);
  visit.payload(operation.payload);
}

void fields(auto& visit, Like<model::CancelAttempt> auto& operation) {
  visit("attempt_id", operation.attempt_id);
}

void fields(auto& visit, Like<model::ReplayDeadLetter> auto& operation) {
  visit("attempt_id", operation.attempt_id);
}

void fields(auto& visit, Like<model::ListDeadLetters> auto& operation) {
  visit("limit", operation.limit);
}

void fields(auto& visit, Like<model::GetAttempt> auto& operation) {
  visit("attempt_id", operation.attempt_id);
}

void fields(auto& visit, Like<model::GetLease> auto& operation) {
  visit("lease_id", operation.lease_id);
}

void fields(auto& visit, Like<model::GetLeaseForAttempt> auto& operation) {
  visit("attempt_id", operation.attempt_id);
}

void fields(auto& visit, Like<model::QueueDepth> auto& operation) {
  visit("at", operation.at);
}

void fields(auto&, Like<model::CountByStatus> auto&) {}

void fields(auto& visit, Like<model::ListRunEvents> auto& operation) {
  visit("run_id", operation.run_id);
  visit("after", operation.after);
  visit("limit", operation.limit);
}

// Events around the repository.

void fields(auto& visit, Like<model::WorkerStarted> auto& event) {
  visit("worker", event.worker);
  visit("clock_offset", event.clock.offset);
  visit("clock_drift_ppm", event.clock.drift_ppm);
}

void fields(auto& visit, Like<model::WorkerStopped> auto& event) {
  visit("worker", event.worker);
}

void fields(auto& visit, Like<model::WorkerPaused> auto& event) {
  visit("worker", event.worker);
  visit("duration", event.duration);
}

void fields(auto& visit, Like<model::LeaseGivenUp> auto& event) {
  visit("worker", event.worker);
  visit("lease_id", event.lease_id);
}

void fields(auto& visit, Like<model::ReplyDelivered> auto& event) {
  visit("worker", event.worker);
  visit("call", event.call);
}

void fields(auto& visit, Like<model::RequestLost> auto& event) {
  visit("worker", event.worker);
  visit("operation", event.operation);
}

void fields(auto& visit, Like<model::ReplyLost> auto& event) {
  visit("worker", event.worker);
  visit("call", event.call);
}

void fields(auto& visit, Like<model::EffectWritten> auto& event) {
  visit("worker", event.worker);
  visit("attempt_id", event.attempt_id);
  visit("grant", event.grant);
}

void fields(auto& visit, Like<model::ClockStepped> auto& event) {
  visit("worker", event.worker);
  visit("clock_offset", event.clock.offset);
  visit("clock_drift_ppm", event.clock.drift_ppm);
}

void fields(auto&, Like<model::FaultsEnded> auto&) {}
void fields(auto&, Like<model::ProgressDue> auto&) {}

}  // namespace leasecheck::traces
