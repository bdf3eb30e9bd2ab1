// The indexed model says what the step function says, forwards and backwards.

#include "model/indexed/indexed_model.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "tests/model/spec/generators.hpp"
#include "tests/model/spec/property.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

State empty(const Variant& variant) {
  State state;
  state.variant = variant;
  return state;
}

/// Whether the attempts are where a walk over them finds them.
void check_places(const IndexedModel& indexed) {
  std::size_t place = 0;
  for (const auto& [id, attempt] : indexed.state().attempts) {
    RC_ASSERT(&indexed.attempt_at(place++) == &attempt);
  }
}

/// Whether each lease that there may have been is found where a look at every attempt finds it.
void check_leases(const IndexedModel& indexed) {
  const State& state = indexed.state();
  for (std::uint64_t number = 1; number <= state.leases_issued; ++number) {
    const Id lease_id = "L" + std::to_string(number);
    const Attempt* holding = nullptr;
    const Attempt* remembering = nullptr;
    for (const auto& [id, attempt] : state.attempts) {
      if (attempt.lease && attempt.lease->lease_id == lease_id) holding = &attempt;
      if (attempt.last_ack && attempt.last_ack->lease_id == lease_id) remembering = &attempt;
    }
    RC_ASSERT(indexed.holding(lease_id) == holding);
    RC_ASSERT(indexed.remembering(lease_id) == remembering);
  }
}

TEST(IndexedModel, SaysAndDoesWhatTheStepFunctionDoes) {
  check_property(
      [] {
        const auto actions = *any_actions();
        const Variant variant = *any_variant();
        State state = empty(variant);
        IndexedModel indexed(state);
        for (const Action& action : actions) {
          Step expected = step(std::move(state), action);
          state = std::move(expected.state);
          RC_ASSERT((indexed.apply(action) == expected.outcome));
          RC_ASSERT(indexed.state() == state);
          check_places(indexed);
        }
        check_leases(indexed);
      },
      2000);
}

TEST(IndexedModel, BeginsWithAnyState) {
  check_property([] {
    const auto actions = *any_actions();
    const State state = state_after(actions);
    const Action next = *any_action(state);
    IndexedModel indexed(state);
    const Step expected = step(state, next);
    RC_ASSERT((indexed.apply(next) == expected.outcome));
    RC_ASSERT(indexed.state() == expected.state);
  });
}

/// What a repository may answer that lists and claims in no order: any of the attempts that are
/// due, or of all, which may be no choice.
Outcome any_choice(const State& state, const Action& action) {
  const auto* list = std::get_if<ListDispatchableAttempts>(&action.operation);
  const auto* claim = std::get_if<ClaimAttempts>(&action.operation);
  if (list == nullptr && claim == nullptr) return std::unexpected(ErrorCode::stale_lease);
  const Time at = list != nullptr ? list->at : action.now;
  const bool takes_any = *rc::gen::inRange(0, 4) == 0;
  std::vector<Id> ids;
  for (const auto& [id, attempt] : state.attempts) {
    if (takes_any || is_dispatchable(attempt, at)) ids.push_back(id);
  }
  const std::size_t size = ids.size();
  if (size > 0) std::ranges::rotate(ids, ids.begin() + *rc::gen::inRange<std::size_t>(0, size));
  ids.resize(std::min<std::uint64_t>(size, list != nullptr ? list->limit : claim->limit));
  std::vector<DispatchRecord> listed(ids.size());
  std::vector<Claim> claimed(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    listed[i].attempt_id = claimed[i].attempt.attempt_id = ids[i];
  }
  return list != nullptr ? Outcome(std::move(listed)) : Outcome(std::move(claimed));
}

TEST(IndexedModel, ChoosesAsTheRepositoryDid) {
  check_property([] {
    const auto actions = *any_actions();
    State state = empty({.order = DispatchOrder::none});
    IndexedModel indexed(state);
    for (const Action& action : actions) {
      const Outcome answered = any_choice(state, action);
      Step expected = step_as_chosen(std::move(state), action, answered);
      state = std::move(expected.state);
      RC_ASSERT((indexed.apply_as_chosen(action, answered) == expected.outcome));
      RC_ASSERT(indexed.state() == state);
    }
  });
}

TEST(IndexedModel, TakesBackWhatWasApplied) {
  check_property(
      [] {
        const auto actions = *any_actions();
        IndexedModel indexed(empty(*any_variant()));
        const std::size_t first = *rc::gen::inRange<std::size_t>(0, actions.size() + 1);
        for (std::size_t i = 0; i < first; ++i) indexed.apply(actions[i]);
        std::vector<IndexedModel::Mark> marks;
        std::vector<State> states;
        std::vector<Outcome> outcomes;
        for (std::size_t i = first; i < actions.size(); ++i) {
          marks.push_back(indexed.mark());
          states.push_back(indexed.state());
          outcomes.push_back(indexed.apply(actions[i]));
        }
        while (!marks.empty()) {
          const std::size_t back = *rc::gen::inRange<std::size_t>(0, marks.size());
          indexed.undo_to(marks[back]);
          RC_ASSERT(indexed.state() == states[back]);
          check_leases(indexed);
          check_places(indexed);
          RC_ASSERT((indexed.apply(actions[first + back]) == outcomes[back]));
          indexed.undo_to(marks[back]);
          marks.resize(back);
        }
      },
      1000);
}

TEST(IndexedModel, NotesNothingDownOnceMarksAreForgotten) {
  IndexedModel indexed;
  AttemptSpec spec;
  spec.attempt_id = spec.run_id = "a";
  EXPECT_EQ(indexed.mark(), 0U);
  static_cast<void>(indexed.apply({at_ms(0), EnqueueAttempt{spec}}));
  EXPECT_EQ(indexed.mark(), 1U);
  indexed.forget_marks();
  static_cast<void>(indexed.apply({at_ms(0), CancelAttempt{"a"}}));
  EXPECT_EQ(indexed.mark(), 0U);
}

/// Rows are what a state differs in: put on the state before, they make the one after.
TEST(IndexedModel, TellsInRowsWhatHasChanged) {
  check_property(
      [] {
        const auto actions = *any_actions();
        const std::size_t marked = *rc::gen::inRange<std::size_t>(0, actions.size() + 1);
        IndexedModel indexed(empty(*any_variant()));
        for (std::size_t i = 0; i < marked; ++i) indexed.apply(actions[i]);
        const State before = indexed.state();
        const IndexedModel::Mark mark = indexed.mark();
        for (std::size_t i = marked; i < actions.size(); ++i) indexed.apply(actions[i]);
        const State after = indexed.state();
        const IndexedModel::Rows rows = indexed.rows_since(mark);
        for (const auto& [id, attempt] : rows.attempts) {
          const auto was = before.attempts.find(id);
          RC_ASSERT(attempt.has_value() != (was != before.attempts.end()) ||
                    (attempt && *attempt != was->second));
        }
        indexed.undo_to(mark);
        RC_ASSERT(indexed.state() == before);
        indexed.put(rows);
        RC_ASSERT(indexed.state().attempts == after.attempts);
        RC_ASSERT(indexed.state().runs == after.runs);
        RC_ASSERT(indexed.state().attempt_of_lease == after.attempt_of_lease);
        RC_ASSERT(indexed.state().version_floor == after.version_floor);
        check_leases(indexed);
        indexed.undo_to(mark);
        RC_ASSERT(indexed.state().attempts == before.attempts);
        RC_ASSERT(indexed.state().runs == before.runs);
      },
      1000);
}

}  // namespace
}  // namespace leasecheck::tests
