#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "lease/clock.hpp"
#include "lease/ids.hpp"
#include "lease/words.hpp"

namespace lease {

/// Where an attempt stands. It is `leased` or `running` exactly while it has a lease.
enum class Status : std::uint8_t {
  queued,
  leased,
  running,
  retry_backoff,
  completed,
  failed,
  cancelled
};
inline constexpr std::size_t status_count = 7;

/// Completed, failed and cancelled; only the replay of a dead letter leaves them.
[[nodiscard]] constexpr bool is_terminal(Status status) {
  return status == Status::completed || status == Status::failed || status == Status::cancelled;
}

/// What becomes of an attempt that has been worked on for longer than its timeout.
enum class OnTimeout : std::uint8_t { retry, fail, cancel };

enum class BackoffStrategy : std::uint8_t { fixed, exponential };

/// What a worker reports of its work.
enum class AckOutcome : std::uint8_t { completed, failed, cancelled };

enum class DeadLetterReason : std::uint8_t { failed, timed_out, delivery_exhausted };

/// The enumerator's name: "retry_backoff", "delivery_exhausted", …
/// Pre: the value is one of the enumerators, as all are that a repository answers.
[[nodiscard]] std::string_view to_string(Status status);
[[nodiscard]] std::string_view to_string(OnTimeout on_timeout);
[[nodiscard]] std::string_view to_string(BackoffStrategy strategy);
[[nodiscard]] std::string_view to_string(AckOutcome outcome);
[[nodiscard]] std::string_view to_string(DeadLetterReason reason);

/// How often and how late a failed attempt is tried again.
/// `fixed`: `backoff`. `exponential`: `backoff * multiplier^(attempt_no - 1)`, held at the end of
/// the range. Both capped by `max_backoff`, then at least 1 ms.
/// Source: rule 11.
struct RetryPolicy {
  BackoffStrategy strategy = BackoffStrategy::fixed;
  Duration backoff{0};                  ///< >= 0
  std::optional<Duration> max_backoff;  ///< >= 0
  std::int64_t multiplier = 2;          ///< 1 to 2^31 - 2
  std::int64_t max_retries = 0;         ///< 0 to 2^31 - 2
  bool operator==(const RetryPolicy&) const = default;
};

/// An attempt as it is enqueued: it never changes afterwards.
/// Source: rule 8.
struct AttemptSpec {
  AttemptId attempt_id;
  RunId run_id;
  std::int32_t priority = 0;        ///< higher goes first
  std::optional<Time> not_before;   ///< earliest dispatch
  std::optional<Duration> timeout;  ///< >= 1 ms, counted from the grant of the lease
  OnTimeout on_timeout = OnTimeout::retry;
  std::optional<RetryPolicy> retry_policy;     ///< none: no retries
  std::optional<std::int64_t> max_deliveries;  ///< 1 to 2^31 - 2; looked at by the reap only
  std::optional<TenantId> tenant_id;           ///< reserved: kept and compared, no other effect
  bool operator==(const AttemptSpec&) const = default;
};

}  // namespace lease
