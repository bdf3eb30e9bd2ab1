#include "tests/model/generators.hpp"

#include <rapidcheck/state.h>

#include <limits>
#include <map>
#include <string>

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

/// What is worth aiming at in a state.
struct Aims {
  struct Holding {
    Id lease_id;
    Id worker_id;
    std::uint64_t version = 0;
  };
  std::vector<Time> times;  ///< all that decide anything, those below among them
  std::vector<Time> expiries;
  std::vector<Time> deadlines;    ///< of executions
  std::vector<Holding> holdings;  ///< of current leases, and of acks that are remembered
  std::vector<AttemptSpec> specs;
  std::vector<Id> waiting;  ///< attempts that are dispatchable at some time
  std::uint64_t leases_issued = 0;
};

Aims aims_of(const State& state) {
  Aims aims;
  aims.leases_issued = state.leases_issued;
  const auto add = [&](const std::optional<Time>& time) {
    if (time) aims.times.push_back(*time);
  };
  for (const auto& [id, attempt] : state.attempts) {
    aims.specs.push_back(attempt.spec);
    if (dispatchable_at(attempt)) aims.waiting.push_back(id);
    add(attempt.spec.not_before);
    add(attempt.ready_at);
    add(attempt.retry_at);
    if (attempt.dead_letter) add(attempt.dead_letter->dead_at);
    if (attempt.lease) {
      aims.expiries.push_back(attempt.lease->expires_at);
      add(attempt.lease->expires_at);
      add(attempt.lease->heartbeat_at);
      if (attempt.spec.timeout) {
        aims.deadlines.push_back(saturating_add(*attempt.started_at, *attempt.spec.timeout));
        add(aims.deadlines.back());
      }
      aims.holdings.push_back({attempt.lease->lease_id, attempt.lease->worker_id, attempt.version});
    }
    if (attempt.last_ack) {
      aims.holdings.push_back(
          {attempt.last_ack->lease_id, attempt.last_ack->worker_id, attempt.version});
    }
  }
  return aims;
}

// The functions below draw: they may be called inside rc::gen::exec only.

/// The same at every size: RapidCheck narrows ranges in small cases, and the kind of an action is
/// no matter of size.
int below(int bound) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, bound));
}

/// Shrinks towards "no".
bool one_in(int n) {
  return below(n) == n - 1;
}

template <typename T>
T one_of(std::vector<T> choices) {
  return *rc::gen::elementOf(std::move(choices));
}

template <typename T, typename Draw>
std::optional<T> sometimes(int one_in_n, Draw draw) {
  if (!one_in(one_in_n)) return std::nullopt;
  return std::optional<T>(draw());
}

/// One before, on or one after.
Time draw_near(const std::vector<Time>& times) {
  return saturating_add(one_of(times), Duration{below(3) - 1});
}

/// Small times come from few, so that they tie.
Time draw_time(const Aims& aims) {
  const int kind = below(16);
  if (kind < 9 && !aims.times.empty()) return draw_near(aims.times);
  if (kind < 15) return at_ms(below(60));
  return one_of<Time>({beginning_of_time, saturating_add(beginning_of_time, Duration{1}), at_ms(-1),
                       at_ms(0), saturating_add(end_of_time, Duration{-1}), end_of_time});
}

/// Mostly near one of these.
Time draw_time(const Aims& aims, const std::vector<Time>& favoured) {
  return favoured.empty() || one_in(4) ? draw_time(aims) : draw_near(favoured);
}

Id draw_bad_id() {
  return one_of<Id>({"", std::string(256, 'x'), "\xff", "a\xc3", std::string("a\0b", 3)});
}

Id draw_id(std::string_view prefix, int count) {
  if (one_in(32)) return draw_bad_id();
  if (one_in(16)) {
    return one_of<Id>({"'; DROP TABLE attempts; --", "100%_\"`", "caf\xc3\xa9", "\xf0\x9f\x90\x8e",
                       std::string(255, 'x')});
  }
  return std::string(prefix) + std::to_string(below(count) + 1);
}

Id draw_new_attempt() {
  return draw_id("a", 9);
}

/// Mostly one that exists.
Id draw_attempt(const Aims& aims) {
  return aims.specs.empty() || one_in(6) ? draw_new_attempt() : one_of(aims.specs).attempt_id;
}
Id draw_run() {
  return draw_id("r", 3);
}
Id draw_worker() {
  return draw_id("w", 3);
}

/// Mostly a current holder with its own version; else somebody who is wrong in one way or another.
Aims::Holding draw_holding(const Aims& aims) {
  const bool live = !aims.holdings.empty() && !one_in(4);
  Aims::Holding holding =
      live ? one_of(aims.holdings)
           : Aims::Holding{"L" + std::to_string(below(static_cast<int>(aims.leases_issued) + 2)),
                           draw_worker(), 1};
  if (one_in(12)) holding.worker_id = draw_worker();
  if (one_in(24)) holding.lease_id = draw_bad_id();
  return holding;
}

std::uint64_t draw_limit() {
  constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
  if (one_in(2)) return one_of<std::uint64_t>({largest / 2, largest / 2 + 1, largest});
  return static_cast<std::uint64_t>(below(5));
}

Duration draw_duration() {
  if (one_in(32)) return one_of<Duration>({Duration{-1}, Duration::max()});
  return Duration{below(60)};
}

std::int64_t draw_policy_count() {
  if (one_in(32)) return one_of<std::int64_t>({-1, 2'147'483'646, 2'147'483'647});
  return below(4);
}

RetryPolicy draw_retry_policy() {
  RetryPolicy policy;
  policy.strategy = one_of<BackoffStrategy>({BackoffStrategy::fixed, BackoffStrategy::exponential});
  policy.backoff = draw_duration();
  policy.max_backoff = sometimes<Duration>(3, draw_duration);
  policy.multiplier = one_in(2) ? draw_policy_count() : 2;
  policy.max_retries = draw_policy_count();
  return policy;
}

AttemptSpec draw_spec(const Aims& aims) {
  if (!aims.specs.empty() && one_in(6)) return one_of(aims.specs);
  AttemptSpec spec;
  spec.attempt_id = draw_new_attempt();
  spec.run_id = draw_run();
  spec.priority = one_in(8) ? one_of<std::int32_t>({std::numeric_limits<std::int32_t>::min(),
                                                    std::numeric_limits<std::int32_t>::max()})
                            : below(3) - 1;
  spec.not_before = sometimes<Time>(3, [&] { return draw_time(aims); });
  spec.timeout = sometimes<Duration>(2, draw_duration);
  spec.on_timeout = one_of<OnTimeout>({OnTimeout::retry, OnTimeout::fail, OnTimeout::cancel});
  spec.retry_policy = sometimes<RetryPolicy>(2, draw_retry_policy);
  spec.max_deliveries = sometimes<std::int64_t>(3, draw_policy_count);
  spec.tenant_id = sometimes<Id>(8, [] { return draw_id("t", 2); });
  return spec;
}

UpsertLease draw_claim(const Aims& aims, Time now) {
  const bool waits = !aims.waiting.empty() && !one_in(4);
  const Time soon = saturating_add(now, Duration{below(80) + 1});
  return {waits ? one_of(aims.waiting) : draw_attempt(aims), draw_worker(),
          one_in(8) ? draw_time(aims) : soon};
}

HeartbeatLeaseWithVersion draw_versioned_heartbeat(const Aims& aims) {
  const Aims::Holding by = draw_holding(aims);
  const std::uint64_t version = one_in(6) ? by.version - 1 : by.version;
  return {by.lease_id, by.worker_id, version, draw_time(aims), draw_time(aims)};
}

AckAttempt draw_ack(const Aims& aims) {
  const Aims::Holding by = draw_holding(aims);
  return {by.lease_id, by.worker_id,
          one_of<AckOutcome>({AckOutcome::failed, AckOutcome::failed, AckOutcome::completed,
                              AckOutcome::cancelled})};
}

AppendRunEvent draw_event(const Aims& aims) {
  const Aims::Holding by = draw_holding(aims);
  return {by.lease_id, by.worker_id, draw_id("kind", 2),
          one_of<std::string>({"null", "1", "\"\xc3\xa9\"", R"({"a":[1,true]})", "{", ""})};
}

template <typename HolderOperation>
HolderOperation by_holder(const Aims& aims) {
  const Aims::Holding by = draw_holding(aims);
  return {by.lease_id, by.worker_id};
}

Operation draw_reading(const Aims& aims) {
  switch (below(9)) {
    case 0:
      return ListDispatchableAttempts{draw_time(aims), draw_limit()};
    case 1:
      return LatestSeqForRun{draw_run()};
    case 2:
      return ListDeadLetters{draw_limit()};
    case 3:
      return GetAttempt{draw_attempt(aims)};
    case 4:
      return GetLease{draw_holding(aims).lease_id};
    case 5:
      return GetLeaseForAttempt{draw_attempt(aims)};
    case 6:
      return QueueDepth{draw_time(aims)};
    case 7:
      return CountByStatus{};
    default:
      return ListRunEvents{draw_run(), draw_limit(), draw_limit()};
  }
}

Operation draw_by_holder(const Aims& aims, int kind) {
  switch (kind) {
    case 0: {
      const Aims::Holding by = draw_holding(aims);
      return HeartbeatLease{by.lease_id, draw_time(aims), draw_time(aims)};
    }
    case 1:
      return draw_versioned_heartbeat(aims);
    case 2:
      return by_holder<StartAttempt>(aims);
    case 3:
      return by_holder<ReleaseLease>(aims);
    case 4:
      return draw_event(aims);
    default:
      return draw_ack(aims);
  }
}

Operation draw_operation(const Aims& aims, Time now) {
  const int kind = below(64);
  if (kind < 11) return EnqueueAttempt{draw_spec(aims)};
  if (kind < 24) return draw_claim(aims, now);
  if (kind < 46 && (!aims.holdings.empty() || one_in(4))) return draw_by_holder(aims, below(8));
  if (kind < 46) return draw_claim(aims, now);
  if (kind < 49) return ExpireLeasesAndRequeue{draw_time(aims, aims.expiries)};
  if (kind < 52) return TransitionTimedOutAttempts{draw_time(aims, aims.deadlines)};
  if (kind < 54) return CancelAttempt{draw_attempt(aims)};
  if (kind < 57) return ReplayDeadLetter{draw_attempt(aims)};
  if (kind < 63 || !one_in(4)) return draw_reading(aims);
  return Reset{};
}

/// A generator of `draw(aims of state)`.
template <typename Draw>
auto aiming(const State& state, Draw draw) {
  return rc::gen::exec(
      [aims = std::make_shared<const Aims>(aims_of(state)), draw] { return draw(*aims); });
}

/// RapidCheck's way to make sequences in which each element depends on the state before it.
struct ActionCommand : rc::state::Command<State, int> {
  explicit ActionCommand(Action taken) : action(std::move(taken)) {}
  void apply(State& state) const override { state = step(std::move(state), action).state; }
  void show(std::ostream& out) const override { out << action; }
  Action action;
};

}  // namespace

rc::Gen<Time> any_time(const State& state) {
  return aiming(state, [](const Aims& aims) { return draw_time(aims); });
}

rc::Gen<AttemptSpec> any_spec(const State& state) {
  return aiming(state, draw_spec);
}

rc::Gen<RetryPolicy> any_retry_policy() {
  return rc::gen::exec(draw_retry_policy);
}

rc::Gen<Action> any_action(const State& state) {
  return aiming(state, [](const Aims& aims) {
    const Time now = draw_time(aims);
    return Action{now, draw_operation(aims, now)};
  });
}

rc::Gen<std::vector<Action>> any_actions() {
  const auto next = [](const State& state) {
    return rc::gen::map(any_action(state),
                        [](Action action) -> std::shared_ptr<const rc::state::Command<State, int>> {
                          return std::make_shared<ActionCommand>(std::move(action));
                        });
  };
  return rc::gen::map(rc::gen::scale(2, rc::state::gen::commands(State{}, next)),
                      [](const auto& commands) {
                        std::vector<Action> actions;
                        for (const auto& command : commands) {
                          actions.push_back(static_cast<const ActionCommand&>(*command).action);
                        }
                        return actions;
                      });
}

State state_after(const std::vector<Action>& actions) {
  State state;
  for (const Action& action : actions) state = step(std::move(state), action).state;
  return state;
}

}  // namespace leasecheck::tests
