// What holds of every step, from every state that can be reached.

#include <algorithm>
#include <set>

#include "leasecheck/spec/several.hpp"
#include "tests/model/spec/generators.hpp"
#include "tests/model/spec/property.hpp"
#include "tests/model/spec/run.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

/// An operation on several attempts counts as the operations on one that it is, which is checked.
template <typename Check>
void check_every_step(Check check) {
  const auto check_each = [check](const State& before, const Action& action, const State& after,
                                  const Outcome& outcome) {
    const std::vector<Single> singles = singles_of(action, outcome);
    if (singles.empty()) return check(before, action, after, outcome);
    State state = before;
    for (const Single& single : singles) {
      const Step one = step(state, single.action);
      RC_ASSERT((one.outcome == single.outcome));
      check(state, single.action, one.state, one.outcome);
      state = one.state;
    }
    RC_ASSERT(state == after);
  };
  check_property([check_each] { for_every_step(*any_actions(), check_each); });
}

/// Calls `check(before, after)` for every attempt that is there before and after a step. A reset
/// begins a new history, so steps that are one do not count, and a prune takes only what is over.
template <typename Check>
void check_every_move(Check check) {
  check_every_step([check](const State& before, const Action& action, const State& after,
                           const Outcome& outcome) {
    if (std::holds_alternative<Reset>(action.operation)) return;
    for (const auto& [id, attempt] : before.attempts) {
      const auto left = after.attempts.find(id);
      if (left != after.attempts.end()) {
        check(action.operation, outcome, attempt, left->second);
      } else {
        RC_ASSERT(std::holds_alternative<PruneAttempts>(action.operation));
        RC_ASSERT(is_terminal(attempt.status));
        RC_ASSERT(after.version_floor >= attempt.version);
      }
    }
  });
}

/// The attempt, if any, to which the lease of an accepted operation belonged before it.
template <typename... HolderOperations>
bool is_by_holder_of(const Operation& operation, const Attempt& before) {
  return std::visit(
      [&]<typename T>(const T& it) {
        if constexpr ((std::same_as<T, HolderOperations> || ...)) {
          return before.lease && before.lease->lease_id == it.lease_id;
        } else {
          return false;
        }
      },
      operation);
}

bool is_claim_of(const Operation& operation, const Attempt& attempt) {
  const auto* const claim = std::get_if<UpsertLease>(&operation);
  return claim != nullptr && claim->attempt_id == attempt.spec.attempt_id;
}

TEST(Step, ARefusedActionChangesNothing) {
  check_every_step(
      [](const State& before, const Action&, const State& after, const Outcome& outcome) {
        if (!outcome) RC_ASSERT(before == after);
      });
}

TEST(Step, AReadingChangesNothing) {
  check_every_step(
      [](const State& before, const Action& action, const State& after, const Outcome&) {
        if (!can_change_state(action.operation)) RC_ASSERT(before == after);
      });
}

TEST(Step, WhatCannotHaveChangedTheStateHasNot) {
  check_every_step(
      [](const State& before, const Action& action, const State& after, const Outcome& outcome) {
        if (!may_have_changed(action.operation, outcome)) RC_ASSERT(before == after);
      });
}

TEST(Step, AStateIsShownByItsSnapshotAndByNoOther) {
  check_every_step([](const State& before, const Action&, const State& after, const Outcome&) {
    RC_ASSERT(shows(snapshot(after), after));
    RC_ASSERT(shows(snapshot(before), after) == (snapshot(before) == snapshot(after)));
  });
}

TEST(Step, OnlyErrorsOfTheContractAreAnswered) {
  check_every_step([](const State&, const Action&, const State&, const Outcome& outcome) {
    if (!outcome) RC_ASSERT(outcome.error() < ErrorCode::unavailable);
  });
}

TEST(Step, TheSameActionOnTheSameStateIsTheSameStep) {
  check_every_step(
      [](const State& before, const Action& action, const State& after, const Outcome& outcome) {
        const Step again = step(before, action);
        RC_ASSERT(again.state == after);
        RC_ASSERT((again.outcome == outcome));
      });
}

TEST(Step, RepeatingAnIdempotentOperationIsOkAndChangesNothing) {
  check_every_step(
      [](const State&, const Action& action, const State& after, const Outcome& outcome) {
        const bool idempotent = std::holds_alternative<EnqueueAttempt>(action.operation) ||
                                std::holds_alternative<StartAttempt>(action.operation) ||
                                std::holds_alternative<AckAttempt>(action.operation);
        if (!idempotent || !outcome) return;
        const Action later{saturating_add(action.now, Duration{17}), action.operation};
        const Step again = step(after, later);
        RC_ASSERT((again.outcome == outcome));
        RC_ASSERT(again.state == after);
      });
}

TEST(Step, OnlyAClaimAndAnAcceptedHeartbeatMoveAVersionByOne) {
  check_every_move([](const Operation& operation, const Outcome& outcome, const Attempt& before,
                      const Attempt& after) {
    const bool moves =
        outcome && (is_claim_of(operation, before) ||
                    is_by_holder_of<HeartbeatLease, HeartbeatLeaseWithVersion>(operation, before));
    RC_ASSERT(after.version == before.version + (moves ? 1 : 0));
  });
}

TEST(Step, OnlyAReplayLeavesATerminalState) {
  check_every_move(
      [](const Operation& operation, const Outcome&, const Attempt& before, const Attempt& after) {
        if (!is_terminal(before.status)) return;
        if (std::holds_alternative<ReplayDeadLetter>(operation)) return;
        RC_ASSERT(after == before);
      });
}

TEST(Step, ALeaseIsNeverShortened) {
  check_every_move(
      [](const Operation&, const Outcome&, const Attempt& before, const Attempt& after) {
        if (!before.lease || !after.lease) return;
        RC_ASSERT(after.lease->lease_id == before.lease->lease_id);
        RC_ASSERT(after.lease->worker_id == before.lease->worker_id);
        RC_ASSERT(after.lease->expires_at >= before.lease->expires_at);
        RC_ASSERT(after.lease->heartbeat_at >= before.lease->heartbeat_at);
      });
}

TEST(Step, ALeaseIsGrantedByAClaimOnly) {
  check_every_move(
      [](const Operation& operation, const Outcome&, const Attempt& before, const Attempt& after) {
        if (!before.lease && after.lease) RC_ASSERT(is_claim_of(operation, before));
      });
}

TEST(Step, AReapTakesExactlyTheLeasesThatExpiredBeforeItsBoundary) {
  check_every_move(
      [](const Operation& operation, const Outcome&, const Attempt& before, const Attempt& after) {
        const auto* const reap = std::get_if<ExpireLeasesAndRequeue>(&operation);
        if (reap == nullptr || !before.lease) return;
        RC_ASSERT(after.lease.has_value() == (before.lease->expires_at >= reap->stale_before));
      });
}

TEST(Step, WhatWasEnqueuedStaysAsItWasEnqueued) {
  check_every_move(
      [](const Operation&, const Outcome&, const Attempt& before, const Attempt& after) {
        RC_ASSERT(after.spec == before.spec);
        RC_ASSERT(after.enqueue_seq == before.enqueue_seq);
      });
}

TEST(Step, EventsAreOnlyAppended) {
  check_every_step(
      [](const State& before, const Action& action, const State& after, const Outcome&) {
        if (std::holds_alternative<Reset>(action.operation)) return;
        if (std::holds_alternative<PruneAttempts>(action.operation)) return;
        for (const auto& [run_id, run] : before.runs) {
          const model::Run& longer = after.runs.at(run_id);
          RC_ASSERT(std::ranges::mismatch(run.events, longer.events).in1 == run.events.end());
          RC_ASSERT(longer.latest_seq >= run.latest_seq);
        }
      });
}

TEST(Step, LeaseIdsAreNeverUsedTwiceOverResetsToo) {
  check_property([] {
    std::set<Id> issued;
    for_every_step(*any_actions(),
                   [&](const State&, const Action& action, const State&, const Outcome& outcome) {
                     std::vector<Single> singles = singles_of(action, outcome);
                     singles.push_back({action, outcome});
                     for (const auto& [one, answered] : singles) {
                       if (!answered || !std::holds_alternative<UpsertLease>(one.operation))
                         continue;
                       RC_ASSERT(issued.insert(std::get<LeaseRecord>(*answered).lease_id).second);
                     }
                   });
  });
}

}  // namespace
}  // namespace leasecheck::tests
