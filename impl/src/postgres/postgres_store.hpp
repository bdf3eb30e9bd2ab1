#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "postgres/connection.hpp"
#include "store.hpp"

namespace lease::postgres {

/// Rows in a PostgreSQL schema. What a transaction looks at in order to write is locked, and held
/// in memory until it ends; what `insert` and `save` are told is written before the next statement
/// or the end, all of it at once.
class PostgresStore : public Store {
 public:
  explicit PostgresStore(std::unique_ptr<Connection> connection)
      : connection_(std::move(connection)) {}

  Result<void> begin(Access access) override;
  Result<void> end(Ending ending) override;
  [[nodiscard]] bool is_worth_repeating() const override {
    return connection_->is_worth_repeating();
  }

  void expect(std::span<const AttemptId> attempt_ids) override;
  void expect(std::span<const LeaseId> lease_ids) override;
  Attempt* find(const AttemptId& attempt_id) override;
  Attempt* find_by_lease(const LeaseId& lease_id) override;
  void insert(Attempt attempt) override;
  void save(Attempt& attempt) override;
  void save_heartbeat(Attempt& attempt) override { save(attempt); }
  void erase(Attempt& attempt) override;
  std::uint64_t version_floor() override { return connection_->version_floor(); }
  void set_version_floor(std::uint64_t version) override {
    write_back();
    connection_->set_version_floor(version);
  }

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

  bool has_changed_elsewhere() override { return connection_->heard_announcement(); }
  [[nodiscard]] bool is_shared() const override { return true; }

  CountsByStatus counts_by_status() override;
  Snapshot snapshot() override;
  void clear() override;
  [[nodiscard]] bool is_durable() const override { return true; }
  StorageEvents take_events() override { return connection_->take_events(); }

 private:
  /// A question for whole attempts, and the same for a transaction that writes.
  struct Selection {
    std::string_view reading;
    std::string_view locking;
  };
  template <typename... Arguments>
  std::vector<Attempt*> select(const Selection& selection, const Arguments&... arguments);
  /// As of the connection, after what has been inserted and saved so far.
  template <typename... Arguments>
  Answered ask(std::string_view sql, const Arguments&... arguments) {
    write_back();
    return connection_->ask(sql, arguments...);
  }
  template <typename... Arguments>
  void write(std::string_view sql, const Arguments&... arguments) {
    write_back();
    connection_->write(sql, arguments...);
  }
  void write_back();
  /// Looks until a look finds what the one before it found: while it waited for rows that others
  /// held, more may have come.
  template <typename Look>
  std::vector<Attempt*> settled(Look look);
  /// Those that a claim of several takes, which nobody else holds.
  std::vector<Attempt*> unlocked(Time now, std::uint64_t limit);
  /// Those that died at `last` or earlier, by (dead_at, attempt_id).
  std::vector<Attempt*> dead_until(Time last, std::uint64_t limit);
  /// By attempt id.
  std::vector<Attempt*> all_attempts();
  std::uint64_t checked_seq(const RunId& run_id, std::int64_t seq);

  std::unique_ptr<Connection> connection_;
  Access access_ = Access::read;
  std::map<std::uint64_t, Attempt> loaded_;  ///< by enqueue sequence
  std::vector<Attempt> inserted_;            ///< not yet written
  std::set<std::uint64_t> saved_;            ///< not yet written, all of them loaded
  /// What is known of those that were expected: null where there is none.
  std::map<AttemptId, Attempt*> expected_;
  std::map<LeaseId, Attempt*> expected_by_lease_;
};

}  // namespace lease::postgres
