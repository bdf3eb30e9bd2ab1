#include "model/system/properties.hpp"

#include <algorithm>
#include <array>

namespace leasecheck::system {
namespace {

using Phase = WorkerState::Phase;

template <Broken rule>
bool is_kept(const World&, const State& state) {
  return state.broken != rule;
}

bool everywhere(const Options&) {
  return true;
}

template <typename Predicate>
bool any_attempt(const World& world, const State& state, Predicate&& predicate) {
  return std::any_of(state.attempts.begin(), state.attempts.begin() + world.options().attempts,
                     predicate);
}

/// Calls `predicate(holder, other)` for every two workers that hold grants of one attempt.
template <typename Predicate>
bool any_two_holders(const World& world, const State& state, Predicate&& predicate) {
  for (unsigned one = 0; one < world.options().workers; ++one) {
    for (unsigned other = 0; other < world.options().workers; ++other) {
      const WorkerState& left = state.workers[one];
      const WorkerState& right = state.workers[other];
      if (one != other && left.phase == Phase::holding && right.phase == Phase::holding &&
          left.attempt == right.attempt && predicate(one, other)) {
        return true;
      }
    }
  }
  return false;
}

// Rule 19b.
bool no_double_belief(const World& world, const State& state) {
  return !any_two_holders(world, state, [&](unsigned one, unsigned other) {
    return world.believes(state, one) && world.believes(state, other);
  });
}

bool hand_over(const World& world, const State& state) {
  return any_two_holders(world, state,
                         [&](unsigned one, unsigned) { return world.believes(state, one); });
}

bool older_holder_is_fenced(const World& world, const State& state) {
  return any_two_holders(world, state, [&](unsigned one, unsigned) {
    const WorkerState& worker = state.workers[one];
    return worker.version < state.attempts[worker.attempt].seen_version;
  });
}

bool expired_within_grace(const World& world, const State& state) {
  const auto floor = static_cast<Relative>(-world.options().grace.count());
  return any_attempt(world, state, [floor](const AttemptState& attempt) {
    return attempt.lease != 0 && attempt.expires < 0 && attempt.expires >= floor;
  });
}

bool refreshed_lease(const World& world, const State& state) {
  return any_attempt(world, state,
                     [](const AttemptState& attempt) {
                       return attempt.lease != 0 && attempt.expires > 0;
                     }) &&
         std::ranges::any_of(state.messages, [](const Message& message) {
           return message.kind == Message::Kind::refreshed;
         });
}

bool late_heartbeat(const World&, const State& state) {
  return std::ranges::any_of(state.messages, [&state](const Message& message) {
    const AttemptState& attempt = state.attempts[message.attempt];
    return message.kind == Message::Kind::heartbeat && message.lease == attempt.lease &&
           message.expires < attempt.expires;
  });
}

bool late_ack(const World&, const State& state) {
  return std::ranges::any_of(state.messages, [&state](const Message& message) {
    const AttemptState& attempt = state.attempts[message.attempt];
    return message.kind == Message::Kind::ack && message.lease != attempt.lease &&
           message.lease != attempt.acked;
  });
}

bool in_backoff(const World& world, const State& state) {
  return any_attempt(world, state, [](const AttemptState& attempt) {
    return attempt.status == model::Status::retry_backoff && attempt.due > 0;
  });
}

bool last_delivery(const World& world, const State& state) {
  return any_attempt(world, state, [&world](const AttemptState& attempt) {
    return attempt.lease != 0 && attempt.deliveries == world.options().max_deliveries;
  });
}

bool overdue(const World& world, const State& state) {
  return any_attempt(world, state, [](const AttemptState& attempt) {
    return attempt.lease != 0 && attempt.due <= 0;
  });
}

bool progress(const World& world, const State& state) {
  return !any_attempt(world, state, [](const AttemptState& attempt) {
    return !model::is_terminal(attempt.status);
  });
}

bool has_heartbeats(const Options& options) {
  return options.heartbeat_period > Duration{0};
}
bool has_requests_in_flight(const Options& options) {
  return options.messages > 0;
}
bool has_two_holders(const Options& options) {
  return options.workers > 1 && (options.reaping || options.timeout > Duration{0});
}

}  // namespace

std::span<const Claim> all_claims() {
  using check::Kind;
  static constexpr auto claims = std::to_array<Claim>({
      {"no_double_lease_rows", Kind::always, is_kept<Broken::no_double_lease_rows>, everywhere},
      {"no_double_belief", Kind::always, no_double_belief, everywhere},
      {"no_stale_effect", Kind::always, is_kept<Broken::no_stale_effect>, everywhere},
      {"terminal_is_final", Kind::always, is_kept<Broken::terminal_is_final>, everywhere},
      {"holder_only", Kind::always, is_kept<Broken::holder_only>, everywhere},
      {"never_early", Kind::always, is_kept<Broken::never_early>, everywhere},
      {"expiry_never_lowered", Kind::always, is_kept<Broken::expiry_never_lowered>, everywhere},
      {"monotonic_versions", Kind::always, is_kept<Broken::monotonic_versions>, everywhere},
      {"requeue_after_grace", Kind::always, is_kept<Broken::requeue_after_grace>, everywhere},
      {"timeouts", Kind::always, is_kept<Broken::timeouts>, everywhere},
      {"retry_budget", Kind::always, is_kept<Broken::retry_budget>, everywhere},
      {"nothing_lost", Kind::always, is_kept<Broken::nothing_lost>, everywhere},
      {"all_attempts_end", Kind::sometimes, progress, everywhere},
      {"hand_over", Kind::sometimes, hand_over, has_two_holders},
      {"older_holder_is_fenced", Kind::sometimes, older_holder_is_fenced,
       [](const Options& options) { return has_two_holders(options) && options.effects; }},
      {"expired_within_grace", Kind::sometimes, expired_within_grace,
       [](const Options& options) { return options.grace > Duration{0}; }},
      {"refreshed_lease", Kind::sometimes, refreshed_lease,
       [](const Options& options) {
         return has_heartbeats(options) && has_requests_in_flight(options);
       }},
      {"late_heartbeat", Kind::sometimes, late_heartbeat,
       [](const Options& options) {
         return has_heartbeats(options) && options.messages > 1 && options.faults.giving_up;
       }},
      {"late_ack", Kind::sometimes, late_ack,
       [](const Options& options) { return has_requests_in_flight(options) && options.reaping; }},
      {"in_backoff", Kind::sometimes, in_backoff,
       [](const Options& options) { return options.retries > 0; }},
      {"last_delivery", Kind::sometimes, last_delivery,
       [](const Options& options) { return options.max_deliveries > 0; }},
      {"overdue", Kind::sometimes, overdue,
       [](const Options& options) { return options.timeout > Duration{0}; }},
      {"progress", Kind::eventually, progress, [](const Options& options) { return options.calm; }},
  });
  return claims;
}

}  // namespace leasecheck::system
