#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "attempt.hpp"
#include "lease/attempt_repository.hpp"
#include "lease/result.hpp"

namespace lease {

enum class Access : std::uint8_t { read, write };
enum class Ending : std::uint8_t { commit, roll_back };

/// What a store has met that concerns no operation in particular, for an observer.
struct StorageEvents {
  std::uint64_t retries = 0;  ///< for a lock that another process or object held
  std::optional<std::uint64_t> pinned_log_pages;  ///< of a log that could not be written back
  std::uint64_t written_back_log_pages = 0;
};

/// Where a backend keeps its rows. The contract's rules are in `StoredRepository`, once; a store
/// knows transactions, look-ups and orders, and no rule.
///
/// Every method is called between `begin` and `end`, unless it says otherwise. A store whose medium
/// fails remembers the first failure: from then on its reads find nothing and its writes do
/// nothing, and `end` answers the failure instead of the transaction's result. Callers therefore
/// check no errors in between. Pointers to attempts are valid until `end`. A change to an attempt
/// takes effect once it is saved. A store need not undo anything: whoever rolls back must not have
/// changed an attempt.
/// Thread: one transaction at a time; `StoredRepository` ensures it.
class Store {
 public:
  virtual ~Store() = default;

  [[nodiscard]] virtual Result<void> begin(Access access) = 0;
  [[nodiscard]] virtual Result<void> end(Ending ending) = 0;

  /// Of the transaction that has ended last, which failed: whether it may succeed if it is carried
  /// out again, since only others were in its way. A store says so a few times in a row at most.
  [[nodiscard]] virtual bool is_worth_repeating() const { return false; }

  /// What the transaction is about to find, for stores that find several faster at once.
  virtual void expect(std::span<const AttemptId> /*attempt_ids*/) {}
  virtual void expect(std::span<const LeaseId> /*lease_ids*/) {}

  /// Returns: null when there is none.
  [[nodiscard]] virtual Attempt* find(const AttemptId& attempt_id) = 0;

  /// The attempt whose current lease, or whose remembered ack, has this lease id.
  /// Returns: null when there is none.
  [[nodiscard]] virtual Attempt* find_by_lease(const LeaseId& lease_id) = 0;

  /// Adds an attempt and gives it the next enqueue sequence.
  virtual void insert(Attempt attempt) = 0;

  virtual void save(Attempt& attempt) = 0;

  /// As `save`, where nothing but the lease's times and the version changed.
  virtual void save_heartbeat(Attempt& attempt) = 0;

  /// Deletes a terminal attempt with its events; with the last one of a run, what is known of the
  /// run. The pointer is invalid afterwards.
  virtual void erase(Attempt& attempt) = 0;

  /// What was set last, 0 at first and after `clear`.
  [[nodiscard]] virtual std::uint64_t version_floor() = 0;
  virtual void set_version_floor(std::uint64_t version) = 0;

  /// Those dispatchable at `now`, in dispatch order.
  [[nodiscard]] virtual std::vector<Attempt*> dispatchable(Time now, std::uint64_t limit) = 0;
  [[nodiscard]] virtual std::uint64_t count_dispatchable(Time now) = 0;

  /// Those whose lease expires before `time`.
  [[nodiscard]] virtual std::vector<Attempt*> expired_before(Time time) = 0;

  /// Those whose execution deadline is at `now` or earlier.
  [[nodiscard]] virtual std::vector<Attempt*> overdue_at(Time now) = 0;

  /// Those that the range names, by (finished_at, attempt_id).
  [[nodiscard]] virtual std::vector<Attempt*> finished(const PruneRange& range) = 0;

  /// By attempt id, those after `after`.
  [[nodiscard]] virtual std::vector<AttemptRecord> list_attempts(
      const AttemptFilter& filter, const std::optional<AttemptId>& after, std::uint64_t limit) = 0;

  /// By (dead_at, attempt_id).
  [[nodiscard]] virtual std::vector<DeadLetter> list_dead_letters(std::uint64_t limit) = 0;

  /// The sequence of the run's last event ever, pruned or not; 0 if it never had one.
  [[nodiscard]] virtual std::uint64_t latest_seq(const RunId& run_id) = 0;
  virtual void append(const RunId& run_id, RunEvent event) = 0;
  [[nodiscard]] virtual std::vector<RunEvent> list_events(const RunId& run_id, std::uint64_t after,
                                                          std::uint64_t limit) = 0;

  /// Whether another process or object has changed the rows since this was asked last. The first
  /// answer may be a false alarm.
  [[nodiscard]] virtual bool has_changed_elsewhere() = 0;
  /// Whether it can.
  [[nodiscard]] virtual bool is_shared() const = 0;

  [[nodiscard]] virtual CountsByStatus counts_by_status() = 0;
  [[nodiscard]] virtual Snapshot snapshot() = 0;
  virtual void clear() = 0;
  [[nodiscard]] virtual bool is_durable() const = 0;

  /// Whether something was written, since the transaction began or since `record` was called, that
  /// is to be recorded.
  [[nodiscard]] virtual bool has_to_record() { return false; }
  /// Records a step (operation_text.hpp) with what it has done.
  virtual void record(const std::string& /*step*/) {}

  /// What has happened since this was asked last. It is called after `end`.
  [[nodiscard]] virtual StorageEvents take_events() { return {}; }
};

/// A transaction that has begun. Leaving the scope without having ended it, as an exception of an
/// injected clock or id source does, rolls it back.
class Transaction {
 public:
  explicit Transaction(Store& store) : store_(store) {}
  ~Transaction() {
    if (!is_ended_) static_cast<void>(store_.end(Ending::roll_back));
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  [[nodiscard]] Result<void> end(Ending ending) {
    is_ended_ = true;
    return store_.end(ending);
  }

 private:
  Store& store_;
  bool is_ended_ = false;
};

}  // namespace lease
