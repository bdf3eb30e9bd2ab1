// What can happen next in the searched world.

#include <algorithm>

#include "model/system/world.hpp"

namespace leasecheck::system {
namespace {

using Phase = WorkerState::Phase;
using Kind = Action::Kind;

bool is_under_way(const State& state, unsigned worker) {
  return std::ranges::any_of(state.messages, [worker](const Message& message) {
    return message.awaited && message.worker == worker;
  });
}

}  // namespace

std::vector<Action> World::enabled(const State& state) const {
  std::vector<Action> actions;
  if (state.broken != Broken::nothing) return actions;
  for (unsigned worker = 0; worker < options_.workers; ++worker) {
    add_worker_actions(state, worker, actions);
  }
  add_message_actions(state, actions);
  add_reaper_actions(state, actions);
  if (options_.calm && !state.is_calm) actions.push_back({.kind = Kind::calm});
  if (may_time_pass(state)) add_waits(state, actions);
  return actions;
}

void World::add_worker_actions(const State& state, unsigned index,
                               std::vector<Action>& actions) const {
  const WorkerState& worker = state.workers[index];
  const auto number = static_cast<std::uint8_t>(index);
  const auto add = [&](Kind kind) { actions.push_back({.kind = kind, .worker = number}); };
  if (!worker.is_up) return add(Kind::restart);
  const Faults& faults = options_.faults;
  if (faults.crashes && !state.is_calm) add(Kind::crash);
  if (worker.awaits) {
    const bool is_impatient = faults.giving_up && !state.is_calm;
    if (is_impatient || !is_under_way(state, index)) add(Kind::give_up);
  }
  const bool may_send = !worker.awaits && has_room(state);
  if (worker.phase == Phase::idle && may_send) {
    for (std::uint8_t attempt = 0; attempt < options_.attempts; ++attempt) {
      if (!is_dispatchable(state, attempt)) continue;
      actions.push_back({.kind = Kind::claim, .worker = number, .attempt = attempt});
    }
  }
  if (worker.phase == Phase::finishing && may_send) add(Kind::repeat_ack);
  if (worker.phase != Phase::holding) return;
  const bool is_due = options_.heartbeat_period > Duration{0} && worker.next_heartbeat <= 0;
  if (is_due && may_send) add(Kind::heartbeat);
  // A heartbeat under way does not keep the worker from finishing.
  if (has_room(state)) {
    add(Kind::ack);
    if (options_.retries > 0) {
      actions.push_back(
          {.kind = Kind::ack, .worker = number, .outcome = model::AckOutcome::failed});
    }
  }
  if (believes(state, index)) {
    if (options_.effects) add(Kind::write_effect);
  } else {
    add(Kind::abandon);
  }
}

void World::add_message_actions(const State& state, std::vector<Action>& actions) const {
  for (std::uint8_t place = 0; place < options_.messages; ++place) {
    const Message& message = state.messages[place];
    if (message.kind == Message::Kind::none) return;
    if (place > 0 && message == state.messages[place - 1]) continue;
    const auto add = [&](Kind kind) { actions.push_back({.kind = kind, .message = place}); };
    add(message.is_request() ? Kind::serve : Kind::deliver);
    if (state.is_calm) continue;
    if (options_.faults.loss) add(Kind::lose);
    if (options_.faults.duplication && message.is_request() && has_room(state)) {
      add(Kind::duplicate);
    }
  }
}

void World::add_reaper_actions(const State& state, std::vector<Action>& actions) const {
  const bool is_leased = std::ranges::any_of(
      state.attempts, [](const AttemptState& attempt) { return attempt.lease != 0; });
  if (!is_leased) return;
  for (std::uint8_t reaper = 0; reaper < options_.reapers.size(); ++reaper) {
    if (options_.timeout > Duration{0}) {
      actions.push_back({.kind = Kind::time_out, .reaper = reaper});
    }
    if (options_.reaping) actions.push_back({.kind = Kind::reap, .reaper = reaper});
  }
}

// Up to the first instant at which no time kept in the state matters any more.
void World::add_waits(const State& state, std::vector<Action>& actions) const {
  const Relative until = horizon(state);
  unsigned phase = state.phase;
  for (Relative wait = 0; wait < until;) {
    wait += instants_.wait_after(phase);
    phase = instants_.next(phase);
    actions.push_back({.kind = Kind::wait, .duration = wait});
    if (options_.waits == Waits::next) return;
  }
}

bool World::is_dispatchable(const State& state, unsigned index) const {
  return model::is_dispatchable(repository_.expand(state, index), model::at_ms(0));
}

bool World::has_room(const State& state) const {
  return options_.messages == 0 ||
         state.messages[options_.messages - 1].kind == Message::Kind::none;
}

// Once faults have stopped, workers ack what they hold and messages arrive within a bounded time
// (rule 24); a bound of zero is as good as any other, since reapers may still be late.
bool World::may_time_pass(const State& state) const {
  if (!state.is_calm) return true;
  if (state.messages[0].kind != Message::Kind::none) return false;
  for (unsigned index = 0; index < options_.workers; ++index) {
    const WorkerState& worker = state.workers[index];
    if (worker.phase != Phase::idle || worker.awaits) return false;
    for (unsigned attempt = 0; attempt < options_.attempts; ++attempt) {
      if (worker.is_up && is_dispatchable(state, attempt)) return false;
    }
  }
  return true;
}

Relative World::horizon(const State& state) const {
  Relative until = 0;
  const auto matters = [&until](Relative time, Relative floor) {
    until = std::max(until, time - floor);
  };
  for (const AttemptState& attempt : state.attempts) {
    if (attempt.lease != 0) {
      matters(attempt.expires, row_floor_);
      if (options_.timeout > Duration{0}) matters(attempt.due, deadline_floor_);
    } else {
      matters(attempt.due, 0);
    }
  }
  for (const WorkerState& worker : state.workers) {
    if (worker.phase != Phase::holding) continue;
    const bool has_timeout = options_.timeout > Duration{0};
    if (has_timeout) matters(worker.deadline, clock(worker));
    // After its deadline a worker believes no more, however long the lease is refreshed.
    const bool may_believe = !has_timeout || worker.deadline > clock(worker);
    if (may_believe) matters(worker.expires, clock(worker));
    matters(worker.next_heartbeat, 0);
  }
  for (const Message& message : state.messages) {
    if (message.carries_expiry()) matters(message.expires, message_floor_);
    if (message.kind == Message::Kind::granted && options_.timeout > Duration{0}) {
      matters(message.deadline, -skew_);
    }
  }
  return until;
}

}  // namespace leasecheck::system
