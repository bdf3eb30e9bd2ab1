#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "lease/records.hpp"
#include "lease/result.hpp"

namespace lease {

/// The methods of a repository that an observer hears of: all but `wait_for_work` and `is_durable`,
/// which are no transactions.
enum class Operation : std::uint8_t {
  list_dispatchable_attempts,
  upsert_lease,
  heartbeat_lease,
  expire_leases_and_requeue,
  latest_seq_for_run,
  transition_timed_out_attempts,
  start_attempt,
  heartbeat_lease_with_version,
  heartbeat_leases,
  ack_attempt,
  ack_attempts,
  claim_attempts,
  release_lease,
  append_run_event,
  get_lease,
  enqueue_attempt,
  enqueue_attempts,
  cancel_attempt,
  list_dead_letters,
  replay_dead_letter,
  get_attempt,
  get_lease_for_attempt,
  list_attempts,
  prune_attempts,
  queue_depth,
  counts_by_status,
  list_run_events,
  snapshot,
  reset
};
inline constexpr std::size_t operation_count = 29;

/// The method's name: "claim_attempts", "ack_attempts", …
/// Pre: the value is one of the enumerators.
[[nodiscard]] std::string_view to_string(Operation operation);

/// How many items of a call were refused with each error: `refused[ErrorCode::stale_lease]`.
struct CountsByError {
  std::array<std::uint64_t, error_code_count> count{};  ///< in the order of `ErrorCode`

  [[nodiscard]] std::uint64_t& operator[](ErrorCode code) {
    return count[static_cast<std::size_t>(code)];
  }
  [[nodiscard]] std::uint64_t operator[](ErrorCode code) const {
    return count[static_cast<std::size_t>(code)];
  }
  bool operator==(const CountsByError&) const = default;
};

/// One call of a repository.
struct OperationReport {
  Operation operation{};
  /// Until its answer was certain, after its arguments were checked: waiting for other callers, for
  /// locks and for the disk included.
  std::chrono::nanoseconds duration{0};
  /// What the call was answered, if not a value.
  std::optional<ErrorCode> error;
  /// An exception of the injected clock or id source, or `std::bad_alloc`, ended it.
  bool has_thrown = false;
  /// How many operations shared its transaction, itself included; 0 where it was answered without
  /// one, as invalid arguments are.
  std::uint64_t group_size = 0;
  /// How many its answer holds: records of a list, claims, or answers to items that were passed,
  /// refused ones too. 0 for every other operation.
  std::uint64_t items = 0;
  /// Of those, the refused ones.
  CountsByError refused_items{};
};

/// A lease that the repository has ended by itself.
struct EndedLease {
  AttemptId attempt_id;
  WorkerId worker_id;              ///< whose it was
  Status status = Status::queued;  ///< what has become of the attempt
};

/// Hears what a repository does: for metrics, logs and alarms. It is passed when the repository is
/// opened, and must outlive it. Every method does nothing unless it is overridden.
///
/// - It is told when the outcome of a call is certain and before the caller gets it, by the
///   caller's thread: first what happened to attempts, then the call itself. Of a transaction that
///   was not committed, or whose effect is unknown, it hears the call only. Calls of several
///   threads come in any order.
/// - It is told of each once, also where a transaction had to be done again.
/// - No lock of the repository is held meanwhile. An observer may call the repository, and then
///   hears of these calls as well. The caller waits for it, and so does whoever its call is to wake
///   in `wait_for_work`: be quick.
/// - What it throws is dropped; the caller gets its answer.
/// - What is told of several attempts is kept until the transaction has ended: O(k) in memory.
/// - It sees calls of this object, not those of other objects or processes at the same file.
/// Thread: several at a time, as the repository is called.
class Observer {
 public:
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer() = default;

  /// A call has ended, refused and failed ones too.
  virtual void operation_ended(const OperationReport& report) { static_cast<void>(report); }

  /// A lease had expired, and a reap has taken it: its attempt is queued, or failed if its
  /// deliveries are exhausted.
  /// Source: rule 5.
  virtual void lease_reaped(const EndedLease& lease) { static_cast<void>(lease); }

  /// An attempt was at work for longer than its timeout: it is in backoff, failed or cancelled.
  /// Source: rule 7.
  virtual void attempt_timed_out(const EndedLease& lease) { static_cast<void>(lease); }

  /// An attempt has failed for good, by a failed ack, a timeout or a reap.
  /// Source: rule 14.
  virtual void dead_letter_added(const DeadLetter& letter) { static_cast<void>(letter); }

  /// A transaction had to ask so many times again, because another process or object held the
  /// storage's lock. Told to one of the calls that shared it.
  virtual void transaction_retried(std::uint64_t times) { static_cast<void>(times); }

  /// SQLite's log could not be written back whole, because somebody reads what it was before: it
  /// has so many pages, and grows until that reader ends.
  virtual void log_is_pinned(std::uint64_t pages) { static_cast<void>(pages); }

  /// So many pages of SQLite's log were written back into the file.
  virtual void log_written_back(std::uint64_t pages) { static_cast<void>(pages); }

 protected:
  Observer() = default;
};

}  // namespace lease
