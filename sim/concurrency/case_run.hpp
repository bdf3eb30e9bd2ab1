#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/concurrency/interleave_case.hpp"
#include "sim/concurrency/overlapped_calls.hpp"
#include "sim/oracle/finding.hpp"
#include "sim/scheduler/task_scheduler.hpp"
#include "sim/subject/subject.hpp"

namespace leasecheck::sim {

/// One schedule of a case: each operation is a task, called through a process of its own on one
/// store, from the prior state on.
/// Judges it: `linearizable`: answers and final snapshot are those of the model in some order (rule
/// 17); `available`: nobody answers `unavailable`, since nothing is wrong with the store.
/// Thread: one thread.
class CaseRun {
 public:
  /// Both must outlive this.
  CaseRun(const InterleaveCase& subject, Strategy& strategy)
      : subject_(subject), scheduler_(strategy), calls_(subject.prior.state) {}

  [[nodiscard]] TaskScheduler& scheduler() { return scheduler_; }

  struct Processes {
    std::function<Reply(TaskId process, const model::Action& action)> call;
    /// The handles of the leases that the process's last call drew ids for.
    std::function<std::vector<model::Id>(TaskId process)> drawn_leases;
  };

  /// Carries it out, to the end of each operation.
  void run(const Processes& processes);

  /// Whether claims of several may pass over what others hold (rule 26).
  enum class Claims : bool { wait, pass_over };

  /// Pre: it was carried out. `left` is the final snapshot, or why there is none.
  [[nodiscard]] std::optional<Finding> judge(const lease::Result<model::Snapshot>& left,
                                             Claims claims = Claims::wait);

 private:
  [[nodiscard]] Finding finding(properties::StorageProperty property, std::string message) const;

  const InterleaveCase& subject_;
  TaskScheduler scheduler_;
  OverlappedCalls calls_;
  std::string unavailable_;  ///< what the first one said that was refused so
};

}  // namespace leasecheck::sim
