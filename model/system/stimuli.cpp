#include "model/system/stimuli.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace leasecheck::system {
namespace {

using Kind = Action::Kind;

/// Where calls are answered at once, a worker's action stands for a message there and back.
Options with_messages(Options options) {
  options.messages = std::max(options.messages, 1U);
  return options;
}

/// Follows a run in full: leases keep their numbers, times and versions do not saturate.
class Teller {
 public:
  Teller(const Options& options, const State& initial, model::Time epoch)
      : world_(with_messages(options)),
        is_synchronous_(options.messages == 0),
        state_(initial),
        now_(epoch) {
    for (unsigned attempt = 0; attempt < options.attempts; ++attempt) {
      operate("producer", now_, model::EnqueueAttempt{world_.repository().spec(attempt)});
    }
    for (unsigned worker = 0; worker < options.workers; ++worker) start(worker);
  }

  void follow(const Action& action) {
    const bool sends = action.kind == Kind::claim || action.kind == Kind::heartbeat ||
                       action.kind == Kind::ack || action.kind == Kind::repeat_ack;
    step(action);
    if (!is_synchronous_ || !sends) return;
    step({.kind = Kind::serve});
    step({.kind = Kind::deliver});
  }

  [[nodiscard]] std::vector<Stimulus> take() { return std::move(stimuli_); }

 private:
  /// The answer to a call that has not reached its worker yet.
  struct Answer {
    std::uint8_t worker;
    Message::Kind kind;
    std::uint64_t call;
  };

  void step(const Action& action) {
    record(action);
    const State before = std::exchange(state_, next(action));
    if (action.kind == Kind::serve) after_serving(before, before.messages[action.message]);
  }

  [[nodiscard]] State next(const Action& action) const {
    // Of the instants' phases nothing is needed here: the run has chosen its waits.
    State next = world_.apply(state_, action);
    next.phase = 0;
    return next;
  }

  // Adds what the action does to the run, before it changes the state.
  void record(const Action& action) {
    const model::Id& worker = world_.repository().worker_id(action.worker);
    switch (action.kind) {
      case Kind::wait:
        now_ += Duration{action.duration};
        break;
      case Kind::ack:
        happen(model::LeaseGivenUp{worker, held_lease(action.worker)});
        lose_answers(action.worker);
        break;
      case Kind::give_up:
        lose_answers(action.worker);
        break;
      case Kind::crash:
        happen(model::WorkerStopped{worker});
        lose_answers(action.worker);
        break;
      case Kind::restart:
        start(action.worker);
        break;
      case Kind::write_effect:
        write_effect(action.worker);
        break;
      case Kind::serve:
        serve(state_.messages[action.message]);
        break;
      case Kind::deliver:
        deliver(state_.messages[action.message]);
        break;
      case Kind::lose:
        lose(state_.messages[action.message]);
        break;
      case Kind::reap:
      case Kind::time_out:
        operate("reaper" + std::to_string(action.reaper + 1),
                now_ + world_.options().reapers[action.reaper], world_.operation(action, now_));
        break;
      case Kind::claim:
      case Kind::heartbeat:
      case Kind::repeat_ack:
      case Kind::abandon:
      case Kind::duplicate:
      case Kind::calm:
        break;
    }
  }

  void start(unsigned worker) {
    const Duration offset{world_.clock(state_.workers[worker])};
    happen(model::WorkerStarted{.worker = world_.repository().worker_id(worker),
                                .clock = {.offset = offset, .drift_ppm = 0}});
  }

  void serve(const Message& request) {
    const model::Time shown = now_ + Duration{world_.clock(state_.workers[request.worker])};
    operate(world_.repository().worker_id(request.worker), shown, operation(request));
  }

  // A call's number is the last one given but one, since its answer has a number too.
  void after_serving(const State& before, const Message& request) {
    const std::uint64_t call = steps_ - 1;
    const LeaseNumber lease = state_.attempts[request.attempt].leases;
    if (lease != before.attempts[request.attempt].leases) {
      handles_[{request.attempt, lease}] = {"L" + std::to_string(++granted_), call};
    }
    if (!request.awaited) {
      happen(model::ReplyLost{world_.repository().worker_id(request.worker), call});
      return;
    }
    const auto reply = std::ranges::find_if(state_.messages, [&](const Message& message) {
      return message.is_reply() && message.worker == request.worker &&
             std::ranges::count(before.messages, message) <
                 std::ranges::count(state_.messages, message);
    });
    answers_.push_back({request.worker, reply->kind, call});
  }

  void deliver(const Message& reply) {
    const auto answer = std::ranges::find_if(answers_, [&reply](const Answer& one) {
      return one.worker == reply.worker && one.kind == reply.kind;
    });
    happen(model::ReplyDelivered{world_.repository().worker_id(reply.worker), answer->call});
    answers_.erase(answer);
    lose_answers(reply.worker);
  }

  void lose(const Message& message) {
    const model::Id& worker = world_.repository().worker_id(message.worker);
    if (message.is_request()) {
      happen(model::RequestLost{worker, std::string(model::name_of(operation(message)))});
      return;
    }
    const auto answer = std::ranges::find_if(answers_, [&message](const Answer& one) {
      return one.worker == message.worker && one.kind == message.kind;
    });
    happen(model::ReplyLost{worker, answer->call});
    answers_.erase(answer);
  }

  void lose_answers(std::uint8_t worker) {
    std::erase_if(answers_, [&](const Answer& answer) {
      if (answer.worker != worker) return false;
      happen(model::ReplyLost{world_.repository().worker_id(worker), answer.call});
      return true;
    });
  }

  void write_effect(std::uint8_t index) {
    const WorkerState& worker = state_.workers[index];
    happen(model::EffectWritten{.worker = world_.repository().worker_id(index),
                                .attempt_id = world_.repository().attempt_id(worker.attempt),
                                .grant = handles_.at({worker.attempt, worker.lease}).call,
                                .believed_at = std::nullopt});
  }

  [[nodiscard]] model::Operation operation(const Message& request) const {
    return world_.operation(request, now_, [this](unsigned attempt, LeaseNumber lease) {
      return handles_.at({attempt, lease}).id;
    });
  }

  [[nodiscard]] const model::Id& held_lease(unsigned index) const {
    const WorkerState& worker = state_.workers[index];
    return handles_.at({worker.attempt, worker.lease}).id;
  }

  void operate(std::string actor, model::Time clock, model::Operation operation) {
    stimuli_.push_back(
        {steps_ + 1, now_, Operated{std::move(actor), clock, {now_, std::move(operation)}}});
    steps_ += 2;
  }

  void happen(model::Environment event) { stimuli_.push_back({++steps_, now_, std::move(event)}); }

  struct Handle {
    model::Id id;
    std::uint64_t call;
  };

  World world_;
  bool is_synchronous_;
  State state_;
  model::Time now_;
  std::uint64_t steps_ = 0;
  std::uint64_t granted_ = 0;
  std::map<std::pair<unsigned, LeaseNumber>, Handle> handles_;
  std::vector<Answer> answers_;
  std::vector<Stimulus> stimuli_;
};

}  // namespace

std::vector<Stimulus> stimuli_of(const Options& world, const State& initial,
                                 const std::vector<Action>& actions, model::Time epoch) {
  Teller teller(world, initial, epoch);
  for (const Action& action : actions) teller.follow(action);
  return teller.take();
}

}  // namespace leasecheck::system
