#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "leasecheck/spec/environment.hpp"
#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/outcome.hpp"
#include "leasecheck/spec/state.hpp"

/// What a property is shown of a run.
namespace leasecheck::properties {

/// One attempt that an operation changed: its row, its lease and its dead letter before and after,
/// null where there was or is none.
struct AttemptChange {
  const model::AttemptRecord* before = nullptr;
  const model::AttemptRecord* after = nullptr;
  const model::LeaseRecord* lease_before = nullptr;
  const model::LeaseRecord* lease_after = nullptr;
  const model::DeadLetter* dead_letter_before = nullptr;
  const model::DeadLetter* dead_letter_after = nullptr;
};

/// One operation on the subject. References live as long as the call to the watcher.
struct Operated {
  std::uint64_t step;      ///< number of the call in the run; ReplyDelivered and others refer to it
  model::Time true_time;   ///< when it happened
  std::string_view actor;  ///< "w1", "reaper1", "producer", "operator"
  model::Time actor_clock;  ///< what the caller's own clock showed when it decided to call
  const model::Action& action;
  const model::Outcome& outcome;   ///< what the subject answered
  const model::Outcome& expected;  ///< what the model answers
  const model::Snapshot& before;   ///< the subject, before and after
  const model::Snapshot& after;
  bool changed;                            ///< whether the two differ at all
  const model::State& expected_after;      ///< the model, after
  std::span<const AttemptChange> changes;  ///< attempts that differ between before and after
  std::uint64_t clock_reads;               ///< how often the subject read its clock
};

/// One event around the repository.
struct Happened {
  std::uint64_t step;
  model::Time true_time;
  const model::Environment& event;
};

}  // namespace leasecheck::properties
