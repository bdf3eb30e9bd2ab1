#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "leasecheck/spec/records.hpp"
#include "leasecheck/spec/variant.hpp"

namespace leasecheck::model {

/// One lease row. The holder and the expiry; its version is the attempt's.
struct Lease {
  Id lease_id;
  Id worker_id;
  Time expires_at{};
  Time heartbeat_at{};
  bool operator==(const Lease&) const = default;
};

/// The durable memory of the last ack, so that repeating it is Ok with the first answer (rule 11).
/// A claim, a cancel or a replay forgets it.
struct RememberedAck {
  Id lease_id;
  Id worker_id;
  AckOutcome outcome = AckOutcome::completed;
  bool operator==(const RememberedAck&) const = default;
};

struct PendingDeadLetter {
  DeadLetterReason reason = DeadLetterReason::failed;
  std::uint32_t attempt_no = 1;
  Time dead_at{};
  bool operator==(const PendingDeadLetter&) const = default;
};

/// Invariants (checked by the model's own property tests):
///  - lease is present exactly while status is leased or running (rule 19a);
///  - started_at is present exactly while lease is (rule 15);
///  - retry_at is present exactly while status is retry_backoff (rule 15);
///  - dead_letter is present exactly while status is failed (rule 14);
///  - finished_at is present exactly while status is terminal (rule 27), and then that of a failed
///    attempt is the letter's dead_at.
/// That one attempt has one optional lease is why the model cannot express a double lease.
struct Attempt {
  AttemptSpec spec;
  std::uint64_t enqueue_seq = 0;
  Status status = Status::queued;
  std::uint32_t attempt_no = 1;
  std::uint32_t delivery_count = 0;
  std::uint64_t version = 0;
  Time ready_at{};
  std::optional<Time> retry_at;
  std::optional<Time> started_at;
  std::optional<Lease> lease;
  std::optional<RememberedAck> last_ack;
  std::optional<PendingDeadLetter> dead_letter;
  std::optional<Time> finished_at;
  bool operator==(const Attempt&) const = default;
};

/// A run that has had an event.
struct Run {
  std::uint64_t latest_seq = 0;
  std::vector<RunEvent> events;  ///< those whose attempt was not pruned, by sequence
  bool operator==(const Run&) const = default;
};

/// The whole repository as one value. Ordered maps, so that every walk over it is the same walk.
struct State {
  Variant variant;  ///< which rules it keeps; survives a reset
  std::map<Id, Attempt> attempts;
  std::map<Id, Id> attempt_of_lease;  ///< current leases only
  /// Where an ack may name a lease that has ended (V6, V8).
  std::map<Id, Id> attempt_of_ended_lease;
  std::map<Id, Run> runs;
  std::uint64_t attempts_enqueued = 0;
  std::uint64_t version_floor = 0;  ///< rule 28: the highest version of any pruned attempt
  std::uint64_t leases_issued = 0;  ///< survives a reset: lease ids are never used twice
  bool operator==(const State&) const = default;
};

}  // namespace leasecheck::model
