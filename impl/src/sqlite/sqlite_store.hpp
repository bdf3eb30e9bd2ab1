#pragma once

#include <map>
#include <memory>

#include "sqlite/connection.hpp"
#include "store.hpp"

namespace lease::sqlite {

/// Rows in an SQLite database. Attempts that a transaction looks at are held in memory until it
/// ends; `save` writes them back.
class SqliteStore final : public Store {
 public:
  /// `records` needs the table of operations (operations.hpp).
  explicit SqliteStore(std::unique_ptr<Connection> connection, bool records = false)
      : connection_(std::move(connection)), records_(records) {}

  Result<void> begin(Access access) override;
  Result<void> end(Ending ending) override;

  Attempt* find(const AttemptId& attempt_id) override;
  Attempt* find_by_lease(const LeaseId& lease_id) override;
  void insert(Attempt attempt) override;
  void save(Attempt& attempt) override;
  void save_heartbeat(Attempt& attempt) override;

  void erase(Attempt& attempt) override;
  std::uint64_t version_floor() override;
  void set_version_floor(std::uint64_t version) override;

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

  bool has_changed_elsewhere() override;
  [[nodiscard]] bool is_shared() const override { return connection_->is_a_file(); }

  CountsByStatus counts_by_status() override;
  Snapshot snapshot() override;
  void clear() override;
  [[nodiscard]] bool is_durable() const override { return connection_->is_a_file(); }
  bool has_to_record() override { return records_ && connection_->changes() != recorded_changes_; }
  void record(const std::string& step) override;
  StorageEvents take_events() override { return connection_->take_events(); }

 private:
  /// Takes the next row of a query for whole attempts. Returns: null when there is none, or when
  /// the row is nothing that a repository writes, which the connection remembers.
  Attempt* load(Query& query);
  /// As above, and fails where the row is none that the query asks for, which is so where an index
  /// disagrees with its table.
  template <typename Belongs>
  Attempt* load_one(Query& query, Belongs belongs);
  /// All rows. Fails as above, or where they are not in the strict order of their keys.
  template <typename Belongs, typename Key>
  std::vector<Attempt*> load_all(Query& query, Belongs belongs, Key key);
  /// The first of a query's two counts, which are to be equal.
  std::uint64_t count(Query& query);
  void fail_as_stale_index();
  std::uint64_t checked_seq(const RunId& run_id, std::int64_t seq);
  void fail_as_damaged_run(const RunId& run_id);
  /// Those that died at `last` or earlier, by (dead_at, attempt_id).
  std::vector<Attempt*> dead_until(Time last, std::uint64_t limit);
  /// Rule 28: the latest sequence of a run of which events were pruned; nothing of any other.
  std::optional<std::uint64_t> pruned_seq(const RunId& run_id);
  /// Those in backoff or ahead of their not_before that are due, in dispatch order.
  std::vector<Attempt*> due(Time now, std::uint64_t limit);

  struct Loaded {
    Attempt attempt;
    bool is_timed;  ///< whether its row is in the lane `timed`
  };

  std::unique_ptr<Connection> connection_;
  bool records_;
  std::int64_t recorded_changes_ = 0;       ///< or made before the transaction
  std::int64_t data_version_ = 0;           ///< SQLite's, when it was looked at last
  std::map<std::uint64_t, Loaded> loaded_;  ///< by enqueue sequence
};

}  // namespace lease::sqlite
