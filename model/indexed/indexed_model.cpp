#include "model/indexed/indexed_model.hpp"

#include <utility>

#include "model/indexed/cut.hpp"

namespace leasecheck::model {

IndexedModel::IndexedModel(State state) : state_(std::move(state)), index_(state_.variant) {
  index_all();
}

void IndexedModel::index_all() {
  by_place_.clear();
  index_ = AttemptIndex(state_.variant);
  for (const auto& [id, attempt] : state_.attempts) index_.add(attempt);
}

Outcome IndexedModel::apply(const Action& action) {
  return apply_to_part(action, nullptr, [&](State part) { return step(std::move(part), action); });
}

Outcome IndexedModel::apply_as_chosen(const Action& action, const Outcome& answered) {
  return apply_to_part(action, &answered, [&](State part) {
    return step_as_chosen(std::move(part), action, answered);
  });
}

template <class TakeStep>
Outcome IndexedModel::apply_to_part(const Action& action, const Outcome* answered,
                                    TakeStep take_step) {
  const Operation& operation = action.operation;
  // How many there are is known without looking at them.
  if (const auto* depth = std::get_if<QueueDepth>(&operation)) {
    return Count{index_.due(depth->at).size()};
  }
  if (std::holds_alternative<CountByStatus>(operation)) return index_.counts();
  if (std::holds_alternative<Reset>(operation)) return reset(action);

  State part = cut_out(state_, index_, action, answered);
  if (!can_change_state(operation)) {
    Step taken = take_step(std::move(part));
    put_back(state_, std::move(taken.state));
    return std::move(taken.outcome);
  }
  Before was;
  if (is_marked_) was = before(operation, part);
  const std::size_t attempts = part.attempts.size();
  for (const auto& [id, attempt] : part.attempts) index_.remove(attempt);
  Step taken = take_step(std::move(part));
  for (const auto& [id, attempt] : taken.state.attempts) index_.add(attempt);
  if (taken.state.attempts.size() != attempts) by_place_.clear();
  if (is_marked_ && may_have_changed(operation, taken.outcome)) {
    add_what_is_new(taken.state, was);
    journal_.push_back(std::move(was));
  }
  put_back(state_, std::move(taken.state));
  return std::move(taken.outcome);
}

Outcome IndexedModel::reset(const Action& action) {
  Step taken = step(cut_out(state_, index_, action), action);
  if (is_marked_) journal_.emplace_back().everything = std::move(state_);
  state_ = std::move(taken.state);
  index_all();
  return std::move(taken.outcome);
}

State IndexedModel::part_for(const Action& action, const Outcome& answered) {
  State part = cut_out(state_, index_, action, &answered);
  State copy = part;
  put_back(state_, std::move(part));
  return copy;
}

const Attempt* IndexedModel::holding(const Id& lease_id) const {
  const auto found = state_.attempt_of_lease.find(lease_id);
  return found == state_.attempt_of_lease.end() ? nullptr : &state_.attempts.at(found->second);
}

const Attempt* IndexedModel::remembering(const Id& lease_id) const {
  const auto found = index_.remembering(lease_id);
  return found.empty() ? nullptr : *found.begin();
}

const Attempt& IndexedModel::attempt_at(std::size_t place) const {
  if (by_place_.empty()) {
    for (const auto& [id, attempt] : state_.attempts) by_place_.push_back(&attempt);
  }
  return *by_place_[place];
}

IndexedModel::Mark IndexedModel::mark() {
  is_marked_ = true;
  return journal_.size();
}

void IndexedModel::undo_to(Mark mark) {
  while (journal_.size() > mark) {
    undo(journal_.back());
    journal_.pop_back();
  }
}

void IndexedModel::forget_marks() {
  is_marked_ = false;
  journal_.clear();
}

// Only a prune takes events out of a run, or the run away.
IndexedModel::Before IndexedModel::before(const Operation& operation, const State& part) {
  Before before{.attempts_enqueued = part.attempts_enqueued,
                .version_floor = part.version_floor,
                .leases_issued = part.leases_issued,
                .attempts = {part.attempts.begin(), part.attempts.end()},
                .runs = {},
                .everything = {}};
  const bool may_shrink = std::holds_alternative<PruneAttempts>(operation);
  for (const auto& [id, run] : part.runs) {
    before.runs[id] = RunBefore{.latest_seq = run.latest_seq,
                                .events = run.events.size(),
                                .whole = may_shrink ? std::optional(run) : std::nullopt};
  }
  return before;
}

void IndexedModel::add_what_is_new(const State& part, Before& before) {
  for (const auto& [id, attempt] : part.attempts) before.attempts.try_emplace(id);
  for (const auto& [id, run] : part.runs) before.runs.try_emplace(id);
}

void IndexedModel::undo(Before& before) {
  if (before.everything) {
    state_ = *std::move(before.everything);
    return index_all();
  }
  state_.attempts_enqueued = before.attempts_enqueued;
  state_.version_floor = before.version_floor;
  state_.leases_issued = before.leases_issued;
  for (auto& [id, attempt] : before.attempts) set(id, std::move(attempt));
  for (auto& [id, run] : before.runs) undo(id, run);
}

// A lease that is current again is no ended one.
void IndexedModel::set(const Id& attempt_id, std::optional<Attempt> attempt) {
  by_place_.clear();
  if (const auto found = state_.attempts.find(attempt_id); found != state_.attempts.end()) {
    index_.remove(found->second);
    if (found->second.lease) state_.attempt_of_lease.erase(found->second.lease->lease_id);
    state_.attempts.erase(found);
  }
  if (!attempt) return;
  if (attempt->lease) {
    state_.attempt_of_lease[attempt->lease->lease_id] = attempt_id;
    state_.attempt_of_ended_lease.erase(attempt->lease->lease_id);
  }
  index_.add(state_.attempts.emplace(attempt_id, *std::move(attempt)).first->second);
}

void IndexedModel::undo(const Id& run_id, std::optional<RunBefore>& before) {
  if (!before) {
    state_.runs.erase(run_id);
  } else if (before->whole) {
    state_.runs[run_id] = *std::move(before->whole);
  } else {
    Run& run = state_.runs.at(run_id);
    run.latest_seq = before->latest_seq;
    run.events.resize(before->events);
  }
}

}  // namespace leasecheck::model
