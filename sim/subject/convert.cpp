#include "sim/subject/convert.hpp"

#include <utility>

namespace leasecheck::sim {
namespace {

// One switch for each enumeration and direction, without a default: the compiler sees to it that
// none of the contract's words is forgotten on either side.

lease::Status to_lease(model::Status value) {
  switch (value) {
    case model::Status::queued:
      return lease::Status::queued;
    case model::Status::leased:
      return lease::Status::leased;
    case model::Status::running:
      return lease::Status::running;
    case model::Status::retry_backoff:
      return lease::Status::retry_backoff;
    case model::Status::completed:
      return lease::Status::completed;
    case model::Status::failed:
      return lease::Status::failed;
    case model::Status::cancelled:
      return lease::Status::cancelled;
  }
  std::unreachable();
}

lease::OnTimeout to_lease(model::OnTimeout value) {
  switch (value) {
    case model::OnTimeout::retry:
      return lease::OnTimeout::retry;
    case model::OnTimeout::fail:
      return lease::OnTimeout::fail;
    case model::OnTimeout::cancel:
      return lease::OnTimeout::cancel;
  }
  std::unreachable();
}

lease::BackoffStrategy to_lease(model::BackoffStrategy value) {
  switch (value) {
    case model::BackoffStrategy::fixed:
      return lease::BackoffStrategy::fixed;
    case model::BackoffStrategy::exponential:
      return lease::BackoffStrategy::exponential;
  }
  std::unreachable();
}

model::Status to_model(lease::Status value) {
  switch (value) {
    case lease::Status::queued:
      return model::Status::queued;
    case lease::Status::leased:
      return model::Status::leased;
    case lease::Status::running:
      return model::Status::running;
    case lease::Status::retry_backoff:
      return model::Status::retry_backoff;
    case lease::Status::completed:
      return model::Status::completed;
    case lease::Status::failed:
      return model::Status::failed;
    case lease::Status::cancelled:
      return model::Status::cancelled;
  }
  std::unreachable();
}

model::DeadLetterReason to_model(lease::DeadLetterReason value) {
  switch (value) {
    case lease::DeadLetterReason::failed:
      return model::DeadLetterReason::failed;
    case lease::DeadLetterReason::timed_out:
      return model::DeadLetterReason::timed_out;
    case lease::DeadLetterReason::delivery_exhausted:
      return model::DeadLetterReason::delivery_exhausted;
  }
  std::unreachable();
}

lease::RetryPolicy to_lease(const model::RetryPolicy& policy) {
  return {.strategy = to_lease(policy.strategy),
          .backoff = policy.backoff,
          .max_backoff = policy.max_backoff,
          .multiplier = policy.multiplier,
          .max_retries = policy.max_retries};
}

}  // namespace

lease::AttemptSpec to_lease(const model::AttemptSpec& spec) {
  lease::AttemptSpec converted{.attempt_id = lease::AttemptId(spec.attempt_id),
                               .run_id = lease::RunId(spec.run_id),
                               .priority = spec.priority,
                               .not_before = spec.not_before,
                               .timeout = spec.timeout,
                               .on_timeout = to_lease(spec.on_timeout),
                               .retry_policy = std::nullopt,
                               .max_deliveries = spec.max_deliveries,
                               .tenant_id = std::nullopt};
  if (spec.retry_policy) converted.retry_policy = to_lease(*spec.retry_policy);
  if (spec.tenant_id) converted.tenant_id = lease::TenantId(*spec.tenant_id);
  return converted;
}

lease::AttemptFilter to_lease(const model::ListAttempts& filter) {
  lease::AttemptFilter converted;
  if (filter.status) converted.status = to_lease(*filter.status);
  if (filter.run_id) converted.run_id = lease::RunId(*filter.run_id);
  if (filter.worker_id) converted.worker_id = lease::WorkerId(*filter.worker_id);
  if (filter.tenant_id) converted.tenant_id = lease::TenantId(*filter.tenant_id);
  return converted;
}

lease::LeaseRecord to_lease(const model::LeaseRecord& record) {
  return {.lease_id = lease::LeaseId(record.lease_id),
          .attempt_id = lease::AttemptId(record.attempt_id),
          .worker_id = lease::WorkerId(record.worker_id),
          .lease_expires_at = record.lease_expires_at,
          .heartbeat_at = record.heartbeat_at,
          .version = record.version,
          .execution_deadline = record.execution_deadline};
}

lease::AttemptDispatchRecord to_lease(const model::DispatchRecord& record) {
  return {.attempt_id = lease::AttemptId(record.attempt_id),
          .run_id = lease::RunId(record.run_id),
          .attempt_no = record.attempt_no,
          .status = to_lease(record.status),
          .retry_at = record.retry_at};
}

lease::AttemptRecord to_lease(const model::AttemptRecord& record) {
  return {.attempt_id = lease::AttemptId(record.attempt_id),
          .run_id = lease::RunId(record.run_id),
          .attempt_no = record.attempt_no,
          .status = to_lease(record.status),
          .priority = record.priority,
          .ready_at = record.ready_at,
          .retry_at = record.retry_at,
          .started_at = record.started_at,
          .delivery_count = record.delivery_count,
          .version = record.version,
          .finished_at = record.finished_at};
}

lease::AckResult to_lease(const model::AckResult& result) {
  return {.status = to_lease(result.status),
          .attempt_no = result.attempt_no,
          .retry_at = result.retry_at};
}

lease::Claim to_lease(const model::Claim& claim) {
  return {.attempt = to_lease(claim.attempt), .lease = to_lease(claim.lease)};
}

lease::AckOutcome to_lease(model::AckOutcome value) {
  switch (value) {
    case model::AckOutcome::completed:
      return lease::AckOutcome::completed;
    case model::AckOutcome::failed:
      return lease::AckOutcome::failed;
    case model::AckOutcome::cancelled:
      return lease::AckOutcome::cancelled;
  }
  std::unreachable();
}

lease::ErrorCode to_lease(model::ErrorCode value) {
  switch (value) {
    case model::ErrorCode::invalid_argument:
      return lease::ErrorCode::invalid_argument;
    case model::ErrorCode::not_found:
      return lease::ErrorCode::not_found;
    case model::ErrorCode::stale_lease:
      return lease::ErrorCode::stale_lease;
    case model::ErrorCode::not_dispatchable:
      return lease::ErrorCode::not_dispatchable;
    case model::ErrorCode::already_exists:
      return lease::ErrorCode::already_exists;
    case model::ErrorCode::unavailable:
      return lease::ErrorCode::unavailable;
    case model::ErrorCode::corrupt:
      return lease::ErrorCode::corrupt;
  }
  std::unreachable();
}

model::LeaseRecord to_model(const lease::LeaseRecord& record) {
  return {.lease_id = record.lease_id.str(),
          .attempt_id = record.attempt_id.str(),
          .worker_id = record.worker_id.str(),
          .lease_expires_at = record.lease_expires_at,
          .heartbeat_at = record.heartbeat_at,
          .version = record.version,
          .execution_deadline = record.execution_deadline};
}

model::DispatchRecord to_model(const lease::AttemptDispatchRecord& record) {
  return {.attempt_id = record.attempt_id.str(),
          .run_id = record.run_id.str(),
          .attempt_no = record.attempt_no,
          .status = to_model(record.status),
          .retry_at = record.retry_at};
}

model::AttemptRecord to_model(const lease::AttemptRecord& record) {
  return {.attempt_id = record.attempt_id.str(),
          .run_id = record.run_id.str(),
          .attempt_no = record.attempt_no,
          .status = to_model(record.status),
          .priority = record.priority,
          .ready_at = record.ready_at,
          .retry_at = record.retry_at,
          .started_at = record.started_at,
          .delivery_count = record.delivery_count,
          .version = record.version,
          .finished_at = record.finished_at};
}

model::DeadLetter to_model(const lease::DeadLetter& letter) {
  return {.attempt_id = letter.attempt_id.str(),
          .run_id = letter.run_id.str(),
          .attempt_no = letter.attempt_no,
          .reason = to_model(letter.reason),
          .dead_at = letter.dead_at};
}

model::RunEvent to_model(const lease::RunEvent& event) {
  return {.seq = event.seq,
          .attempt_id = event.attempt_id.str(),
          .kind = event.kind,
          .payload = event.payload,
          .at = event.at};
}

model::AckResult to_model(const lease::AckResult& result) {
  return {.status = to_model(result.status),
          .attempt_no = result.attempt_no,
          .retry_at = result.retry_at};
}

model::RunRecord to_model(const lease::RunRecord& run) {
  return {.run_id = run.run_id.str(), .latest_seq = run.latest_seq, .events = to_model(run.events)};
}

model::AckOutcome to_model(lease::AckOutcome value) {
  switch (value) {
    case lease::AckOutcome::completed:
      return model::AckOutcome::completed;
    case lease::AckOutcome::failed:
      return model::AckOutcome::failed;
    case lease::AckOutcome::cancelled:
      return model::AckOutcome::cancelled;
  }
  std::unreachable();
}

model::AckAttempt to_model(const lease::AttemptAck& ack) {
  return {.lease_id = ack.holder.lease_id.str(),
          .worker_id = ack.holder.worker_id.str(),
          .outcome = to_model(ack.outcome)};
}

model::HeartbeatLeaseWithVersion to_model(const lease::LeaseHeartbeat& heartbeat) {
  return {.lease_id = heartbeat.holder.lease_id.str(),
          .worker_id = heartbeat.holder.worker_id.str(),
          .expected_version = heartbeat.heartbeat.expected_version,
          .heartbeat_at = heartbeat.heartbeat.heartbeat_at,
          .lease_expires_at = heartbeat.heartbeat.lease_expires_at};
}

model::ErrorCode to_model(lease::ErrorCode value) {
  switch (value) {
    case lease::ErrorCode::invalid_argument:
      return model::ErrorCode::invalid_argument;
    case lease::ErrorCode::not_found:
      return model::ErrorCode::not_found;
    case lease::ErrorCode::stale_lease:
      return model::ErrorCode::stale_lease;
    case lease::ErrorCode::not_dispatchable:
      return model::ErrorCode::not_dispatchable;
    case lease::ErrorCode::already_exists:
      return model::ErrorCode::already_exists;
    case lease::ErrorCode::unavailable:
      return model::ErrorCode::unavailable;
    case lease::ErrorCode::corrupt:
      return model::ErrorCode::corrupt;
  }
  std::unreachable();
}

model::CountsByStatus to_model(const lease::CountsByStatus& counts) {
  model::CountsByStatus converted;
  for (std::size_t i = 0; i < counts.count.size(); ++i) {
    const model::Status status = to_model(static_cast<lease::Status>(i));
    converted.count[static_cast<std::size_t>(status)] = counts.count[i];
  }
  return converted;
}

}  // namespace leasecheck::sim
