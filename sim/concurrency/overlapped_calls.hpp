#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "properties/linearizability/history.hpp"
#include "properties/storage_properties.hpp"
#include "sim/concurrency/interleave_case.hpp"
#include "sim/oracle/finding.hpp"
#include "sim/scheduler/task_scheduler.hpp"

namespace leasecheck::sim {

/// What several processes called at the same time, and what they were answered, in the order in
/// which it happened.
class OverlappedCalls {
 public:
  explicit OverlappedCalls(const model::State& initial) { history_.initial = initial; }

  /// Returns: the number of the call.
  std::size_t begin(TaskId process, const model::Action& action);

  /// `outcome` is nothing if it is unknown whether the call took effect. `lease_ids` are those that
  /// were drawn for it.
  void end(std::size_t call, std::optional<model::Outcome> outcome,
           std::vector<model::Id> lease_ids);

  [[nodiscard]] properties::History& history() { return history_; }

  /// "a claim was accepted, a reap answered 1".
  [[nodiscard]] std::string answers_in_words() const;

  /// The same, and where what is left differs from what the calls leave one after the other.
  [[nodiscard]] std::string in_words(const model::Snapshot& left) const;

  [[nodiscard]] Finding finding(const PriorState& prior, const std::vector<TaskId>& schedule,
                                properties::StorageProperty property, std::string message) const;

 private:
  properties::History history_;
  std::vector<TaskId> callers_;
  std::uint64_t events_ = 0;
};

}  // namespace leasecheck::sim
