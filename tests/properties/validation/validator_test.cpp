// A log of calls is explained exactly if there is an order of effects for it.

#include "properties/validation/validator.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "leasecheck/spec/several.hpp"
#include "properties/linearizability/linearizability.hpp"
#include "tests/model/spec/generators.hpp"
#include "tests/model/spec/property.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;
using properties::Finding;
using properties::LoggedCall;
using properties::LogValidator;

/// A call with the events at which it begins and ends.
struct Timed {
  LoggedCall call;
  std::uint64_t begins = 0;
  std::optional<std::uint64_t> ends;
};

/// What the validator says of the calls, in the order of their events.
std::vector<Finding> findings_of(const std::vector<Timed>& calls,
                                 properties::Assumptions assumptions = {}) {
  struct Event {
    std::uint64_t at;
    const Timed* call;
    bool begins;
  };
  std::vector<Event> events;
  for (const Timed& timed : calls) {
    events.push_back({timed.begins, &timed, true});
    if (timed.ends) events.push_back({*timed.ends, &timed, false});
  }
  std::ranges::sort(events, {}, &Event::at);
  LogValidator validator(std::move(assumptions));
  std::vector<Finding> findings;
  for (const Event& event : events) {
    if (event.begins) {
      validator.begin(event.call->call);
    } else if (auto finding = validator.end(event.call->call.number)) {
      findings.push_back(*std::move(finding));
    }
  }
  return findings;
}

LoggedCall logged(std::uint64_t number, Action action, std::optional<Outcome> outcome) {
  return {.number = number,
          .place = "log:" + std::to_string(number),
          .actor = "w" + std::to_string(number),
          .action = std::move(action),
          .lease_of = std::nullopt,
          .outcome = std::move(outcome)};
}

/// What the contract answers to the actions, one after the other.
std::vector<Outcome> answers_to(const std::vector<Action>& actions) {
  State state;
  std::vector<Outcome> outcomes;
  for (const Action& action : actions) {
    Step taken = step(std::move(state), action);
    state = std::move(taken.state);
    outcomes.push_back(std::move(taken.outcome));
  }
  return outcomes;
}

/// The actions as calls that take effect in this order, each somewhere between its beginning and
/// its end, so that `reach` others may lie between.
std::vector<Timed> overlapping(const std::vector<Action>& actions, int reach) {
  const std::vector<Outcome> outcomes = answers_to(actions);
  const std::uint64_t width = 2 * actions.size() + 1;  // of an instant: room for every event
  std::vector<Timed> calls;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const auto before = static_cast<std::uint64_t>(*rc::gen::inRange(0, reach + 1));
    const auto after = static_cast<std::uint64_t>(*rc::gen::inRange(0, reach + 1));
    const std::uint64_t effect = i + static_cast<std::uint64_t>(reach);
    calls.push_back({.call = logged(i + 1, actions[i], outcomes[i]),
                     .begins = (effect - before) * width + i,
                     .ends = (effect + after) * width + actions.size() + i});
  }
  return calls;
}

/// What was given up is not said to be wrong.
void check_none(std::vector<Finding> findings) {
  std::erase_if(findings, [](const Finding& finding) { return finding.was_given_up; });
  for (const Finding& finding : findings) RC_LOG() << finding.call.place << "\n";
  RC_ASSERT(findings.empty());
}

TEST(LogValidator, ExplainsWhatTheModelAnswers) {
  check_property([] { check_none(findings_of(overlapping(*any_actions(), 0))); }, 1000);
}

TEST(LogValidator, ExplainsCallsThatOverlap) {
  check_property([] { check_none(findings_of(overlapping(*any_actions(), 2))); }, 1000);
}

/// The leases that the operation is on.
std::set<Id> leases_of(const LoggedCall& call) {
  std::set<Id> leases;
  const auto add = [&leases](const auto& operation) {
    if constexpr (requires { operation.lease_id; }) leases.insert(operation.lease_id);
  };
  std::visit(add, call.action.operation);
  for (const Single& single : singles_of(call.action, *call.outcome)) {
    std::visit(add, single.action.operation);
  }
  return leases;
}

/// Whether others name a lease that this call was answered: then its answer arrived.
bool was_heard(const LoggedCall& call, const std::vector<Timed>& calls) {
  std::set<Id> granted;
  if (call.outcome && *call.outcome) {
    if (const auto* lease = std::get_if<LeaseRecord>(&**call.outcome)) {
      granted.insert(lease->lease_id);
    } else if (const auto* claims = std::get_if<std::vector<Claim>>(&**call.outcome)) {
      for (const Claim& claim : *claims) granted.insert(claim.lease.lease_id);
    }
  }
  return std::ranges::any_of(calls, [&](const Timed& other) {
    return other.call.number != call.number && std::ranges::any_of(granted, [&](const Id& lease) {
             return leases_of(other.call).contains(lease);
           });
  });
}

TEST(LogValidator, ExplainsCallsOfWhichSomeWereNotAnswered) {
  int given_up = 0;
  check_property(
      [&given_up] {
        const std::vector<Timed> answered = overlapping(*any_actions(), 1);
        std::vector<Timed> calls = answered;
        RC_PRE(!calls.empty());
        for (int i = 0; i < 3; ++i) {  // of writers that died
          Timed& timed = calls[*rc::gen::inRange<std::size_t>(0, calls.size())];
          const bool is_reset = std::holds_alternative<Reset>(timed.call.action.operation);
          if (!timed.ends || is_reset || was_heard(timed.call, answered)) continue;
          timed.ends.reset();
          timed.call.outcome.reset();
        }
        const std::vector<Finding> findings = findings_of(calls);
        given_up += findings.empty() ? 0 : 1;
        check_none(findings);
      },
      1000);
  EXPECT_LT(given_up, 20);
}

/// A log around the calls does not know what the repository's clock showed.
TEST(LogValidator, ExplainsCallsWhoseTimeIsNotKnown) {
  check_property(
      [] {
        std::vector<Action> actions = *any_actions();
        std::erase_if(actions, [](const Action& action) {
          return std::holds_alternative<PruneAttempts>(action.operation);
        });
        std::vector<Timed> calls = overlapping(actions, 1);
        for (Timed& timed : calls) {
          LoggedCall& call = timed.call;
          if (!reads_clock(call.action.operation)) continue;
          call.is_time_known = false;
          call.earliest =
              saturating_add(call.action.now, Duration{-*rc::gen::inRange<std::int64_t>(0, 50)});
          call.latest =
              saturating_add(call.action.now, Duration{*rc::gen::inRange<std::int64_t>(0, 50)});
          call.action.now = at_ms(0);
        }
        check_none(findings_of(calls));
      },
      1000);
}

/// Where dispatch is in no order, the validator says what a search over all orders says.
TEST(LogValidator, FindsExactlyWhatNoOrderExplains) {
  int wrong = 0;
  check_property(
      [&wrong] {
        std::vector<Action> actions = *any_actions();
        std::erase_if(actions, [](const Action& action) {
          return std::holds_alternative<ListDispatchableAttempts>(action.operation) ||
                 std::holds_alternative<ClaimAttempts>(action.operation) ||
                 std::holds_alternative<Reset>(action.operation);
        });
        if (actions.size() > 8) actions.resize(8);
        std::vector<Timed> calls = overlapping(actions, 2);
        // Some say what another one was answered.
        for (Timed& timed : calls) {
          const Timed& other = *rc::gen::elementOf(calls);
          const bool is_alike =
              timed.call.action.operation.index() == other.call.action.operation.index();
          if (is_alike && *rc::gen::inRange(0, 2) == 0) timed.call.outcome = other.call.outcome;
        }
        properties::History history;
        for (const Timed& timed : calls) {
          properties::ConcurrentCall call{
              timed.call.action, timed.begins, timed.ends, timed.call.outcome, {}};
          if (*timed.call.outcome) {
            if (const auto* lease = std::get_if<LeaseRecord>(&**timed.call.outcome)) {
              call.lease_ids = {lease->lease_id};
            }
          }
          history.calls.push_back(std::move(call));
        }
        const auto verdict = properties::check_linearizable(history).verdict;
        RC_PRE(verdict != properties::Linearizability::gave_up);
        const bool is_explained = findings_of(calls).empty();
        RC_ASSERT(is_explained == (verdict == properties::Linearizability::linearizable));
        wrong += is_explained ? 0 : 1;
      },
      2000);
  EXPECT_GT(wrong, 100);
}

AttemptSpec spec_of(const Id& id) {
  AttemptSpec spec;
  spec.attempt_id = id;
  spec.run_id = "r";
  return spec;
}

/// Two calls overlap as far as clocks tell, but their writer says which came first.
TEST(LogValidator, KeepsTheOrderOfOneWriter) {
  const LoggedCall enqueue = logged(1, {at_ms(0), EnqueueAttempt{spec_of("a")}}, Outcome(Done{}));
  const LoggedCall get =
      logged(2, {at_ms(0), GetAttempt{"a"}}, Outcome(std::unexpected(ErrorCode::not_found)));
  for (const bool is_one_writer : {false, true}) {
    LogValidator validator({});
    validator.begin(enqueue);
    validator.begin(get,
                    is_one_writer ? std::vector<std::uint64_t>{1} : std::vector<std::uint64_t>{});
    EXPECT_FALSE(validator.end(1));
    EXPECT_EQ(validator.end(2).has_value(), is_one_writer);
  }
}

/// What was not explained says nothing about others, and nothing more about itself.
TEST(LogValidator, GoesOnWithOtherAttemptsAfterAFinding) {
  LogValidator validator({});
  std::uint64_t number = 0;
  const auto tell = [&](Action action, Outcome outcome) {
    validator.begin(logged(++number, std::move(action), std::move(outcome)));
    return validator.end(number);
  };
  const Outcome refused = std::unexpected(ErrorCode::not_dispatchable);
  EXPECT_FALSE(tell({at_ms(0), EnqueueAttempt{spec_of("a")}}, Outcome(Done{})));
  EXPECT_FALSE(tell({at_ms(0), EnqueueAttempt{spec_of("b")}}, Outcome(Done{})));
  EXPECT_TRUE(tell({at_ms(1), CancelAttempt{"a"}}, refused));
  EXPECT_FALSE(tell({at_ms(1), CancelAttempt{"a"}}, refused));
  EXPECT_FALSE(tell({at_ms(1), ExpireLeasesAndRequeue{at_ms(1)}}, Outcome(Count{1})));
  const auto second = tell({at_ms(1), CancelAttempt{"b"}}, refused);
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->was_given_up);
  EXPECT_EQ(validator.tally().findings, 2);
  EXPECT_EQ(validator.tally().passed_over, 1);
}

}  // namespace
}  // namespace leasecheck::tests
