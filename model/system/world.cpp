#include "model/system/world.hpp"

#include <algorithm>
#include <functional>

namespace leasecheck::system {
namespace {

using MessageKind = Message::Kind;
using Phase = WorkerState::Phase;

Relative milliseconds(Duration duration) {
  return static_cast<Relative>(duration.count());
}

void pass(State& state, Relative duration) {
  for (AttemptState& attempt : state.attempts) {
    if (attempt.lease != 0) attempt.expires -= duration;
    attempt.due -= duration;
  }
  for (WorkerState& worker : state.workers) {
    worker.expires -= duration;
    worker.deadline -= duration;
    worker.next_heartbeat -= duration;
  }
  // Messages are compared whole, so a time that one does not carry stays zero.
  for (Message& message : state.messages) {
    if (message.carries_expiry()) message.expires -= duration;
    if (message.kind == MessageKind::granted) message.deadline -= duration;
  }
}

void sort(State& state) {
  std::ranges::sort(state.messages, std::greater{});
}

void remove(State& state, unsigned message) {
  state.messages[message] = {};
  sort(state);
}

/// The worker waits for no reply any more: requests still under way are nobody's, and replies would
/// be thrown away.
void disown_messages(State& state, unsigned worker) {
  for (Message& message : state.messages) {
    if (message.worker != worker || message.kind == MessageKind::none) continue;
    message.awaited = false;
    if (message.is_reply()) message = {};
  }
  sort(state);
}

// From here on the worker does not believe, whatever is said about its heartbeat.
void begin_to_finish(State& state, const Action& action) {
  WorkerState& worker = state.workers[action.worker];
  worker.phase = Phase::finishing;
  worker.outcome = action.outcome;
  worker.version = 0;
  worker.expires = worker.deadline = worker.next_heartbeat = 0;
  disown_messages(state, action.worker);
}

}  // namespace

World::World(const Options& options)
    : options_(options),
      repository_(options),
      instants_(options),
      skew_(milliseconds(options.skew)),
      deadline_floor_(milliseconds(std::ranges::min(options.reapers))) {
  row_floor_ = deadline_floor_ - milliseconds(options.grace) - 1;
  message_floor_ = std::min(row_floor_, -skew_);
}

std::vector<State> World::initial_states() const {
  std::vector<State> states;
  const unsigned combinations = skew_ == 0 ? 1 : 1U << options_.workers;
  for (unsigned clocks = 0; clocks < combinations; ++clocks) {
    State state;
    for (unsigned worker = 0; worker < options_.workers; ++worker) {
      state.workers[worker].is_behind = (clocks >> worker & 1U) != 0;
    }
    states.push_back(state);
  }
  return states;
}

bool World::believes(const State& state, unsigned index) const {
  const WorkerState& worker = state.workers[index];
  const Relative shown = clock(worker);
  return worker.phase == Phase::holding && shown < worker.expires &&
         (options_.timeout == Duration{0} || shown < worker.deadline);
}

model::Operation World::operation(const Action& reaping, model::Time now) const {
  const model::Time shown = now + options_.reapers[reaping.reaper];
  if (reaping.kind == Action::Kind::time_out) return model::TransitionTimedOutAttempts{shown};
  return model::ExpireLeasesAndRequeue{shown - options_.grace};
}

// Pre: the action is a claim, a heartbeat or an ack.
void World::ask(State& state, const Action& action) const {
  WorkerState& worker = state.workers[action.worker];
  worker.awaits = true;
  if (action.kind == Action::Kind::claim) {
    send(state, {.kind = MessageKind::claim, .worker = action.worker, .attempt = action.attempt});
  } else if (action.kind == Action::Kind::heartbeat) {
    worker.next_heartbeat = milliseconds(options_.heartbeat_period);
    send(state, {.kind = MessageKind::heartbeat,
                 .worker = action.worker,
                 .attempt = worker.attempt,
                 .lease = worker.lease,
                 .expires = clock(worker) + milliseconds(options_.ttl)});
  } else {
    if (action.kind == Action::Kind::ack) begin_to_finish(state, action);
    send(state, {.kind = MessageKind::ack,
                 .worker = action.worker,
                 .attempt = worker.attempt,
                 .lease = worker.lease,
                 .outcome = worker.outcome});
  }
}

State World::apply(const State& before, const Action& action) const {
  State state = before;
  WorkerState& worker = state.workers[action.worker];
  switch (action.kind) {
    case Action::Kind::wait:
      pass(state, action.duration);
      state.phase = static_cast<std::uint16_t>(instants_.after(state.phase, action.duration));
      break;
    case Action::Kind::claim:
    case Action::Kind::heartbeat:
    case Action::Kind::ack:
    case Action::Kind::repeat_ack:
      ask(state, action);
      break;
    case Action::Kind::abandon:
      forget(state, action.worker);
      break;
    case Action::Kind::give_up:
      worker.awaits = false;
      disown_messages(state, action.worker);
      break;
    case Action::Kind::crash:
      forget(state, action.worker);
      worker.is_up = false;
      break;
    case Action::Kind::restart:
      worker.is_up = true;
      break;
    case Action::Kind::write_effect:
      write_effect(state, action.worker);
      break;
    case Action::Kind::serve:
      serve(state, action.message);
      break;
    case Action::Kind::deliver:
      deliver(state, action.message);
      break;
    case Action::Kind::lose:
      remove(state, action.message);
      break;
    case Action::Kind::duplicate:
      state.messages.back() = state.messages[action.message];
      sort(state);
      break;
    case Action::Kind::reap:
    case Action::Kind::time_out:
      static_cast<void>(repository_.call(state, operation(action, model::at_ms(0))));
      break;
    case Action::Kind::calm:
      state.is_calm = true;
      break;
  }
  return state;
}

void World::forget(State& state, unsigned worker) const {
  disown_messages(state, worker);
  const bool is_behind = state.workers[worker].is_behind;
  state.workers[worker] = {};
  state.workers[worker].is_behind = is_behind;
}

// Without messages in flight a request is carried out and answered at once.
void World::send(State& state, const Message& request) const {
  Message awaited = request;
  awaited.awaited = true;
  state.messages.back() = awaited;
  sort(state);
  if (options_.messages > 0) return;
  serve(state, 0);
  if (state.messages[0].is_reply()) deliver(state, 0);
}

void World::serve(State& state, unsigned index) const {
  const Message request = state.messages[index];
  const Issued issued{repository_.attempt_id(request.attempt),
                      repository_.worker_id(request.worker)};
  const model::Operation asked = operation(request, model::at_ms(0), Repository::lease_id);
  const model::Outcome outcome = repository_.call(state, asked, issued);
  state.messages[index] = request.awaited ? reply_to(state, request, outcome) : Message{};
  sort(state);
}

Message World::reply_to(const State& state, const Message& request,
                        const model::Outcome& outcome) const {
  Message reply{.kind = MessageKind::over, .worker = request.worker, .awaited = true};
  if (!outcome || request.kind == MessageKind::ack) return reply;
  if (request.kind == MessageKind::heartbeat) {
    reply.kind = MessageKind::refreshed;
    reply.expires = request.expires;
    return reply;
  }
  const auto& record = std::get<model::LeaseRecord>(*outcome);
  reply.kind = MessageKind::granted;
  reply.attempt = request.attempt;
  reply.lease = state.attempts[request.attempt].lease;
  reply.version = static_cast<std::uint8_t>(record.version);
  reply.expires = static_cast<Relative>(record.lease_expires_at.time_since_epoch().count());
  if (record.execution_deadline) {
    reply.deadline = static_cast<Relative>(record.execution_deadline->time_since_epoch().count());
  }
  return reply;
}

void World::deliver(State& state, unsigned index) const {
  const Message reply = state.messages[index];
  state.messages[index] = {};
  WorkerState& worker = state.workers[reply.worker];
  worker.awaits = false;
  if (reply.kind == MessageKind::refreshed) {
    worker.expires = std::max(worker.expires, reply.expires);
  } else {
    forget(state, reply.worker);
    if (reply.kind == MessageKind::granted) start_work(state, reply);
  }
  disown_messages(state, reply.worker);
}

void World::start_work(State& state, const Message& granted) const {
  WorkerState& worker = state.workers[granted.worker];
  worker.phase = Phase::holding;
  worker.attempt = granted.attempt;
  worker.lease = granted.lease;
  worker.version = granted.version;
  worker.expires = granted.expires;
  worker.deadline = granted.deadline;
  worker.next_heartbeat = milliseconds(options_.heartbeat_period);
}

// Rule 19c. The resource goes by the version it is shown; the order of the leases is ours.
void World::write_effect(State& state, unsigned index) const {
  const WorkerState& worker = state.workers[index];
  AttemptState& attempt = state.attempts[worker.attempt];
  if (worker.version < attempt.seen_version) {
    if (worker.lease == attempt.lease) state.broken = Broken::no_stale_effect;
    return;
  }
  if (worker.lease < attempt.seen_lease) state.broken = Broken::no_stale_effect;
  attempt.seen_version = worker.version;
  attempt.seen_lease = worker.lease;
}

}  // namespace leasecheck::system
