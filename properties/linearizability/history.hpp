#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/outcome.hpp"
#include "leasecheck/spec/state.hpp"

/// What several clients of one repository saw.
namespace leasecheck::properties {

/// One call. `invoked` and `returned` are numbers of events, all different in one history: that a
/// call returned before another was invoked is all that its order says.
struct ConcurrentCall {
  model::Action action;
  std::uint64_t invoked = 0;
  std::optional<std::uint64_t> returned;  ///< absent: no answer ever came
  /// Absent: unknown, it may have happened at any time after its invocation, or never.
  /// `unavailable` says that nothing happened.
  std::optional<model::Outcome> outcome;
  /// Of a claim: the ids that the repository drew for its leases, in that order. Who hands out ids
  /// knows them even where no answer came.
  std::vector<model::Id> lease_ids;
};

struct History {
  model::State initial;
  std::vector<ConcurrentCall> calls;
  std::optional<model::Snapshot> final_snapshot;  ///< read when all was quiet
};

/// Histories that are linearizable exactly if all of them together are: calls about different
/// attempts do not see each other. One that has a call about everything (a list, a reap, a count)
/// is not divided. Attempts and runs that no call is about are in the last part, which has no
/// calls.
[[nodiscard]] std::vector<History> partition(const History& history);

}  // namespace leasecheck::properties
