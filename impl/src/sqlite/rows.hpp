#pragma once

#include <optional>
#include <string>

#include "attempt.hpp"
#include "sqlite/connection.hpp"

/// Attempts and events as rows: the one place that knows the columns' order.
namespace lease::sqlite {

/// The columns of a whole attempt, as `read_attempt` takes them, of a table or alias `attempt`.
#define LEASE_SQLITE_ATTEMPT_COLUMNS                                                       \
  "attempt.enqueue_seq, attempt.attempt_id, attempt.run_id, attempt.priority, "            \
  "attempt.not_before, attempt.timeout, attempt.on_timeout, attempt.retry_strategy, "      \
  "attempt.retry_backoff, attempt.retry_max_backoff, attempt.retry_multiplier, "           \
  "attempt.retry_max_retries, attempt.max_deliveries, attempt.tenant_id, attempt.status, " \
  "attempt.attempt_no, attempt.delivery_count, attempt.version, attempt.ready_at, "        \
  "attempt.retry_at, attempt.started_at, attempt.lease_id, attempt.lease_worker_id, "      \
  "attempt.lease_expires_at, attempt.lease_heartbeat_at, attempt.ack_outcome, "            \
  "attempt.dead_reason, attempt.dead_at, attempt.finished_at, attempt.lane, attempt.deadline"

/// The attempt in the present row; fails as `corrupt` if no repository has written it.
[[nodiscard]] Attempt read_attempt(const Query& row);

template <typename Enum>
[[nodiscard]] std::int64_t stored(Enum value) {
  return static_cast<std::int64_t>(value);
}

template <typename T, typename Get>
[[nodiscard]] auto map_optional(const std::optional<T>& value, Get get) {
  return value ? std::optional(get(*value)) : std::nullopt;
}

/// A limit as SQLite takes it, whose limits are signed; there a negative one means none.
[[nodiscard]] std::int64_t clamped(std::uint64_t limit);

/// Which sequence an event is to have: this one, or a later one where events were pruned.
struct ExpectedSeq {
  std::uint64_t seq = 1;
  bool may_be_later = false;
};

/// The event in the present row of "run_id, seq, attempt_id, kind, payload, at", which is to be of
/// this run; fails as `corrupt` if it is not, has another sequence or if no repository has written
/// it.
[[nodiscard]] RunEvent read_event(const Query& row, const RunId& run_id, ExpectedSeq expected);

}  // namespace lease::sqlite
