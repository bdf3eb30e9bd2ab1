#pragma once

#include <optional>
#include <string>

#include "attempt.hpp"
#include "sqlite/connection.hpp"

/// Attempts and events as rows: the one place that knows the columns' order.
namespace lease::sqlite {

/// The columns of a whole attempt, as `read_attempt` takes them.
#define LEASE_SQLITE_ATTEMPT_COLUMNS                                                        \
  "enqueue_seq, attempt_id, run_id, priority, not_before, timeout, on_timeout, "            \
  "retry_strategy, retry_backoff, retry_max_backoff, retry_multiplier, retry_max_retries, " \
  "max_deliveries, tenant_id, status, attempt_no, delivery_count, version, ready_at, "      \
  "retry_at, started_at, lease_id, lease_worker_id, lease_expires_at, lease_heartbeat_at, " \
  "ack_outcome, dead_reason, dead_at, lane, deadline"

/// The attempt in the present row.
/// Errors: what in it no repository has written.
[[nodiscard]] std::expected<Attempt, std::string> read_attempt(const Query& row);

/// The event in the present row of "seq, attempt_id, kind, payload, at".
[[nodiscard]] RunEvent read_event(const Query& row);

}  // namespace lease::sqlite
