#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "memory/order.hpp"
#include "memory/row.hpp"
#include "memory/table.hpp"
#include "store.hpp"

namespace lease {

/// Rows in memory. They are packed (row.hpp); what a transaction asks for is unpacked for it, and
/// packed again by a save. Each question that the contract asks of many attempts has an order that
/// holds just the attempts it can concern, so that finished ones cost nothing.
class MemoryStore : public Store {
 public:
  MemoryStore() = default;
  ~MemoryStore() override { drop_all(); }
  MemoryStore(const MemoryStore&) = delete;
  MemoryStore& operator=(const MemoryStore&) = delete;

  Result<void> begin(Access) override { return {}; }
  Result<void> end(Ending) override;

  Attempt* find(const AttemptId& attempt_id) override;
  Attempt* find_by_lease(const LeaseId& lease_id) override;
  void insert(Attempt attempt) override;
  void save(Attempt& attempt) override;
  void save_heartbeat(Attempt& attempt) override;

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
  using Row = memory::Row;
  using LeaseRow = memory::LeaseRow;
  using Run = memory::Run;
  using FinishOrder = Order<Row, memory::FinishRules>;
  /// An attempt that is unpacked. It says what its row says, but while a transaction changes it.
  struct Loaded : Attempt {
    Row* row = nullptr;             ///< null once it is gone
    std::uint64_t transaction = 0;  ///< the last that asked for it
  };
  /// How many stay unpacked after a transaction: a worker that has claimed an attempt will speak of
  /// it again.
  static constexpr std::uint32_t most_kept = 64;
  struct AttemptIdOf {
    std::string_view operator()(const Row& row) const { return row.attempt_id.view(); }
  };
  struct LeaseIdOf {
    std::string_view operator()(const Row& row) const { return memory::lease_id_of(row); }
  };
  struct RunIdOf {
    std::string_view operator()(const Run& run) const { return run.run_id.view(); }
  };

  Attempt* load(Row& row);
  std::uint32_t free_place();
  /// The first `limit` of an order whose time is `last` or earlier.
  template <typename Entry, typename Rules>
  std::vector<Attempt*> load_first(const Order<Entry, Rules>& order, Time last,
                                   std::uint64_t limit);
  Run& run_of(const RunId& run_id);
  std::shared_ptr<const memory::Policies> shared(memory::Policies policies);
  void save_lease(const Attempt& attempt, Row& row);
  void leave_leases(Row& row);
  FinishOrder& finish_order(const Row& row);
  const std::vector<const Row*>& by_id();
  void drop_all();  // deletes rows and runs, and leaves pointers to them

  Table<Row, AttemptIdOf> rows_;    ///< all of them, which are the store's own
  std::vector<const Row*> by_id_;   ///< all rows in order, or fewer: sorted anew when needed
  Table<Row, LeaseIdOf> by_lease_;  ///< those with a lease or a remembered ack
  Order<Row, memory::DispatchRules> waiting_;
  Order<LeaseRow, memory::LeaseRules<memory::Expiries>> by_expiry_;
  Order<LeaseRow, memory::LeaseRules<memory::Deadlines>> by_deadline_;
  FinishOrder dead_;
  FinishOrder finished_;                         ///< the terminal ones without a dead letter
  Table<Run, RunIdOf> runs_;                     ///< all of them, which are the store's own
  std::vector<std::unique_ptr<Loaded>> loaded_;  ///< the first `most_kept` stay
  std::uint32_t next_place_ = 0;                 ///< in `loaded_`, to be used again
  std::uint64_t transaction_ = 1;                ///< the number of the present one
  std::shared_ptr<const memory::Policies> last_policies_;
  CountsByStatus counts_{};
  std::uint64_t enqueued_ = 0;
  std::uint64_t version_floor_ = 0;
};

}  // namespace lease
