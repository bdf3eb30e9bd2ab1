#pragma once

#include <optional>

#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/outcome.hpp"
#include "leasecheck/spec/state.hpp"

namespace leasecheck::model {

struct Step {
  State state;
  Outcome outcome;
};

/// The contract: what `action` does to `state` and what it answers. Pure and total: every action
/// on every state has exactly one step, and a refused action leaves the state as it was.
///
/// Takes the state by value: move it in (`step(std::move(state), action)`) and nothing is copied.
/// Lease ids it issues are the handles "L1", "L2", … in order of granting.
/// Complexity: logarithmic in the number of attempts for operations on one attempt or lease;
/// linear (and n log n to order a list) for those that look at all of them, which an ack by anyone
/// but the current holder does too.
/// Source: rules 1 to 17 and 25 to 29; V1 to V8 as the state's variant has them.
[[nodiscard]] Step step(State state, const Action& action);

/// The same where the order of dispatch is the repository's own choice (V1): lists and claims what
/// `answered` says was listed or claimed, if that is a choice: as many dispatchable attempts as
/// there are and were asked for, each once.
[[nodiscard]] Step step_as_chosen(State state, const Action& action, const Outcome& answered);

/// Everything the state holds, in canonical order (rule 15).
[[nodiscard]] Snapshot snapshot(const State& state);

/// Whether `seen` is the snapshot of the state. Cheaper than making one to compare with.
[[nodiscard]] bool shows(const Snapshot& seen, const State& state);

/// Whether a step with this outcome may have changed the state: not if the operation was refused,
/// only reads, or counts that it took nothing.
[[nodiscard]] bool may_have_changed(const Operation& operation, const Outcome& outcome);

/// Rule 1: whether the attempt may be claimed at `now`.
[[nodiscard]] bool is_dispatchable(const Attempt& attempt, Time now);

/// Rule 23: the first instant at which a queued or backed-off attempt is dispatchable.
/// Returns: nothing for an attempt that is terminal or leased.
[[nodiscard]] std::optional<Time> dispatchable_at(const Attempt& attempt);

/// Rule 3: `started_at + timeout`, where the attempt has a lease and a timeout.
[[nodiscard]] std::optional<Time> execution_deadline(const Attempt& attempt);

/// Rule 2, V1 and V2: whether `left` goes before `right` in dispatch order; a strict total order.
[[nodiscard]] bool dispatches_before(const Variant& variant, const Attempt& left,
                                     const Attempt& right);

}  // namespace leasecheck::model
