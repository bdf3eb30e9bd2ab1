#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "lease/attempt_repository.hpp"

/// The row that every backend keeps for an attempt, and what follows from it alone.
namespace lease {

/// The lease row; its version is the attempt's.
struct Lease {
  LeaseId lease_id;
  WorkerId worker_id;
  Time expires_at{};
  Time heartbeat_at{};
};

/// The last ack, so that repeating it is Ok (rule 11). Its first answer is the attempt as it
/// stands: whatever changes the attempt after an ack (claim, cancel, replay) forgets this as well.
struct RememberedAck {
  LeaseId lease_id;
  WorkerId worker_id;
  AckOutcome outcome = AckOutcome::completed;
};

/// A pending dead letter; its attempt number is the attempt's, which stands still until the replay.
struct PendingDeadLetter {
  DeadLetterReason reason = DeadLetterReason::failed;
  Time dead_at{};
};

/// Invariants:
///   status leased or running  <=>  lease present  <=>  started_at present   (rules 15, 19a)
///   status retry_backoff      <=>  retry_at present, and then ready_at equals it  (rules 2, 15)
///   status failed             <=>  dead_letter present                      (rule 14)
///   last_ack present           =>  lease absent                             (rule 11)
///   status terminal           <=>  finished_at present, and that of a failed attempt is its dead
///                                  letter's dead_at                         (rule 27)
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
};

/// Dispatch order (rule 2): what sorts first is dispatched first. A strict total order, because an
/// enqueue sequence is given once.
struct DispatchKey {
  std::int32_t priority = 0;
  Time ready_at{};
  std::uint64_t enqueue_seq = 0;

  auto operator<=>(const DispatchKey& other) const {
    if (const auto order = other.priority <=> priority; order != 0) return order;
    if (const auto order = ready_at <=> other.ready_at; order != 0) return order;
    return enqueue_seq <=> other.enqueue_seq;
  }
  bool operator==(const DispatchKey&) const = default;
};

[[nodiscard]] DispatchKey dispatch_key(const Attempt& attempt);

/// The two halves of the attempts that wait for a worker, each kept in dispatch order by an index.
///
/// A list at `now` must find the first few that are due without walking past the many that are not.
/// In `timed` are those whose due time is their ready_at: all in backoff, and those queued ahead of
/// their not_before. There, within one priority, the due ones are a prefix, whatever `now` is. In
/// `ready` is the rest: attempts without a due time, and those that were due already when they came
/// to their place; walking past one of the latter takes a `now` that went backwards.
enum class Lane : std::uint8_t { ready = 1, timed = 2 };

/// Whether attempts of this status wait for a worker: those queued or in backoff.
[[nodiscard]] bool is_waiting(Status status);

/// The instant before which a waiting attempt is not dispatchable, if there is one.
[[nodiscard]] std::optional<Time> due_at(const Attempt& attempt);

/// Returns: nothing for an attempt that is leased or terminal.
[[nodiscard]] std::optional<Lane> lane_of(const Attempt& attempt);

/// Rule 1: queued and not before its not_before, or in backoff and not before its retry_at.
[[nodiscard]] bool is_dispatchable(const Attempt& attempt, Time now);

/// `started_at + timeout` while the attempt has both.
[[nodiscard]] std::optional<Time> execution_deadline(const Attempt& attempt);

/// Rule 11: the wait after the failure of attempt number `attempt_no`, at least 1 ms.
[[nodiscard]] Duration backoff_after(const RetryPolicy& policy, std::uint32_t attempt_no);

/// Rule 29: whether the attempt matches all that the filter names.
[[nodiscard]] bool matches(const AttemptFilter& filter, const Attempt& attempt);

[[nodiscard]] AttemptRecord attempt_record(const Attempt& attempt);
[[nodiscard]] AttemptDispatchRecord dispatch_record(const Attempt& attempt);

/// Pre: the attempt has a lease.
[[nodiscard]] LeaseRecord lease_record(const Attempt& attempt);

/// Pre: the attempt has a pending dead letter.
[[nodiscard]] DeadLetter dead_letter_record(const Attempt& attempt);

}  // namespace lease
