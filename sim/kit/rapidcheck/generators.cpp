#include "leasecheck/generators.hpp"

#include <rapidcheck/state.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "leasecheck/spec/operation_traits.hpp"
#include "leasecheck/spec/step.hpp"

namespace leasecheck::rapidcheck {
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
  return n > 0 && below(n) == n - 1;
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

Id draw_strange_id() {
  return one_of<Id>({"'; DROP TABLE attempts; --", "100%_\"`", "caf\xc3\xa9", "\xf0\x9f\x90\x8e",
                     std::string(255, 'x')});
}

/// Draws specs: what depends on the menu, but on no lease.
class SpecDrawing {
 public:
  SpecDrawing(const Aims& aims, const Menu& menu) : aims_(aims), menu_(menu) {}

  AttemptSpec spec() const {
    if (!aims_.specs.empty() && one_in(6)) return one_of(aims_.specs);
    AttemptSpec spec;
    spec.attempt_id = new_attempt();
    spec.run_id = run();
    spec.priority = one_in(8) ? one_of<std::int32_t>({std::numeric_limits<std::int32_t>::min(),
                                                      std::numeric_limits<std::int32_t>::max()})
                              : below(3) - 1;
    spec.not_before = sometimes<Time>(3, [this] { return draw_time(aims_); });
    spec.timeout = sometimes<Duration>(2, [this] { return duration(); });
    spec.on_timeout = one_of<OnTimeout>({OnTimeout::retry, OnTimeout::fail, OnTimeout::cancel});
    spec.retry_policy = sometimes<RetryPolicy>(2, [this] { return retry_policy(); });
    spec.max_deliveries = sometimes<std::int64_t>(3, [this] { return policy_count(); });
    spec.tenant_id = sometimes<Id>(8, [this] { return id("t", 2); });
    return spec;
  }

  RetryPolicy retry_policy() const {
    RetryPolicy policy;
    policy.strategy =
        one_of<BackoffStrategy>({BackoffStrategy::fixed, BackoffStrategy::exponential});
    policy.backoff = duration();
    policy.max_backoff = sometimes<Duration>(3, [this] { return duration(); });
    policy.multiplier = one_in(2) ? policy_count() : 2;
    policy.max_retries = policy_count();
    return policy;
  }

 protected:
  Id id(std::string_view prefix, int count) const {
    if (one_in(menu_.hostile_one_in)) return draw_bad_id();
    if (one_in(menu_.hostile_one_in / 2)) return draw_strange_id();
    return std::string(prefix) + std::to_string(below(count) + 1);
  }

  Id new_attempt() const { return id("a", menu_.attempts); }
  Id run() const { return id("r", menu_.runs); }
  Id worker() const { return id("w", menu_.workers); }

  Duration duration() const {
    if (one_in(menu_.hostile_one_in)) return one_of<Duration>({Duration{-1}, Duration::max()});
    return Duration{one_of<int>({0, 1, 2, 3, 10, 50})};
  }

  std::int64_t policy_count() const {
    if (one_in(menu_.hostile_one_in)) {
      return one_of<std::int64_t>({-1, 2'147'483'646, 2'147'483'647});
    }
    return below(4);
  }

  const Aims& aims_;
  const Menu& menu_;
};

/// Draws operations.
class Drawing final : public SpecDrawing {
 public:
  using SpecDrawing::SpecDrawing;

  Action action() const {
    const Time now = draw_time(aims_);
    return {now, operation(now)};
  }

 private:
  /// How often an operation is drawn, in relation to the others on the menu.
  struct Kind {
    std::string_view name;
    int weight;
    bool is_by_holder;
    Operation (Drawing::*draw)(Time now) const;
  };

  template <class Drawn>
  static constexpr Kind kind(int weight, Operation (Drawing::*draw)(Time now) const) {
    constexpr bool names_lease = requires(Drawn operation) {
      operation.lease_id;
    };
    return {traits_of<Drawn>.name, weight, traits_of<Drawn>.mutates && names_lease, draw};
  }

  // The more an operation moves, the more often.
  static const std::array<Kind, std::variant_size_v<Operation>> kinds;

  // What only a holder can do is mostly not worth trying while there is none.
  static int weight(const Kind& kind, bool is_anything_held) {
    return kind.is_by_holder && !is_anything_held ? (kind.weight + 3) / 4 : kind.weight;
  }

  Operation operation(Time now) const {
    const bool is_anything_held = !aims_.holdings.empty();
    std::vector<const Kind*> choices;
    int total = 0;
    for (const Kind& kind : kinds) {
      const bool is_always_drawn = kind.name == traits_of<EnqueueAttempt>.name;
      if (!is_always_drawn && !menu_.operations.contains(kind.name)) continue;
      choices.push_back(&kind);
      total += weight(kind, is_anything_held);
    }
    int drawn = below(total);
    auto choice = choices.begin();
    while (drawn >= weight(**choice, is_anything_held)) {
      drawn -= weight(**choice, is_anything_held);
      ++choice;
    }
    return (this->*(*choice)->draw)(now);
  }

  /// Mostly one that exists.
  Id attempt() const {
    return aims_.specs.empty() || one_in(6) ? new_attempt() : one_of(aims_.specs).attempt_id;
  }

  /// Mostly a current holder with its own version; else somebody who is wrong in one way or
  /// another.
  Aims::Holding holding() const {
    const bool live = !aims_.holdings.empty() && !one_in(4);
    Aims::Holding holding =
        live ? one_of(aims_.holdings)
             : Aims::Holding{"L" + std::to_string(below(static_cast<int>(aims_.leases_issued) + 2)),
                             worker(), 1};
    if (one_in(12)) holding.worker_id = worker();
    if (one_in(menu_.hostile_one_in)) holding.lease_id = draw_bad_id();
    return holding;
  }

  static std::uint64_t limit() {
    constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
    if (one_in(2)) return one_of<std::uint64_t>({largest / 2, largest / 2 + 1, largest});
    return static_cast<std::uint64_t>(below(5));
  }

  template <typename HolderOperation>
  HolderOperation by_holder() const {
    const Aims::Holding by = holding();
    return {by.lease_id, by.worker_id};
  }

  Operation reset(Time) const { return Reset{}; }
  Operation enqueue(Time) const { return EnqueueAttempt{spec()}; }
  Operation claim(Time now) const {
    const bool waits = !aims_.waiting.empty() && !one_in(4);
    const Time soon = saturating_add(now, Duration{below(80) + 1});
    return UpsertLease{waits ? one_of(aims_.waiting) : attempt(), worker(),
                       one_in(8) ? draw_time(aims_) : soon};
  }
  Operation heartbeat(Time) const {
    return HeartbeatLease{holding().lease_id, draw_time(aims_), draw_time(aims_)};
  }
  Operation versioned_heartbeat(Time) const {
    const Aims::Holding by = holding();
    const std::uint64_t version = one_in(6) ? by.version - 1 : by.version;
    return HeartbeatLeaseWithVersion{by.lease_id, by.worker_id, version, draw_time(aims_),
                                     draw_time(aims_)};
  }
  Operation reap(Time) const { return ExpireLeasesAndRequeue{draw_time(aims_, aims_.expiries)}; }
  Operation time_out(Time) const {
    return TransitionTimedOutAttempts{draw_time(aims_, aims_.deadlines)};
  }
  Operation start(Time) const { return by_holder<StartAttempt>(); }
  Operation release(Time) const { return by_holder<ReleaseLease>(); }
  Operation ack(Time) const {
    auto ack = by_holder<AckAttempt>();
    ack.outcome = one_of<AckOutcome>(
        {AckOutcome::failed, AckOutcome::failed, AckOutcome::completed, AckOutcome::cancelled});
    return ack;
  }
  Operation append(Time) const {
    const Aims::Holding by = holding();
    return AppendRunEvent{
        by.lease_id, by.worker_id, id("kind", 2),
        one_of<std::string>({"null", "1", "\"\xc3\xa9\"", R"({"a":[1,true]})", "{", ""})};
  }
  Operation cancel(Time) const { return CancelAttempt{attempt()}; }
  Operation replay(Time) const { return ReplayDeadLetter{attempt()}; }
  Operation list(Time) const { return ListDispatchableAttempts{draw_time(aims_), limit()}; }
  Operation latest_seq(Time) const { return LatestSeqForRun{run()}; }
  Operation dead_letters(Time) const { return ListDeadLetters{limit()}; }
  Operation get_attempt(Time) const { return GetAttempt{attempt()}; }
  Operation get_lease(Time) const { return GetLease{holding().lease_id}; }
  Operation lease_of_attempt(Time) const { return GetLeaseForAttempt{attempt()}; }
  Operation depth(Time) const { return QueueDepth{draw_time(aims_)}; }
  Operation counts(Time) const { return CountByStatus{}; }
  Operation events(Time) const { return ListRunEvents{run(), limit(), limit()}; }
};

const std::array<Drawing::Kind, std::variant_size_v<Operation>> Drawing::kinds{
    {kind<EnqueueAttempt>(44, &Drawing::enqueue),
     kind<UpsertLease>(52, &Drawing::claim),
     kind<AckAttempt>(33, &Drawing::ack),
     kind<HeartbeatLease>(11, &Drawing::heartbeat),
     kind<HeartbeatLeaseWithVersion>(11, &Drawing::versioned_heartbeat),
     kind<StartAttempt>(11, &Drawing::start),
     kind<ReleaseLease>(11, &Drawing::release),
     kind<AppendRunEvent>(11, &Drawing::append),
     kind<ExpireLeasesAndRequeue>(12, &Drawing::reap),
     kind<TransitionTimedOutAttempts>(12, &Drawing::time_out),
     kind<CancelAttempt>(8, &Drawing::cancel),
     kind<ReplayDeadLetter>(12, &Drawing::replay),
     kind<ListDispatchableAttempts>(16, &Drawing::list),
     kind<LatestSeqForRun>(3, &Drawing::latest_seq),
     kind<ListDeadLetters>(3, &Drawing::dead_letters),
     kind<GetAttempt>(3, &Drawing::get_attempt),
     kind<GetLease>(3, &Drawing::get_lease),
     kind<GetLeaseForAttempt>(3, &Drawing::lease_of_attempt),
     kind<QueueDepth>(3, &Drawing::depth),
     kind<CountByStatus>(3, &Drawing::counts),
     kind<ListRunEvents>(3, &Drawing::events),
     kind<Reset>(1, &Drawing::reset)}};

/// A generator of `draw(aims of state, menu)`.
template <typename Draw>
auto aiming(const State& state, const Menu& menu, Draw draw) {
  return rc::gen::exec([aims = std::make_shared<const Aims>(aims_of(state)),
                        menu = std::make_shared<const Menu>(menu),
                        draw] { return draw(*aims, *menu); });
}

/// RapidCheck's way to make sequences in which each element depends on the state before it.
struct ActionCommand : rc::state::Command<State, int> {
  explicit ActionCommand(Action taken) : action(std::move(taken)) {}
  void apply(State& state) const override { state = step(std::move(state), action).state; }
  void show(std::ostream& out) const override { out << action; }
  Action action;
};

Menu menu_of_all() {
  Menu menu;
  for (const OperationTraits& operation : all_operations) menu.operations.emplace(operation.name);
  return menu;
}

Menu draw_part(const Menu& menu) {
  Menu part = menu;
  std::erase_if(part.operations, [](const std::string& name) {
    // Nearly everything needs a claim before it.
    return name == traits_of<UpsertLease>.name ? below(8) == 0 : below(2) == 0;
  });
  part.operations.emplace(traits_of<EnqueueAttempt>.name);
  part.attempts =
      one_of<int>({std::min(2, menu.attempts), 1, std::min(3, menu.attempts), menu.attempts});
  part.runs = one_of<int>({1, menu.runs});
  part.workers = one_of<int>({std::min(2, menu.workers), menu.workers});
  part.hostile_one_in = one_of<int>({0, menu.hostile_one_in});
  return part;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Menu& menu) {
  for (const std::string& name : menu.operations) out << name << ' ';
  return out << "on " << menu.attempts << " attempts, " << menu.runs << " runs and " << menu.workers
             << " workers, hostile one in " << menu.hostile_one_in;
}

const Menu& whole_menu() {
  static const Menu menu = menu_of_all();
  return menu;
}

// A smaller menu is no simpler case, and other commands would be drawn from it.
rc::Gen<Menu> any_part(const Menu& menu) {
  return rc::gen::noShrink(rc::gen::exec([menu] { return draw_part(menu); }));
}

rc::Gen<Time> any_time(const State& state) {
  return aiming(state, whole_menu(), [](const Aims& aims, const Menu&) { return draw_time(aims); });
}

rc::Gen<AttemptSpec> any_spec(const State& state, const Menu& menu) {
  return aiming(state, menu, [](const Aims& aims, const Menu& choice) {
    return SpecDrawing(aims, choice).spec();
  });
}

rc::Gen<RetryPolicy> any_retry_policy() {
  return aiming({}, whole_menu(), [](const Aims& aims, const Menu& choice) {
    return SpecDrawing(aims, choice).retry_policy();
  });
}

rc::Gen<Action> any_action(const State& state, const Menu& menu) {
  return aiming(state, menu, [](const Aims& aims, const Menu& choice) {
    return Drawing(aims, choice).action();
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

}  // namespace leasecheck::rapidcheck
