#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store.hpp"

namespace lease {

/// Rows in memory. Each question that the contract asks of many attempts has an index that holds
/// just the attempts it can concern, so that finished ones cost nothing. The unordered maps serve
/// look-ups; nothing depends on their order.
class MemoryStore : public Store {
 public:
  Result<void> begin(Access) override { return {}; }
  Result<void> end(Ending) override { return {}; }

  Attempt* find(const AttemptId& attempt_id) override;
  Attempt* find_by_lease(const LeaseId& lease_id) override;
  void insert(Attempt attempt) override;
  void save(Attempt& attempt) override;
  void save_heartbeat(Attempt& attempt) override { save(attempt); }

  void erase(Attempt& attempt) override;
  std::uint64_t version_floor() override { return version_floor_; }
  void set_version_floor(std::uint64_t version) override { version_floor_ = version; }

  std::vector<Attempt*> dispatchable(Time now, std::uint64_t limit) override;
  std::uint64_t count_dispatchable(Time now) override;
  std::vector<Attempt*> expired_before(Time time) override;
  std::vector<Attempt*> overdue_at(Time now) override;
  std::vector<Attempt*> finished(const PruneRange& range) override;
  std::vector<AttemptRecord> list_attempts(const AttemptFilter& filter,
                                           const std::optional<AttemptId>& after,
                                           std::uint64_t limit) override;
  std::vector<DeadLetter> list_dead_letters(std::uint64_t limit) override;

  std::uint64_t latest_seq(const RunId& run_id) override;
  void append(const RunId& run_id, RunEvent event) override;
  std::vector<RunEvent> list_events(const RunId& run_id, std::uint64_t after,
                                    std::uint64_t limit) override;

  bool has_changed_elsewhere() override { return false; }
  [[nodiscard]] bool is_shared() const override { return false; }

  CountsByStatus counts_by_status() override { return counts_; }
  Snapshot snapshot() override;
  void clear() override;
  [[nodiscard]] bool is_durable() const override { return false; }

 private:
  /// Where an attempt stands in the indexes: what `save` compares with to see what has moved.
  struct Position {
    std::optional<Lane> lane;
    DispatchKey key;
    std::optional<Time> expires_at;
    std::optional<Time> deadline;
    std::optional<Time> dead_at;
    std::optional<Time> finished_at;  ///< unless it has a dead letter
    Status status = Status::queued;
    const LeaseId* lease_id = nullptr;  ///< current or remembered, if any; the key in by_lease_
  };
  struct Row : Attempt {
    explicit Row(Attempt attempt) : Attempt(std::move(attempt)) {}
    Position position;
  };
  using Waiting = std::map<DispatchKey, Row*>;
  /// Ties in time are broken by the enqueue sequence, in those that have
  /// finished by the attempt id.
  using ByTime = std::map<std::pair<Time, std::uint64_t>, Row*>;
  using Finished = std::map<std::pair<Time, std::string_view>, Row*>;
  struct Run {
    std::uint64_t attempts = 0;
    std::uint64_t latest_seq = 0;
    std::vector<RunEvent> events;  ///< by sequence; those of pruned attempts are gone
  };

  static Position position_of(const Attempt& attempt);
  Waiting& waiting(Lane lane) { return lane == Lane::ready ? ready_ : timed_; }
  void index_lease(Row& row);
  void sort_by_id();
  /// Calls `visit(row)` for the timed that are due, in dispatch order, until it answers false.
  template <typename Visit>
  void visit_due(Time now, Visit visit);

  std::unordered_map<AttemptId, Row> rows_;
  std::vector<const Row*> by_id_;  ///< all rows in order, or fewer: sorted anew when needed
  std::unordered_map<LeaseId, Row*> by_lease_;
  Waiting ready_;
  Waiting timed_;
  ByTime by_expiry_;
  ByTime by_deadline_;
  Finished dead_;
  Finished finished_;  ///< the terminal ones without a dead letter
  std::map<RunId, Run> runs_;
  CountsByStatus counts_{};
  std::uint64_t enqueued_ = 0;
  std::uint64_t version_floor_ = 0;
};

}  // namespace lease
