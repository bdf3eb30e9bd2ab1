// What holds in every state that any sequence of actions can reach.

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "tests/model/spec/generators.hpp"
#include "tests/model/spec/property.hpp"
#include "tests/model/spec/run.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

template <typename Check>
void check_every_attempt(Check check) {
  check_property([check] {
    const auto check_all = [&](const State&, const Action&, const State& after, const Outcome&) {
      for (const auto& [id, attempt] : after.attempts) check(attempt);
    };
    const auto actions = *any_actions();
    for_every_step(actions, check_all, *any_variant());
  });
}

TEST(Invariant, LeasedOrRunningExactlyWithALeaseAndAStart) {
  check_every_attempt([](const Attempt& attempt) {
    RC_ASSERT(holds_lease(attempt.status) == attempt.lease.has_value());
    RC_ASSERT(attempt.started_at.has_value() == attempt.lease.has_value());
  });
}

TEST(Invariant, RetryAtIsPresentExactlyInBackoff) {
  check_every_attempt([](const Attempt& attempt) {
    RC_ASSERT((attempt.status == Status::retry_backoff) == attempt.retry_at.has_value());
  });
}

TEST(Invariant, FailedExactlyWithADeadLetter) {
  check_every_attempt([](const Attempt& attempt) {
    RC_ASSERT((attempt.status == Status::failed) == attempt.dead_letter.has_value());
  });
}

TEST(Invariant, NothingIsLost) {
  check_every_attempt([](const Attempt& attempt) {
    const int places = is_terminal(attempt.status) + attempt.lease.has_value() +
                       dispatchable_at(attempt).has_value();
    RC_ASSERT(places == 1);
    if (const auto from = dispatchable_at(attempt)) RC_ASSERT(is_dispatchable(attempt, *from));
  });
}

TEST(Invariant, AnAttemptIsDispatchableFromItsInstantOnAndNotBefore) {
  check_every_attempt([](const Attempt& attempt) {
    const auto from = dispatchable_at(attempt);
    RC_ASSERT(is_dispatchable(attempt, end_of_time) == from.has_value());
    if (!from || *from == beginning_of_time) return;
    RC_ASSERT(!is_dispatchable(attempt, *from - Duration{1}));
  });
}

TEST(Invariant, CountsStayWithinTheirBudgets) {
  check_every_attempt([](const Attempt& attempt) {
    const RetryPolicy policy = attempt.spec.retry_policy.value_or(RetryPolicy{});
    RC_ASSERT(attempt.attempt_no >= 1U);
    RC_ASSERT(attempt.attempt_no <= policy.max_retries + 1);
    RC_ASSERT(attempt.delivery_count <= attempt.version);
  });
}

TEST(Invariant, AnAckIsRememberedOnlyWhereNobodyElseCanAckMeanwhile) {
  check_every_attempt([](const Attempt& attempt) {
    if (attempt.last_ack) RC_ASSERT(!holds_lease(attempt.status));
  });
}

TEST(Invariant, TheIndexOfLeasesIsTheLeases) {
  check_property([] {
    const State state = state_after(*any_actions());
    std::map<Id, Id> leases;
    for (const auto& [id, attempt] : state.attempts) {
      RC_ASSERT(attempt.spec.attempt_id == id);
      if (attempt.lease) leases.emplace(attempt.lease->lease_id, id);
    }
    RC_ASSERT(leases == state.attempt_of_lease);
  });
}

TEST(Invariant, SequencesOfARunAscendToItsLatest) {
  check_property([] {
    const State state = state_after(*any_actions());
    for (const auto& [run_id, run] : state.runs) {
      RC_ASSERT(run.latest_seq > 0U);
      RC_ASSERT(std::ranges::adjacent_find(run.events, std::ranges::greater_equal{},
                                           &RunEvent::seq) == run.events.end());
      RC_ASSERT(run.events.empty() || run.events.back().seq <= run.latest_seq);
    }
  });
}

TEST(Invariant, FinishedAtIsPresentExactlyInTerminalStatuses) {
  check_property([] {
    for (const auto& [id, attempt] : state_after(*any_actions()).attempts) {
      RC_ASSERT(attempt.finished_at.has_value() == is_terminal(attempt.status));
      RC_ASSERT(!attempt.dead_letter || attempt.finished_at == attempt.dead_letter->dead_at);
    }
  });
}

TEST(Invariant, ARunHasAnAttemptAndItsEventsHaveTheirs) {
  check_property([] {
    const State state = state_after(*any_actions());
    for (const auto& [run_id, run] : state.runs) {
      const auto is_of_the_run = [&](const auto& entry) {
        return entry.second.spec.run_id == run_id;
      };
      RC_ASSERT(std::ranges::any_of(state.attempts, is_of_the_run));
      for (const RunEvent& event : run.events) RC_ASSERT(state.attempts.contains(event.attempt_id));
    }
  });
}

TEST(Invariant, SnapshotsAreInCanonicalOrder) {
  check_property([] {
    const Snapshot seen = snapshot(state_after(*any_actions()));
    const auto strictly_ascending = [](const auto& records, auto id) {
      return std::ranges::adjacent_find(records, std::ranges::greater_equal{}, id) == records.end();
    };
    RC_ASSERT(strictly_ascending(seen.attempts, &AttemptRecord::attempt_id));
    RC_ASSERT(strictly_ascending(seen.leases, &LeaseRecord::attempt_id));
    RC_ASSERT(strictly_ascending(seen.dead_letters, &DeadLetter::attempt_id));
    RC_ASSERT(strictly_ascending(seen.runs, &RunRecord::run_id));
  });
}

}  // namespace
}  // namespace leasecheck::tests
