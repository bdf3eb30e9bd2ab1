#include "sim/concurrency/case_run.hpp"

#include <utility>

#include "properties/linearizability/linearizability.hpp"
#include "sim/check.hpp"

namespace leasecheck::sim {

void CaseRun::run(const Processes& processes) {
  for (std::size_t i = 0; i < subject_.operations.size(); ++i) {
    const auto process = static_cast<TaskId>(i);
    scheduler_.spawn([this, &processes, process] {
      const model::Action& action = subject_.operations[process].action;
      const std::size_t call = calls_.begin(process, action);
      Reply reply = processes.call(process, action);
      if (reply.outcome == std::unexpected(model::ErrorCode::unavailable) && unavailable_.empty()) {
        unavailable_ = reply.message;
      }
      calls_.end(call,
                 reply.effect_unknown ? std::nullopt : std::optional(std::move(reply.outcome)),
                 processes.drawn_leases(process));
    });
  }
  scheduler_.run();
}

Finding CaseRun::finding(properties::StorageProperty property, std::string message) const {
  return calls_.finding(subject_.prior, scheduler_.decisions(), property, std::move(message));
}

std::optional<Finding> CaseRun::judge(const lease::Result<model::Snapshot>& left, Claims claims) {
  if (!unavailable_.empty()) {
    return finding(properties::StorageProperty::available,
                   "a process was refused as unavailable: " + unavailable_);
  }
  if (!left) {
    return finding(properties::StorageProperty::linearizable,
                   "the final snapshot: " + left.error().message);
  }
  calls_.history().final_snapshot = *left;
  const properties::LinearizabilityOptions options{
      .comparison = claims == Claims::pass_over
                        ? properties::with_claims_passing_over(calls_.history())
                        : properties::Comparison{}};
  const auto verdict = properties::check_linearizable(calls_.history(), options).verdict;
  if (verdict == properties::Linearizability::linearizable) return std::nullopt;
  check(verdict != properties::Linearizability::gave_up, "a few calls have few orders");
  return finding(properties::StorageProperty::linearizable,
                 "no order of the operations explains it: " + calls_.in_words(*left));
}

}  // namespace leasecheck::sim
