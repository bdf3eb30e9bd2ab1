#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "leasecheck/spec/environment.hpp"
#include "leasecheck/spec/step.hpp"
#include "properties/registry.hpp"

namespace leasecheck::tests {

/// One operation of a subject that does what the model does. A test falsifies what it likes before
/// it shows it.
struct Observation {
  std::uint64_t step = 0;
  std::string actor = "w1";
  model::Time true_time{};
  model::Time actor_clock{};
  model::Action action;
  model::Outcome outcome;
  model::Outcome expected;
  model::Snapshot before;
  model::Snapshot after;
  model::State expected_before;
  model::State expected_after;
  std::uint64_t clock_reads = 0;
};

/// A run of the reference model under the eyes of one property, or of several. Every clock shows
/// true time unless the observation is changed.
class WatchedRun {
 public:
  explicit WatchedRun(const properties::Property& property,
                      const properties::Deployment& deployment = {});
  WatchedRun(std::span<const properties::Property> properties,
             const properties::Deployment& deployment);

  /// Carries out the operation at `now_ms`; nobody has seen it yet.
  [[nodiscard]] Observation observe(const model::Operation& operation, std::int64_t now_ms);

  /// Returns: "held", or the first complaint.
  std::string show(const Observation& observation);
  std::string show(const model::Environment& event, std::int64_t now_ms);

  /// What most steps are: honest.
  std::string operate(const model::Operation& operation, std::int64_t now_ms);

  /// Claims and answers the lease. Pre: the attempt is dispatchable, and no property complains.
  model::LeaseRecord claim(const model::Id& attempt_id, const model::Id& worker_id,
                           std::int64_t now_ms, std::int64_t expires_at_ms);

  /// The number of the last call or event.
  [[nodiscard]] std::uint64_t last_step() const { return step_; }
  [[nodiscard]] const model::State& state() const { return state_; }
  [[nodiscard]] std::uint64_t premises_reached(std::size_t property = 0) const;

 private:
  std::span<const properties::Property> properties_;
  std::vector<std::unique_ptr<properties::Watcher>> watchers_;
  model::State state_;
  std::uint64_t step_ = 0;
};

/// The operation that enqueues an attempt of run "r1" with nothing special about it.
[[nodiscard]] model::EnqueueAttempt enqueue(const model::Id& attempt_id);

/// The row of an attempt, or its lease, to be falsified. Pre: it is there.
[[nodiscard]] model::AttemptRecord& attempt_in(model::Snapshot& snapshot,
                                               const model::Id& attempt_id);
[[nodiscard]] model::LeaseRecord& lease_in(model::Snapshot& snapshot, const model::Id& attempt_id);

}  // namespace leasecheck::tests
