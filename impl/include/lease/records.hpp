#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lease/types.hpp"

/// What a repository answers. Records are copies: they neither follow the repository nor hold it.
namespace lease {

/// A candidate, as a list shows it.
struct AttemptDispatchRecord {
  AttemptId attempt_id;
  RunId run_id;
  std::uint32_t attempt_no = 1;
  Status status = Status::queued;
  std::optional<Time> retry_at;
  bool operator==(const AttemptDispatchRecord&) const = default;
};

/// One worker's time-limited ownership of one attempt.
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

/// An attempt as the list would have shown it, and the lease that was granted for it.
struct Claim {
  AttemptDispatchRecord attempt;
  LeaseRecord lease;
  bool operator==(const Claim&) const = default;
};

struct AttemptRecord {
  AttemptId attempt_id;
  RunId run_id;
  std::uint32_t attempt_no = 1;
  Status status = Status::queued;
  std::int32_t priority = 0;
  Time ready_at{};                 ///< orders the queue; makes nobody wait
  std::optional<Time> retry_at;    ///< present exactly in retry_backoff
  std::optional<Time> started_at;  ///< present exactly in leased and running
  std::uint32_t delivery_count = 0;
  std::uint64_t version = 0;        ///< moved by claims and heartbeats only, never falls
  std::optional<Time> finished_at;  ///< present exactly in completed, failed and cancelled
  bool operator==(const AttemptRecord&) const = default;
};

/// What an ack has made of the attempt.
struct AckResult {
  Status status = Status::completed;
  std::uint32_t attempt_no = 1;
  std::optional<Time> retry_at;  ///< present exactly in retry_backoff
  bool operator==(const AckResult&) const = default;
};

/// An attempt that failed for good and waits for an operator.
struct DeadLetter {
  AttemptId attempt_id;
  RunId run_id;
  std::uint32_t attempt_no = 1;  ///< that of the failure
  DeadLetterReason reason = DeadLetterReason::failed;
  Time dead_at{};
  bool operator==(const DeadLetter&) const = default;
};

struct RunEvent {
  std::uint64_t seq = 0;  ///< 1, 2, 3, … per run
  AttemptId attempt_id;
  std::string kind;
  std::string payload;  ///< JSON text, as it was appended
  Time at{};
  bool operator==(const RunEvent&) const = default;
};

/// `latest_seq` is that of the last event ever, which may have been pruned.
struct RunRecord {
  RunId run_id;
  std::uint64_t latest_seq = 0;
  std::vector<RunEvent> events;
  bool operator==(const RunRecord&) const = default;
};

/// Everything that a repository holds: attempts, leases and dead letters by attempt id, runs that
/// ever had an event and still have an attempt by run id, all bytewise.
struct Snapshot {
  std::vector<AttemptRecord> attempts;
  std::vector<LeaseRecord> leases;
  std::vector<DeadLetter> dead_letters;
  std::vector<RunRecord> runs;
  std::uint64_t version_floor = 0;  ///< where the version of a new attempt begins
  bool operator==(const Snapshot&) const = default;
};

/// How many attempts have each status: `counts[Status::queued]`.
struct CountsByStatus {
  std::array<std::uint64_t, status_count> count{};  ///< in the order of `Status`

  [[nodiscard]] std::uint64_t& operator[](Status status) {
    return count[static_cast<std::size_t>(status)];
  }
  [[nodiscard]] std::uint64_t operator[](Status status) const {
    return count[static_cast<std::size_t>(status)];
  }
  bool operator==(const CountsByStatus&) const = default;
};

}  // namespace lease
