#include "validity.hpp"

#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "failure.hpp"

namespace lease {
namespace {

/// One less than the largest signed 32-bit number, so that the count after the last still fits.
constexpr std::int64_t largest_count = std::numeric_limits<std::int32_t>::max() - 1;

std::unexpected<Error> invalid(std::string message) {
  return failure(ErrorCode::invalid_argument, std::move(message));
}

struct Range {
  std::int64_t low;
  std::int64_t high = std::numeric_limits<std::int64_t>::max();
};

Result<void> validate_range(std::string_view what, std::int64_t value, Range range) {
  if (value >= range.low && value <= range.high) return {};
  return invalid(std::string(what) + " is " + std::to_string(value) + ", must be " +
                 std::to_string(range.low) + " to " + std::to_string(range.high));
}

template <typename Enum>
Result<void> validate_word(std::string_view what, Enum value, Enum last) {
  if (value <= last) return {};
  return invalid(std::string(what) + " has no word for " + std::to_string(static_cast<int>(value)));
}

Result<void> validate_id(std::string_view what, std::string_view id) {
  if (is_valid_id(id)) return {};
  return invalid(std::string(what) + " must be 1 to 255 bytes of UTF-8 without U+0000, and has " +
                 std::to_string(id.size()) + " bytes");
}

Result<void> first_failure(std::initializer_list<Result<void>> results) {
  for (const Result<void>& result : results) {
    if (!result) return result;
  }
  return {};
}

Result<void> validate_retry_policy(const RetryPolicy& policy) {
  return first_failure(
      {validate_word("retry_policy.strategy", policy.strategy, BackoffStrategy::exponential),
       validate_range("retry_policy.backoff", policy.backoff.count(), {.low = 0}),
       validate_range("retry_policy.max_backoff", policy.max_backoff.value_or(Duration{0}).count(),
                      {.low = 0}),
       validate_range("retry_policy.multiplier", policy.multiplier, {1, largest_count}),
       validate_range("retry_policy.max_retries", policy.max_retries, {0, largest_count})});
}

}  // namespace

Result<void> validate(const AttemptId& attempt_id) {
  return validate_id("attempt_id", attempt_id.str());
}

Result<void> validate(const RunId& run_id) {
  return validate_id("run_id", run_id.str());
}

Result<void> validate(const WorkerId& worker_id) {
  return validate_id("worker_id", worker_id.str());
}

Result<void> validate(const LeaseId& lease_id) {
  return validate_id("lease_id", lease_id.str());
}

Result<void> validate(const TenantId& tenant_id) {
  return validate_id("tenant_id", tenant_id.str());
}

Result<void> validate(const Holder& holder) {
  return validate(holder.lease_id, holder.worker_id);
}

Result<void> validate(const AttemptSpec& spec) {
  return first_failure(
      {validate(spec.attempt_id, spec.run_id),
       spec.tenant_id ? validate(*spec.tenant_id) : Result<void>{},
       validate_range("timeout", spec.timeout.value_or(Duration{1}).count(), {.low = 1}),
       validate_word("on_timeout", spec.on_timeout, OnTimeout::cancel),
       validate_range("max_deliveries", spec.max_deliveries.value_or(1), {1, largest_count}),
       spec.retry_policy ? validate_retry_policy(*spec.retry_policy) : Result<void>{}});
}

Result<void> validate(AckOutcome outcome) {
  return validate_word("outcome", outcome, AckOutcome::cancelled);
}

Result<void> validate(const LeaseHeartbeat& heartbeat) {
  return validate(heartbeat.holder);
}

Result<void> validate(const AttemptAck& ack) {
  return validate(ack.holder, ack.outcome);
}

Result<void> validate(const AttemptFilter& filter) {
  return first_failure({filter.run_id ? validate(*filter.run_id) : Result<void>{},
                        filter.worker_id ? validate(*filter.worker_id) : Result<void>{},
                        filter.tenant_id ? validate(*filter.tenant_id) : Result<void>{},
                        filter.status ? validate_word("status", *filter.status, Status::cancelled)
                                      : Result<void>{}});
}

Result<void> validate(const std::optional<AttemptId>& attempt_id) {
  return attempt_id ? validate(*attempt_id) : Result<void>{};
}

Result<void> validate_ttl(Duration lease_ttl) {
  return validate_range("lease_ttl", lease_ttl.count(), {.low = 1});
}

bool is_json(const std::string& text) {
  // The parser takes a zero byte for the end of its input, but no JSON text contains one.
  return text.find('\0') == std::string::npos && nlohmann::json::accept(text);
}

Result<void> validate(const NewRunEvent& event) {
  if (auto kind = validate_id("kind", event.kind); !kind) return kind;
  if (event.payload.size() > max_payload_bytes) {
    return invalid("payload has " + std::to_string(event.payload.size()) + " bytes, may have " +
                   std::to_string(max_payload_bytes));
  }
  if (is_json(event.payload)) return {};
  return invalid("payload is not the text of one JSON value");
}

}  // namespace lease
