#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "leasecheck/spec/time.hpp"

/// What a caller of the contract can see: the records that operations take and give, and the
/// canonical snapshot of everything. Plain values; absent optional fields are absent in every
/// backend.
namespace leasecheck::model {

/// Attempt, run, worker, lease and tenant ids, and the kind of an event. Valid: 1 to 255 bytes of
/// UTF-8 without U+0000 (see `is_valid_id`); compared bytewise.
using Id = std::string;

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

/// Rule 11. Units: `backoff` and `max_backoff` in milliseconds.
struct RetryPolicy {
  BackoffStrategy strategy = BackoffStrategy::fixed;
  Duration backoff{0};
  std::optional<Duration> max_backoff;
  std::int64_t multiplier = 2;
  std::int64_t max_retries = 0;
  bool operator==(const RetryPolicy&) const = default;
};

/// What enqueue_attempt takes (rule 8). Two specs are "the same" when they compare equal.
struct AttemptSpec {
  Id attempt_id;
  Id run_id;
  std::int32_t priority = 0;
  std::optional<Time> not_before;
  std::optional<Duration> timeout;
  OnTimeout on_timeout = OnTimeout::retry;
  std::optional<RetryPolicy> retry_policy;
  std::optional<std::int64_t> max_deliveries;
  std::optional<Id> tenant_id;
  bool operator==(const AttemptSpec&) const = default;
};

struct DispatchRecord {
  Id attempt_id;
  Id run_id;
  std::uint32_t attempt_no = 1;
  Status status = Status::queued;
  std::optional<Time> retry_at;
  bool operator==(const DispatchRecord&) const = default;
};

struct LeaseRecord {
  Id lease_id;
  Id attempt_id;
  Id worker_id;
  Time lease_expires_at{};
  Time heartbeat_at{};
  std::uint64_t version = 0;
  std::optional<Time> execution_deadline;
  bool operator==(const LeaseRecord&) const = default;
};

struct AttemptRecord {
  Id attempt_id;
  Id run_id;
  std::uint32_t attempt_no = 1;
  Status status = Status::queued;
  std::int32_t priority = 0;
  Time ready_at{};
  std::optional<Time> retry_at;
  std::optional<Time> started_at;
  std::uint32_t delivery_count = 0;
  std::uint64_t version = 0;
  std::optional<Time> finished_at;  ///< rule 27: present exactly while the status is terminal
  bool operator==(const AttemptRecord&) const = default;
};

struct DeadLetter {
  Id attempt_id;
  Id run_id;
  std::uint32_t attempt_no = 1;
  DeadLetterReason reason = DeadLetterReason::failed;
  Time dead_at{};
  bool operator==(const DeadLetter&) const = default;
};

/// `payload` is the text of one JSON value, compact and with sorted keys where the project made it.
struct RunEvent {
  std::uint64_t seq = 0;
  Id attempt_id;
  Id kind;
  std::string payload;
  Time at{};
  bool operator==(const RunEvent&) const = default;
};

/// `latest_seq` is that of the last event ever, which may have been pruned (rule 28).
struct RunRecord {
  Id run_id;
  std::uint64_t latest_seq = 0;
  std::vector<RunEvent> events;
  bool operator==(const RunRecord&) const = default;
};

/// Everything a repository holds, in canonical order: attempts, leases and dead letters by
/// attempt id, runs by run id (those that ever had an event and still have an attempt), all
/// bytewise (rule 15).
struct Snapshot {
  std::vector<AttemptRecord> attempts;
  std::vector<LeaseRecord> leases;
  std::vector<DeadLetter> dead_letters;
  std::vector<RunRecord> runs;
  std::uint64_t version_floor = 0;  ///< rule 28: where the version of a new attempt begins
  bool operator==(const Snapshot&) const = default;
};

/// How many attempts have each status; indexed by `Status`.
struct CountsByStatus {
  std::array<std::uint64_t, status_count> count{};
  bool operator==(const CountsByStatus&) const = default;
};

/// Rule 11: the wait after the failure of attempt number `attempt_no`, at least 1 ms.
[[nodiscard]] Duration backoff_after(const RetryPolicy& policy, std::uint32_t attempt_no);

/// Completed, failed and cancelled are terminal; only a replay leaves them (rule 16).
[[nodiscard]] bool is_terminal(Status status);

/// Leased or running: exactly then one lease row exists.
[[nodiscard]] bool holds_lease(Status status);

/// The contract's word for a value, as it stands in protocol and traces.
[[nodiscard]] std::string_view word(Status value);
[[nodiscard]] std::string_view word(OnTimeout value);
[[nodiscard]] std::string_view word(BackoffStrategy value);
[[nodiscard]] std::string_view word(AckOutcome value);
[[nodiscard]] std::string_view word(DeadLetterReason value);

}  // namespace leasecheck::model
