// Which states have the same futures: see state.hpp for why.

#include <algorithm>
#include <functional>
#include <vector>

#include "model/system/world.hpp"

namespace leasecheck::system {
namespace {

using MessageKind = Message::Kind;
using Phase = WorkerState::Phase;

/// Calls `visit(number)` for every reference to a lease of the attempt, the resource's apart.
template <typename Visit>
void each_lease(State& state, unsigned index, Visit&& visit) {
  visit(state.attempts[index].lease);
  visit(state.attempts[index].acked);
  for (WorkerState& worker : state.workers) {
    if (worker.attempt == index) visit(worker.lease);
  }
  for (Message& message : state.messages) {
    if (message.attempt == index) visit(message.lease);
  }
}

/// The same for versions that were granted.
template <typename Visit>
void each_version(State& state, unsigned index, Visit&& visit) {
  visit(state.attempts[index].seen_version);
  for (WorkerState& worker : state.workers) {
    if (worker.attempt == index) visit(worker.version);
  }
  for (Message& message : state.messages) {
    if (message.attempt == index) visit(message.version);
  }
}

using Ranks = std::vector<std::uint8_t>;

void add(Ranks& values, std::uint8_t value) {
  if (value != 0) values.push_back(value);
}

void order(Ranks& values) {
  std::ranges::sort(values);
  const auto repeated = std::ranges::unique(values);
  values.erase(repeated.begin(), repeated.end());
}

/// The rank of `value`, from 1; 0 stays 0.
std::uint8_t rank(const Ranks& values, std::uint8_t value) {
  if (value == 0) return 0;
  return static_cast<std::uint8_t>(std::ranges::lower_bound(values, value) - values.begin() + 1);
}

/// The ack is remembered only for one who may repeat it.
void forget_ack(State& state, unsigned index) {
  AttemptState& attempt = state.attempts[index];
  if (attempt.acked == 0) return;
  const auto may_repeat = [&](const auto& one) {
    return one.attempt == index && one.lease == attempt.acked;
  };
  if (std::ranges::any_of(state.workers, may_repeat) ||
      std::ranges::any_of(state.messages, may_repeat)) {
    return;
  }
  attempt.acked = attempt.holder = 0;
  attempt.acked_as = model::AckOutcome::completed;
}

/// The resource's memory matters only to one who holds an older grant.
void forget_effect(State& state, unsigned index) {
  AttemptState& attempt = state.attempts[index];
  bool is_older_held = false;
  each_lease(state, index, [&](LeaseNumber lease) {
    is_older_held = is_older_held || (lease != 0 && lease < attempt.seen_lease);
  });
  if (!is_older_held) attempt.seen_lease = attempt.seen_version = 0;
}

void number_leases(State& state, unsigned index) {
  AttemptState& attempt = state.attempts[index];
  Ranks leases;
  add(leases, attempt.seen_lease);
  each_lease(state, index, [&](LeaseNumber lease) { add(leases, lease); });
  order(leases);
  each_lease(state, index, [&](LeaseNumber& lease) { lease = rank(leases, lease); });
  attempt.seen_lease = rank(leases, attempt.seen_lease);
  attempt.leases = static_cast<std::uint8_t>(leases.size());
}

// The attempt's own version only has to be what it is to the others: at their highest or above it
// makes no difference, since the next grant is above either.
void rank_versions(State& state, unsigned index) {
  AttemptState& attempt = state.attempts[index];
  Ranks versions;
  each_version(state, index, [&](std::uint8_t version) { add(versions, version); });
  order(versions);
  const std::uint8_t highest = versions.empty() ? 0 : versions.back();
  attempt.version = std::min(attempt.version, highest);
  add(versions, attempt.version);
  order(versions);
  each_version(state, index, [&](std::uint8_t& version) { version = rank(versions, version); });
  attempt.version = rank(versions, attempt.version);
}

}  // namespace

State World::normalise(State state) const {
  const bool has_timeout = options_.timeout > Duration{0};
  for (AttemptState& attempt : state.attempts) {
    const bool is_leased = attempt.lease != 0;
    attempt.expires = is_leased ? std::max(attempt.expires, row_floor_) : 0;
    if (is_leased) {
      attempt.due = has_timeout ? std::max(attempt.due, deadline_floor_) : 0;
    } else {
      attempt.due = std::max(attempt.due, 0);
    }
    if (attempt.status != model::Status::retry_backoff && !is_leased) attempt.due = 0;
    // A budget that is spent is spent, however often retries go on beyond it.
    attempt.deliveries = std::min<std::uint8_t>(attempt.deliveries,
                                                static_cast<std::uint8_t>(options_.max_deliveries));
  }
  for (WorkerState& worker : state.workers) {
    const bool is_holding = worker.phase == Phase::holding;
    const Relative shown = clock(worker);
    worker.expires = is_holding ? std::max(worker.expires, shown) : 0;
    worker.deadline = is_holding && has_timeout ? std::max(worker.deadline, shown) : 0;
    worker.next_heartbeat = std::max(worker.next_heartbeat, 0);
    // A deadline does not move: the worker believes no more, however long the lease is refreshed.
    if (is_holding && has_timeout && worker.deadline == shown) worker.expires = shown;
  }
  for (Message& message : state.messages) {
    const bool is_grant = message.kind == MessageKind::granted;
    message.expires = message.carries_expiry() ? std::max(message.expires, message_floor_) : 0;
    message.deadline = is_grant && has_timeout ? std::max(message.deadline, -skew_) : 0;
  }
  for (unsigned index = 0; index < options_.attempts; ++index) {
    forget_ack(state, index);
    forget_effect(state, index);
    number_leases(state, index);
    rank_versions(state, index);
  }
  std::ranges::sort(state.messages, std::greater{});
  if (horizon(state) == 0) state.phase = 0;
  return state;
}

}  // namespace leasecheck::system
