#include "sim/subject/convert.hpp"

namespace leasecheck::sim {
namespace {

// The enumerations list the contract's words in the same order; these lines fail to compile when
// one of them changes alone.
static_assert(static_cast<int>(model::Status::cancelled) ==
              static_cast<int>(lease::Status::cancelled));
static_assert(static_cast<int>(model::Status::running) == static_cast<int>(lease::Status::running));
static_assert(static_cast<int>(model::Status::completed) ==
              static_cast<int>(lease::Status::completed));
static_assert(static_cast<int>(model::OnTimeout::cancel) ==
              static_cast<int>(lease::OnTimeout::cancel));
static_assert(static_cast<int>(model::OnTimeout::fail) == static_cast<int>(lease::OnTimeout::fail));
static_assert(static_cast<int>(model::AckOutcome::cancelled) ==
              static_cast<int>(lease::AckOutcome::cancelled));
static_assert(static_cast<int>(model::AckOutcome::failed) ==
              static_cast<int>(lease::AckOutcome::failed));
static_assert(static_cast<int>(model::DeadLetterReason::delivery_exhausted) ==
              static_cast<int>(lease::DeadLetterReason::delivery_exhausted));
static_assert(static_cast<int>(model::DeadLetterReason::timed_out) ==
              static_cast<int>(lease::DeadLetterReason::timed_out));
static_assert(static_cast<int>(model::BackoffStrategy::exponential) ==
              static_cast<int>(lease::BackoffStrategy::exponential));
static_assert(static_cast<int>(model::ErrorCode::corrupt) ==
              static_cast<int>(lease::ErrorCode::corrupt));
static_assert(static_cast<int>(model::ErrorCode::stale_lease) ==
              static_cast<int>(lease::ErrorCode::stale_lease));

lease::RetryPolicy to_lease(const model::RetryPolicy& policy) {
  return {.strategy = static_cast<lease::BackoffStrategy>(policy.strategy),
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
                               .on_timeout = static_cast<lease::OnTimeout>(spec.on_timeout),
                               .retry_policy = std::nullopt,
                               .max_deliveries = spec.max_deliveries,
                               .tenant_id = std::nullopt};
  if (spec.retry_policy) converted.retry_policy = to_lease(*spec.retry_policy);
  if (spec.tenant_id) converted.tenant_id = lease::TenantId(*spec.tenant_id);
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
          .status = static_cast<lease::Status>(record.status),
          .retry_at = record.retry_at};
}

lease::AckOutcome to_lease(model::AckOutcome outcome) {
  return static_cast<lease::AckOutcome>(outcome);
}

lease::ErrorCode to_lease(model::ErrorCode code) {
  return static_cast<lease::ErrorCode>(code);
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
          .status = static_cast<model::Status>(record.status),
          .retry_at = record.retry_at};
}

model::AttemptRecord to_model(const lease::AttemptRecord& record) {
  return {.attempt_id = record.attempt_id.str(),
          .run_id = record.run_id.str(),
          .attempt_no = record.attempt_no,
          .status = static_cast<model::Status>(record.status),
          .priority = record.priority,
          .ready_at = record.ready_at,
          .retry_at = record.retry_at,
          .started_at = record.started_at,
          .delivery_count = record.delivery_count,
          .version = record.version};
}

model::DeadLetter to_model(const lease::DeadLetter& letter) {
  return {.attempt_id = letter.attempt_id.str(),
          .run_id = letter.run_id.str(),
          .attempt_no = letter.attempt_no,
          .reason = static_cast<model::DeadLetterReason>(letter.reason),
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
  return {.status = static_cast<model::Status>(result.status),
          .attempt_no = result.attempt_no,
          .retry_at = result.retry_at};
}

model::RunRecord to_model(const lease::RunRecord& run) {
  return {.run_id = run.run_id.str(), .events = to_model(run.events)};
}

model::ErrorCode to_model(lease::ErrorCode code) {
  return static_cast<model::ErrorCode>(code);
}

}  // namespace leasecheck::sim
