#include "model/system/system.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace leasecheck::system {
namespace {

using Phase = WorkerState::Phase;

std::string number(char letter, unsigned index) {
  return letter + std::to_string(index + 1);
}

std::string describe_attempt(const World& world, const State& state, unsigned index) {
  const AttemptState& attempt = state.attempts[index];
  std::string text = number('a', index) + " " + std::string(model::word(attempt.status));
  if (attempt.lease != 0) {
    text += " by " + number('w', attempt.holder) + " lease " + std::to_string(attempt.lease) +
            " expires " + std::to_string(attempt.expires);
  }
  const bool is_waiting = attempt.status == model::Status::retry_backoff;
  const bool has_deadline = attempt.lease != 0 && world.options().timeout > Duration{0};
  if (is_waiting || has_deadline) text += " due " + std::to_string(attempt.due);
  if (attempt.attempt_no > 1) text += " try " + std::to_string(attempt.attempt_no);
  return text;
}

std::string describe_worker(const World& world, const State& state, unsigned index) {
  const WorkerState& worker = state.workers[index];
  std::string text = number('w', index);
  if (!worker.is_up) return text + " down";
  if (worker.phase == Phase::idle) return text + (worker.awaits ? " asks" : " idle");
  text += worker.phase == Phase::finishing ? " finishes "
          : world.believes(state, index)   ? " believes in "
                                           : " held ";
  text += number('a', worker.attempt) + " lease " + std::to_string(worker.lease);
  if (worker.phase == Phase::holding) text += " until " + std::to_string(worker.expires);
  if (world.clock(worker) != 0) text += " by a clock at " + std::to_string(world.clock(worker));
  return text;
}

std::string_view word(Message::Kind kind) {
  switch (kind) {
    case Message::Kind::none:
      return "none";
    case Message::Kind::claim:
      return "claim";
    case Message::Kind::heartbeat:
      return "heartbeat";
    case Message::Kind::ack:
      return "ack";
    case Message::Kind::granted:
      return "granted";
    case Message::Kind::refreshed:
      return "refreshed";
    case Message::Kind::over:
      return "over";
  }
  std::unreachable();
}

std::string_view word(Action::Kind kind) {
  switch (kind) {
    case Action::Kind::wait:
      return "wait";
    case Action::Kind::claim:
      return "asks for";
    case Action::Kind::heartbeat:
      return "sends a heartbeat";
    case Action::Kind::ack:
      return "acks";
    case Action::Kind::repeat_ack:
      return "repeats its ack";
    case Action::Kind::abandon:
      return "drops its expired lease";
    case Action::Kind::give_up:
      return "waits no longer";
    case Action::Kind::crash:
      return "crashes";
    case Action::Kind::restart:
      return "starts";
    case Action::Kind::write_effect:
      return "writes an effect";
    case Action::Kind::serve:
      return "request arrives";
    case Action::Kind::deliver:
      return "reply arrives";
    case Action::Kind::lose:
      return "message is lost";
    case Action::Kind::duplicate:
      return "request is doubled";
    case Action::Kind::reap:
      return "reaps";
    case Action::Kind::time_out:
      return "times out";
    case Action::Kind::calm:
      return "faults stop";
  }
  std::unreachable();
}

}  // namespace

std::string describe(const World& world, const State& state) {
  std::string text;
  for (unsigned index = 0; index < world.options().attempts; ++index) {
    text += describe_attempt(world, state, index) + "; ";
  }
  for (unsigned index = 0; index < world.options().workers; ++index) {
    text += describe_worker(world, state, index) + "; ";
  }
  for (const Message& message : state.messages) {
    if (message.kind == Message::Kind::none) break;
    text += std::string(word(message.kind)) + (message.is_reply() ? " to " : " from ") +
            number('w', message.worker) + "; ";
  }
  text.resize(text.size() - 2);
  return text;
}

std::string describe(const World& world, const Action& action) {
  const std::string what = action_label(action);
  switch (action.kind) {
    case Action::Kind::wait:
      return what + " " + std::to_string(action.duration) + " ms";
    case Action::Kind::claim:
      return number('w', action.worker) + " " + what + " " + number('a', action.attempt);
    case Action::Kind::ack:
    case Action::Kind::heartbeat:
    case Action::Kind::repeat_ack:
    case Action::Kind::abandon:
    case Action::Kind::give_up:
    case Action::Kind::crash:
    case Action::Kind::restart:
    case Action::Kind::write_effect:
      return number('w', action.worker) + " " + what;
    case Action::Kind::serve:
    case Action::Kind::deliver:
    case Action::Kind::lose:
    case Action::Kind::duplicate:
      return what +
             (world.options().messages > 1 ? " (" + std::to_string(action.message + 1) + ")" : "");
    case Action::Kind::reap:
    case Action::Kind::time_out:
      return "reaper" + std::to_string(action.reaper + 1) + " " + what;
    case Action::Kind::calm:
      return what;
  }
  std::unreachable();
}

std::string action_label(const Action& action) {
  std::string what(word(action.kind));
  return action.kind == Action::Kind::ack ? what + " " + std::string(model::word(action.outcome))
                                          : what;
}

std::optional<unsigned> fairness_class(const Action& action) {
  switch (action.kind) {
    case Action::Kind::wait:
      return 0;
    case Action::Kind::calm:
      return 1;
    case Action::Kind::serve:
      return 2;
    case Action::Kind::deliver:
      return 3;
    case Action::Kind::reap:
      return 4;
    case Action::Kind::time_out:
      return 5;
    case Action::Kind::claim:
      return 6;
    case Action::Kind::ack:
    case Action::Kind::repeat_ack:
      return 7;
    case Action::Kind::give_up:
      return 8;
    case Action::Kind::restart:
      return 9;
    case Action::Kind::heartbeat:
    case Action::Kind::abandon:
    case Action::Kind::crash:
    case Action::Kind::write_effect:
    case Action::Kind::lose:
    case Action::Kind::duplicate:
      return std::nullopt;
  }
  std::unreachable();
}

State renamed(const State& state, const std::vector<unsigned>& worker_names,
              const std::vector<unsigned>& attempt_names) {
  State image = state;
  const auto worker = [&](std::uint8_t& name) {
    name = static_cast<std::uint8_t>(worker_names[name]);
  };
  const auto attempt = [&](std::uint8_t& name) {
    name = static_cast<std::uint8_t>(attempt_names[name]);
  };
  for (std::size_t index = 0; index < attempt_names.size(); ++index) {
    AttemptState& moved = image.attempts[attempt_names[index]] = state.attempts[index];
    if (moved.lease != 0 || moved.acked != 0) worker(moved.holder);
  }
  for (std::size_t index = 0; index < worker_names.size(); ++index) {
    WorkerState& moved = image.workers[worker_names[index]] = state.workers[index];
    if (moved.lease != 0) attempt(moved.attempt);
  }
  for (Message& message : image.messages) {
    if (message.kind == Message::Kind::none) continue;
    worker(message.worker);
    // What ends or extends a lease goes to its worker and names no attempt.
    if (message.is_request() || message.kind == Message::Kind::granted) attempt(message.attempt);
  }
  std::ranges::sort(image.messages, std::greater{});
  return image;
}

}  // namespace leasecheck::system
