#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <utility>

#include "sim/statistics/statistics.hpp"
#include "sim/world/observer.hpp"
#include "sim/world/plan.hpp"

namespace leasecheck::sim {

/// Gathers the statistics of one run as it goes on.
/// Complexity: logarithmic for each attempt that an operation changes; memory for what the
/// repository holds, and nothing for what it has pruned.
class Statistician final : public Observer {
 public:
  /// The run is divided into `intervals` parts, or into milliseconds if it is as short as that.
  explicit Statistician(const Plan& plan, std::size_t intervals = 240);

  /// Pre: the run is over.
  [[nodiscard]] const Statistics& statistics() const { return statistics_; }

  void operated(const properties::Operated& operated) override;
  void began(const Execution& execution, model::Time now) override;
  void ended(const Worker& worker, const model::Id& lease_id) override;
  void started(const model::Id& worker_id) override;
  void stopped(const Worker& worker, model::Time now) override;
  void duration_over(model::Time now) override;

 private:
  /// A handler at work.
  struct AtWork {
    const Worker* worker = nullptr;
    model::Id attempt_id;
  };
  struct Held {
    model::Id worker_id;
    model::Id lease_id;
  };

  void changed(const properties::AttemptChange& change, const properties::Operated& operated);
  void leave_queue(const properties::AttemptChange& change, model::Time now);
  void enter_queue(const model::AttemptRecord& attempt, model::Time ready_at);
  void change_lease(const properties::AttemptChange& change, model::Time now);
  void finish(model::Status status);
  [[nodiscard]] Interval& interval_at(model::Time time);
  /// Time goes on: what becomes ready meanwhile is.
  void advance_to(model::Time now);
  void note_levels(model::Time time);
  [[nodiscard]] std::uint64_t ready() const { return waiting_.size() - not_yet_.size(); }

  const model::Time epoch_;
  Statistics statistics_;
  bool is_over_ = false;
  model::Time noted_until_;
  std::map<model::Id, model::Time> waiting_;                 ///< and when each is ready
  std::set<std::pair<model::Time, model::Id>> not_yet_;      ///< of these, those that are not
  std::map<model::Id, Held> held_;                           ///< by attempt
  std::map<model::Id, std::set<model::Id>> held_by_;         ///< by worker
  std::set<model::Id> down_;                                 ///< workers
  std::map<model::Id, model::Time> lost_at_;                 ///< attempts whose worker has crashed
  std::map<model::Id, std::set<std::uint32_t>> begun_;       ///< the numbers of each attempt
  std::map<model::Id, AtWork> at_work_;                      ///< by lease
  std::map<model::Id, std::set<model::Id>> leases_at_work_;  ///< by attempt
};

}  // namespace leasecheck::sim
