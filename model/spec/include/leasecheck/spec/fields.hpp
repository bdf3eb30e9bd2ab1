#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <vector>

#include "leasecheck/spec/environment.hpp"
#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/outcome.hpp"

/// The fields of every record, operation, answer and event, named as in the file format and in the
/// protocol for subjects. This is the only list of them: encoding, decoding, comparing, printing
/// and whatever else goes through a record field by field are visitors of it.
///
/// A visitor of one record has `visit(name, member)`, and `visit.payload(text)` for the payload of
/// an event, which is JSON already. A visitor of two records of a kind has the same with the two
/// members side by side. An optional member is an optional field.
namespace leasecheck::model {

/// `T` is `Record`, const for a visitor that only reads.
template <class T, class Record>
concept Like = std::same_as<std::remove_const_t<T>, Record>;

/// What a record is called where a field is named with its kind: "attempt.ready_at".
template <class Record>
inline constexpr std::string_view record_name = {};
template <>
inline constexpr std::string_view record_name<RetryPolicy> = "retry_policy";
template <>
inline constexpr std::string_view record_name<AttemptSpec> = "spec";
template <>
inline constexpr std::string_view record_name<DispatchRecord> = "dispatch";
template <>
inline constexpr std::string_view record_name<LeaseRecord> = "lease";
template <>
inline constexpr std::string_view record_name<AttemptRecord> = "attempt";
template <>
inline constexpr std::string_view record_name<DeadLetter> = "dead_letter";
template <>
inline constexpr std::string_view record_name<RunEvent> = "event";
template <>
inline constexpr std::string_view record_name<RunRecord> = "run";
template <>
inline constexpr std::string_view record_name<Snapshot> = "snapshot";
template <>
inline constexpr std::string_view record_name<AckResult> = "ack";
template <>
inline constexpr std::string_view record_name<CountsByStatus> = "counts";
template <>
inline constexpr std::string_view record_name<Claim> = "claim";

// Records.

constexpr void fields(auto& visit, Like<RetryPolicy> auto&... policy) {
  visit("strategy", policy.strategy...);
  visit("backoff", policy.backoff...);
  visit("max_backoff", policy.max_backoff...);
  visit("multiplier", policy.multiplier...);
  visit("max_retries", policy.max_retries...);
}

constexpr void fields(auto& visit, Like<AttemptSpec> auto&... spec) {
  visit("attempt_id", spec.attempt_id...);
  visit("run_id", spec.run_id...);
  visit("priority", spec.priority...);
  visit("not_before", spec.not_before...);
  visit("timeout", spec.timeout...);
  visit("on_timeout", spec.on_timeout...);
  visit("retry_policy", spec.retry_policy...);
  visit("max_deliveries", spec.max_deliveries...);
  visit("tenant_id", spec.tenant_id...);
}

constexpr void fields(auto& visit, Like<DispatchRecord> auto&... record) {
  visit("attempt_id", record.attempt_id...);
  visit("run_id", record.run_id...);
  visit("attempt_no", record.attempt_no...);
  visit("status", record.status...);
  visit("retry_at", record.retry_at...);
}

constexpr void fields(auto& visit, Like<LeaseRecord> auto&... record) {
  visit("lease_id", record.lease_id...);
  visit("attempt_id", record.attempt_id...);
  visit("worker_id", record.worker_id...);
  visit("lease_expires_at", record.lease_expires_at...);
  visit("heartbeat_at", record.heartbeat_at...);
  visit("version", record.version...);
  visit("execution_deadline", record.execution_deadline...);
}

constexpr void fields(auto& visit, Like<AttemptRecord> auto&... record) {
  visit("attempt_id", record.attempt_id...);
  visit("run_id", record.run_id...);
  visit("attempt_no", record.attempt_no...);
  visit("status", record.status...);
  visit("priority", record.priority...);
  visit("ready_at", record.ready_at...);
  visit("retry_at", record.retry_at...);
  visit("started_at", record.started_at...);
  visit("delivery_count", record.delivery_count...);
  visit("version", record.version...);
  visit("finished_at", record.finished_at...);
}

constexpr void fields(auto& visit, Like<DeadLetter> auto&... letter) {
  visit("attempt_id", letter.attempt_id...);
  visit("run_id", letter.run_id...);
  visit("attempt_no", letter.attempt_no...);
  visit("reason", letter.reason...);
  visit("dead_at", letter.dead_at...);
}

constexpr void fields(auto& visit, Like<RunEvent> auto&... event) {
  visit("seq", event.seq...);
  visit("attempt_id", event.attempt_id...);
  visit("kind", event.kind...);
  visit.payload(event.payload...);
  visit("at", event.at...);
}

constexpr void fields(auto& visit, Like<RunRecord> auto&... run) {
  visit("run_id", run.run_id...);
  visit("latest_seq", run.latest_seq...);
  visit("events", run.events...);
}

constexpr void fields(auto& visit, Like<Snapshot> auto&... snapshot) {
  visit("attempts", snapshot.attempts...);
  visit("leases", snapshot.leases...);
  visit("dead_letters", snapshot.dead_letters...);
  visit("runs", snapshot.runs...);
  visit("version_floor", snapshot.version_floor...);
}

// Answers. That of get_lease is a lease record or null, and so has no fields of its own.

constexpr void fields(auto&, Like<Done> auto&...) {}

constexpr void fields(auto& visit, Like<Count> auto&... count) {
  visit("count", count.value...);
}

constexpr void fields(auto& visit, Like<Sequence> auto&... sequence) {
  visit("seq", sequence.value...);
}

constexpr void fields(auto& visit, Like<AckResult> auto&... result) {
  visit("status", result.status...);
  visit("attempt_no", result.attempt_no...);
  visit("retry_at", result.retry_at...);
}

constexpr void fields(auto& visit, Like<CountsByStatus> auto&... counts) {
  for (std::size_t i = 0; i < status_count; ++i) {
    visit(word(static_cast<Status>(i)), counts.count[i]...);
  }
}

constexpr void fields(auto& visit, Like<std::vector<DispatchRecord>> auto&... records) {
  visit("attempts", records...);
}

constexpr void fields(auto& visit, Like<std::vector<DeadLetter>> auto&... letters) {
  visit("dead_letters", letters...);
}

constexpr void fields(auto& visit, Like<std::vector<RunEvent>> auto&... events) {
  visit("events", events...);
}

constexpr void fields(auto& visit, Like<Refusal> auto&... refusal) {
  visit("code", refusal.code...);
}

template <class T>
concept LikeItemResult = is_item_result<std::remove_const_t<T>>;

constexpr void fields(auto& visit, LikeItemResult auto&... result) {
  visit("ok", result.ok...);
  visit("error", result.error...);
}

template <class T>
concept LikeItemResults = is_item_results<std::remove_const_t<T>>;

constexpr void fields(auto& visit, LikeItemResults auto&... results) {
  visit("results", results...);
}

constexpr void fields(auto& visit, Like<Claim> auto&... claim) {
  visit("attempt", claim.attempt...);
  visit("lease", claim.lease...);
}

constexpr void fields(auto& visit, Like<std::vector<Claim>> auto&... claims) {
  visit("claims", claims...);
}

constexpr void fields(auto& visit, Like<std::vector<AttemptRecord>> auto&... records) {
  visit("attempts", records...);
}

// Arguments of the operations.

constexpr void fields(auto&, Like<Reset> auto&...) {}

constexpr void fields(auto& visit, Like<EnqueueAttempt> auto&... operation) {
  fields(visit, operation.spec...);
}

constexpr void fields(auto& visit, Like<ListDispatchableAttempts> auto&... operation) {
  visit("at", operation.at...);
  visit("limit", operation.limit...);
}

constexpr void fields(auto& visit, Like<UpsertLease> auto&... operation) {
  visit("attempt_id", operation.attempt_id...);
  visit("worker_id", operation.worker_id...);
  visit("lease_expires_at", operation.lease_expires_at...);
}

constexpr void fields(auto& visit, Like<HeartbeatLease> auto&... operation) {
  visit("lease_id", operation.lease_id...);
  visit("heartbeat_at", operation.heartbeat_at...);
  visit("lease_expires_at", operation.lease_expires_at...);
}

constexpr void fields(auto& visit, Like<HeartbeatLeaseWithVersion> auto&... operation) {
  visit("lease_id", operation.lease_id...);
  visit("worker_id", operation.worker_id...);
  visit("expected_version", operation.expected_version...);
  visit("heartbeat_at", operation.heartbeat_at...);
  visit("lease_expires_at", operation.lease_expires_at...);
}

constexpr void fields(auto& visit, Like<ExpireLeasesAndRequeue> auto&... operation) {
  visit("stale_before", operation.stale_before...);
}

constexpr void fields(auto& visit, Like<TransitionTimedOutAttempts> auto&... operation) {
  visit("at", operation.at...);
}

constexpr void fields(auto& visit, Like<LatestSeqForRun> auto&... operation) {
  visit("run_id", operation.run_id...);
}

constexpr void fields(auto& visit, Like<StartAttempt> auto&... operation) {
  visit("lease_id", operation.lease_id...);
  visit("worker_id", operation.worker_id...);
}

constexpr void fields(auto& visit, Like<ReleaseLease> auto&... operation) {
  visit("lease_id", operation.lease_id...);
  visit("worker_id", operation.worker_id...);
}

constexpr void fields(auto& visit, Like<AckAttempt> auto&... operation) {
  visit("lease_id", operation.lease_id...);
  visit("worker_id", operation.worker_id...);
  visit("outcome", operation.outcome...);
}

constexpr void fields(auto& visit, Like<AppendRunEvent> auto&... operation) {
  visit("lease_id", operation.lease_id...);
  visit("worker_id", operation.worker_id...);
  visit("kind", operation.kind...);
  visit.payload(operation.payload...);
}

constexpr void fields(auto& visit, Like<CancelAttempt> auto&... operation) {
  visit("attempt_id", operation.attempt_id...);
}

constexpr void fields(auto& visit, Like<ReplayDeadLetter> auto&... operation) {
  visit("attempt_id", operation.attempt_id...);
}

constexpr void fields(auto& visit, Like<ListDeadLetters> auto&... operation) {
  visit("limit", operation.limit...);
}

constexpr void fields(auto& visit, Like<GetAttempt> auto&... operation) {
  visit("attempt_id", operation.attempt_id...);
}

constexpr void fields(auto& visit, Like<GetLease> auto&... operation) {
  visit("lease_id", operation.lease_id...);
}

constexpr void fields(auto& visit, Like<GetLeaseForAttempt> auto&... operation) {
  visit("attempt_id", operation.attempt_id...);
}

constexpr void fields(auto& visit, Like<QueueDepth> auto&... operation) {
  visit("at", operation.at...);
}

constexpr void fields(auto&, Like<CountByStatus> auto&...) {}

constexpr void fields(auto& visit, Like<ListRunEvents> auto&... operation) {
  visit("run_id", operation.run_id...);
  visit("after", operation.after...);
  visit("limit", operation.limit...);
}

constexpr void fields(auto& visit, Like<EnqueueAttempts> auto&... operation) {
  visit("attempts", operation.attempts...);
}

constexpr void fields(auto& visit, Like<HeartbeatLeases> auto&... operation) {
  visit("heartbeats", operation.heartbeats...);
}

constexpr void fields(auto& visit, Like<AckAttempts> auto&... operation) {
  visit("acks", operation.acks...);
}

constexpr void fields(auto& visit, Like<ClaimAttempts> auto&... operation) {
  visit("worker_id", operation.worker_id...);
  visit("limit", operation.limit...);
  visit("lease_ttl", operation.lease_ttl...);
}

constexpr void fields(auto& visit, Like<PruneAttempts> auto&... operation) {
  visit("finished_before", operation.finished_before...);
  visit("limit", operation.limit...);
  visit("with_dead_letters", operation.with_dead_letters...);
}

constexpr void fields(auto& visit, Like<ListAttempts> auto&... operation) {
  visit("status", operation.status...);
  visit("run_id", operation.run_id...);
  visit("worker_id", operation.worker_id...);
  visit("tenant_id", operation.tenant_id...);
  visit("after", operation.after...);
  visit("limit", operation.limit...);
}

// Events around the repository.

constexpr void fields(auto& visit, Like<ClockError> auto&... clock) {
  visit("clock_offset", clock.offset...);
  visit("clock_drift_ppm", clock.drift_ppm...);
}

constexpr void fields(auto& visit, Like<WorkerStarted> auto&... event) {
  visit("worker", event.worker...);
  fields(visit, event.clock...);
}

constexpr void fields(auto& visit, Like<WorkerStopped> auto&... event) {
  visit("worker", event.worker...);
}

constexpr void fields(auto& visit, Like<WorkerPaused> auto&... event) {
  visit("worker", event.worker...);
  visit("duration", event.duration...);
}

constexpr void fields(auto& visit, Like<LeaseGivenUp> auto&... event) {
  visit("worker", event.worker...);
  visit("lease_id", event.lease_id...);
}

constexpr void fields(auto& visit, Like<ReplyDelivered> auto&... event) {
  visit("worker", event.worker...);
  visit("call", event.call...);
}

constexpr void fields(auto& visit, Like<RequestLost> auto&... event) {
  visit("worker", event.worker...);
  visit("operation", event.operation...);
}

constexpr void fields(auto& visit, Like<ReplyLost> auto&... event) {
  visit("worker", event.worker...);
  visit("call", event.call...);
}

constexpr void fields(auto& visit, Like<EffectWritten> auto&... event) {
  visit("worker", event.worker...);
  visit("attempt_id", event.attempt_id...);
  visit("grant", event.grant...);
  visit("believed_at", event.believed_at...);
}

constexpr void fields(auto& visit, Like<ClockStepped> auto&... event) {
  visit("worker", event.worker...);
  fields(visit, event.clock...);
}

constexpr void fields(auto&, Like<FaultsEnded> auto&...) {}
constexpr void fields(auto&, Like<ProgressDue> auto&...) {}

}  // namespace leasecheck::model
