#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "attempt.hpp"
#include "memory/order.hpp"
#include "memory/text.hpp"

/// How a memory repository keeps an attempt: what `Attempt` says, in less than half of the room,
/// and its places in the orders.
namespace lease::memory {

/// Ids that have up to 20 bytes, and lease ids that have up to 36, need no room besides.
using IdText = Text<24>;
using LeaseIdText = Text<40>;

/// Which of an attempt's optional values there are.
enum Present : std::uint8_t {
  has_not_before = 1,
  has_timeout = 2,
  has_retry_at = 4,
  has_started_at = 8,
  has_finished_at = 16,
  has_dead_letter = 32
};

/// What changes in an attempt besides its lease, and what orders look at.
struct Values {
  std::int32_t priority = 0;
  std::uint8_t present = 0;  ///< bits of `Present`; a value without its bit says nothing
  Status status = Status::queued;
  OnTimeout on_timeout = OnTimeout::retry;
  DeadLetterReason dead_reason = DeadLetterReason::failed;
  Time ready_at{};
  Time due_at{};  ///< the instant before which one that waits is not dispatchable
  Time not_before{};
  Time retry_at{};
  Time started_at{};
  Time finished_at{};
  Time dead_at{};
  Duration timeout{};
  std::uint64_t version = 0;
  std::uint32_t attempt_no = 1;
  std::uint32_t delivery_count = 0;

  [[nodiscard]] bool has(Present value) const { return (present & value) != 0; }
};

/// What never changes and many attempts have in common.
struct Policies {
  std::optional<RetryPolicy> retry_policy;
  std::optional<std::int64_t> max_deliveries;
  std::optional<TenantId> tenant_id;
  bool operator==(const Policies&) const = default;
};

struct Row;

/// A lease, and its places among the leases.
struct LeaseRow {
  Links<LeaseRow> by_expiry;
  Links<LeaseRow> by_deadline;
  Row* row = nullptr;
  std::optional<Time> deadline;
  Time expires_at{};
  Time heartbeat_at{};
  LeaseIdText lease_id;
  IdText worker_id;
};

struct AckRow {
  LeaseIdText lease_id;
  IdText worker_id;
  AckOutcome outcome = AckOutcome::completed;
};

struct Run {
  IdText run_id;
  std::uint64_t attempts = 0;
  std::uint64_t latest_seq = 0;
  /// By sequence; those of pruned attempts are gone. Null while there never was one.
  std::unique_ptr<std::vector<RunEvent>> events;
};

struct Row {
  Links<Row> by_dispatch;
  std::uint64_t enqueue_seq = 0;
  std::uint32_t rank = 0;    ///< drawn once; what keeps the orders balanced
  std::uint32_t loaded = 0;  ///< 1 + where it is unpacked, 0 if it is not
  Values values;
  IdText attempt_id;
  Links<Row> by_finish;
  Run* run = nullptr;
  std::shared_ptr<const Policies> policies;  ///< null if there are none
  std::unique_ptr<LeaseRow> lease;
  std::unique_ptr<AckRow> last_ack;
};

// ---- Where a row stands ------------------------------------------------------------------------

/// Those that wait for a worker, in dispatch order; the time is that before which they may not have
/// one.
struct DispatchRules {
  static Links<Row>& links(Row& row) { return row.by_dispatch; }
  static bool precedes(const Row& left, const Row& right) { return key(left) < key(right); }
  static Time time(const Row& row) { return row.values.due_at; }
  static std::uint32_t rank(const Row& row) { return row.rank; }
  static DispatchKey key(const Row& row) {
    return {row.values.priority, row.values.ready_at, row.enqueue_seq};
  }
};

/// Those that have ended, by when and by attempt id.
struct FinishRules {
  static Links<Row>& links(Row& row) { return row.by_finish; }
  static bool precedes(const Row& left, const Row& right) {
    if (time(left) != time(right)) return time(left) < time(right);
    return left.attempt_id.view() < right.attempt_id.view();
  }
  static Time time(const Row& row) {
    return row.values.has(has_dead_letter) ? row.values.dead_at : row.values.finished_at;
  }
  static std::uint32_t rank(const Row& row) { return row.rank; }
};

/// Leases by a time of theirs and by the enqueue of their attempts.
template <typename Times>
struct LeaseRules : Times {
  static bool precedes(const LeaseRow& left, const LeaseRow& right) {
    if (Times::time(left) != Times::time(right)) return Times::time(left) < Times::time(right);
    return left.row->enqueue_seq < right.row->enqueue_seq;
  }
  static std::uint32_t rank(const LeaseRow& lease) { return lease.row->rank; }
};

struct Expiries {
  static Links<LeaseRow>& links(LeaseRow& lease) { return lease.by_expiry; }
  static Time time(const LeaseRow& lease) { return lease.expires_at; }
};

/// Of the leases that have one.
struct Deadlines {
  static Links<LeaseRow>& links(LeaseRow& lease) { return lease.by_deadline; }
  static Time time(const LeaseRow& lease) { return *lease.deadline; }
};

/// Whether a row with these values is among those that wait, and whether two stand alike.
[[nodiscard]] bool is_waiting(const Values& values);
[[nodiscard]] bool wait_alike(const Values& left, const Values& right);
/// As above, of those that have ended.
[[nodiscard]] bool has_ended(const Values& values);
[[nodiscard]] bool have_ended_alike(const Values& left, const Values& right);

// ---- What a row says
// -----------------------------------------------------------------------------

[[nodiscard]] Values values_of(const Attempt& attempt);
[[nodiscard]] Policies policies_of(const AttemptSpec& spec);

/// Pre: the row stands in no order of leases.
void pack_lease(const Attempt& attempt, Row& row);

/// The id of the current lease or of the remembered ack, empty if there is neither.
[[nodiscard]] std::string_view lease_id_of(const Row& row);
[[nodiscard]] std::string_view lease_id_of(const Attempt& attempt);

/// Makes `attempt` what the row says.
void unpack(const Row& row, Attempt& attempt);

}  // namespace lease::memory
