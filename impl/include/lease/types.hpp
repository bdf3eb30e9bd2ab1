#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lease/clock.hpp"
#include "lease/ids.hpp"

namespace lease {

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

enum class OnTimeout : std::uint8_t { retry, fail, cancel };
enum class BackoffStrategy : std::uint8_t { fixed, exponential };
enum class AckOutcome : std::uint8_t { completed, failed, cancelled };
enum class DeadLetterReason : std::uint8_t { failed, timed_out, delivery_exhausted };

/// How often and how late a failed attempt is tried again.
/// `fixed`: `backoff`. `exponential`: `backoff * multiplier^(attempt_no - 1)`. Both capped by
/// `max_backoff`, then at least 1 ms.
struct RetryPolicy {
  BackoffStrategy strategy = BackoffStrategy::fixed;
  Duration backoff{0};                  ///< >= 0
  std::optional<Duration> max_backoff;  ///< >= 0
  std::int64_t multiplier = 2;          ///< 1 to 2^31 - 2
  std::int64_t max_retries = 0;         ///< 0 to 2^31 - 2
  bool operator==(const RetryPolicy&) const = default;
};

struct AttemptSpec {
  AttemptId attempt_id;
  RunId run_id;
  std::int32_t priority = 0;        ///< higher goes first
  std::optional<Time> not_before;   ///< earliest dispatch
  std::optional<Duration> timeout;  ///< >= 1 ms, counted from the grant of the lease
  OnTimeout on_timeout = OnTimeout::retry;
  std::optional<RetryPolicy> retry_policy;     ///< none: no retries
  std::optional<std::int64_t> max_deliveries;  ///< 1 to 2^31 - 2; looked at by the reap only
  std::optional<TenantId> tenant_id;           ///< kept and compared, no other effect
  bool operator==(const AttemptSpec&) const = default;
};

struct AttemptDispatchRecord {
  AttemptId attempt_id;
  RunId run_id;
  std::uint32_t attempt_no = 1;
  Status status = Status::queued;
  std::optional<Time> retry_at;
  bool operator==(const AttemptDispatchRecord&) const = default;
};

struct LeaseRecord {
  LeaseId lease_id;
  AttemptId attempt_id;
  WorkerId worker_id;
  Time lease_expires_at{};
  Time heartbeat_at{};
  std::uint64_t version = 0;  ///< fencing token: show it to every resource that the work touches
  std::optional<Time> execution_deadline;  ///< started_at + timeout
  bool operator==(const LeaseRecord&) const = default;
};

struct AttemptRecord {
  AttemptId attempt_id;
  RunId run_id;
  std::uint32_t attempt_no = 1;
  Status status = Status::queued;
  std::int32_t priority = 0;
  Time ready_at{};
  std::optional<Time> retry_at;    ///< present exactly in retry_backoff
  std::optional<Time> started_at;  ///< present exactly in leased and running
  std::uint32_t delivery_count = 0;
  std::uint64_t version = 0;
  bool operator==(const AttemptRecord&) const = default;
};

struct AckResult {
  Status status = Status::completed;
  std::uint32_t attempt_no = 1;
  std::optional<Time> retry_at;
  bool operator==(const AckResult&) const = default;
};

struct DeadLetter {
  AttemptId attempt_id;
  RunId run_id;
  std::uint32_t attempt_no = 1;
  DeadLetterReason reason = DeadLetterReason::failed;
  Time dead_at{};
  bool operator==(const DeadLetter&) const = default;
};

struct RunEvent {
  std::uint64_t seq = 0;
  AttemptId attempt_id;
  std::string kind;
  std::string payload;  ///< JSON text, as it was appended
  Time at{};
  bool operator==(const RunEvent&) const = default;
};

struct RunRecord {
  RunId run_id;
  std::vector<RunEvent> events;
  bool operator==(const RunRecord&) const = default;
};

/// Everything a repository holds: attempts, leases and dead letters by attempt id, runs with
/// events by run id, all bytewise.
struct Snapshot {
  std::vector<AttemptRecord> attempts;
  std::vector<LeaseRecord> leases;
  std::vector<DeadLetter> dead_letters;
  std::vector<RunRecord> runs;
  bool operator==(const Snapshot&) const = default;
};

/// Indexed by `Status`.
using CountsByStatus = std::array<std::uint64_t, status_count>;

/// Completed, failed and cancelled; only a replay leaves them.
[[nodiscard]] bool is_terminal(Status status);

}  // namespace lease
