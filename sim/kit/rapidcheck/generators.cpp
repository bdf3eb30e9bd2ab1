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

#include "leasecheck/spec/alphabet.hpp"
#include "leasecheck/spec/operation_traits.hpp"
#include "leasecheck/spec/step.hpp"
#include "sim/kit/rapidcheck/aims.hpp"
#include "sim/values/ids.hpp"
#include "sim/values/values.hpp"

namespace leasecheck::rapidcheck {
namespace {

using namespace leasecheck::model;
namespace values = leasecheck::sim::values;

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
  if (one_in(2)) return one_of(values::epochs());
  return one_of<Time>({beginning_of_time, saturating_add(beginning_of_time, Duration{1}), at_ms(-1),
                       at_ms(0), saturating_add(end_of_time, Duration{-1}), end_of_time});
}

/// Mostly near one of these.
Time draw_time(const Aims& aims, const std::vector<Time>& favoured) {
  return favoured.empty() || one_in(4) ? draw_time(aims) : draw_near(favoured);
}

Id draw_bad_id() {
  return one_of(values::invalid_ids());
}

/// Any way to write an id that some dimension has.
Id draw_strange_id(std::string_view stem) {
  std::vector<values::Dimension> of_ids;
  for (const values::DimensionInfo& info : values::dimensions()) {
    if (info.is_of_ids) of_ids.push_back(info.dimension);
  }
  const values::Dimension dimension = one_of(std::move(of_ids));
  return values::odd_id(
      dimension, stem,
      static_cast<std::uint64_t>(below(static_cast<int>(values::spelling_count(dimension)))));
}

/// Draws specs: what depends on the menu, but on no lease.
class SpecDrawing {
 public:
  SpecDrawing(const Aims& aims, const Menu& menu) : aims_(aims), menu_(menu) {}

  AttemptSpec spec() const {
    if (!aims_.specs.empty() && one_in(6)) {
      const AttemptSpec known = one_of(aims_.specs);
      return one_in(3) ? one_of(values::variants_of(known)) : known;
    }
    AttemptSpec spec;
    spec.attempt_id = new_attempt();
    spec.run_id = run();
    spec.priority = one_in(8) ? static_cast<std::int32_t>(one_of(values::numbers_between(
                                    std::numeric_limits<std::int32_t>::min(),
                                    std::numeric_limits<std::int32_t>::max())))
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
    if (one_in(menu_.hostile_one_in / 2)) return draw_strange_id(prefix);
    return std::string(prefix) + std::to_string(below(count) + 1);
  }

  Id new_attempt() const { return id("a", menu_.attempts); }
  Id run() const { return id("r", menu_.runs); }
  Id worker() const { return id("w", menu_.workers); }

  Duration duration() const {
    if (one_in(menu_.hostile_one_in)) return one_of<Duration>({Duration{-1}, Duration::max()});
    if (one_in(menu_.hostile_one_in)) return one_of(values::distances());
    return Duration{one_of<int>({0, 1, 2, 3, 10, 50})};
  }

  std::int64_t policy_count() const {
    if (one_in(menu_.hostile_one_in)) {
      return one_of(values::numbers_between(-1, values::largest_policy_count + 1));
    }
    return below(4);
  }

  const Aims& aims_;
  const Menu& menu_;
};

/// Draws the arguments of one operation at a time.
class ArgumentDrawing final : public SpecDrawing {
 public:
  ArgumentDrawing(const Aims& aims, const Menu& menu, Time now)
      : SpecDrawing(aims, menu), now_(now) {}

  /// Mostly one that exists.
  Id attempt() const {
    return aims_.specs.empty() || one_in(6) ? new_attempt() : one_of(aims_.specs).attempt_id;
  }
  using SpecDrawing::run;

  Id claimed_attempt() {
    const bool waits = !aims_.waiting.empty() && !one_in(4);
    soon_ = saturating_add(now_, Duration{below(80) + 1});
    return waits ? one_of(aims_.waiting) : attempt();
  }
  Id claimer() const { return worker(); }
  Time claim_expiry() const { return one_in(8) ? draw_time(aims_) : soon_; }

  /// Mostly of a current holder with its own version; else of somebody who is wrong in one way or
  /// another.
  Id lease() {
    const bool live = !aims_.holdings.empty() && !one_in(4);
    by_ =
        live ? one_of(aims_.holdings)
             : Aims::Holding{"L" + std::to_string(below(static_cast<int>(aims_.leases_issued) + 2)),
                             worker(), 1};
    if (one_in(12)) by_.worker_id = worker();
    if (one_in(menu_.hostile_one_in)) by_.lease_id = draw_bad_id();
    return by_.lease_id;
  }
  Id holder() const { return by_.worker_id; }
  std::uint64_t version() const { return one_in(6) ? by_.version - 1 : by_.version; }
  Time heartbeat_at() const { return draw_time(aims_); }
  Time heartbeat_expiry() const { return draw_time(aims_); }

  static AckOutcome outcome() {
    return one_of<AckOutcome>(
        {AckOutcome::failed, AckOutcome::failed, AckOutcome::completed, AckOutcome::cancelled});
  }
  Id kind() const { return id("kind", 2); }
  static std::string payload() {
    if (one_in(4)) return one_of(values::payloads());
    return one_of<std::string>({"null", "1", "\"\xc3\xa9\"", R"({"a":[1,true]})", "{", ""});
  }

  Time stale_before() const { return draw_time(aims_, aims_.expiries); }
  Time overdue_at() const { return draw_time(aims_, aims_.deadlines); }
  Time asked_at() const { return draw_time(aims_); }
  static std::uint64_t limit() {
    constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
    if (one_in(2)) return one_of<std::uint64_t>({largest / 2, largest / 2 + 1, largest});
    return static_cast<std::uint64_t>(below(5));
  }
  static std::uint64_t list_limit() { return limit(); }
  static std::uint64_t after() { return limit(); }

  /// Up to four; now and then the same one twice.
  template <typename Choose>
  auto several(Choose choose) {
    std::vector<decltype(choose())> items;
    for (int left = below(5); left > 0; --left) {
      items.push_back(!items.empty() && one_in(6) ? one_of(items) : choose());
    }
    return items;
  }
  static std::uint64_t claim_limit() { return limit(); }
  Duration lease_ttl() const {
    if (one_in(menu_.hostile_one_in)) {
      return one_of<Duration>({Duration{-1}, Duration{0}, Duration::max()});
    }
    return Duration{below(80) + 1};
  }
  Time finished_before() const { return draw_time(aims_, aims_.finishes); }
  static bool with_dead_letters() { return one_in(2); }
  static std::optional<Status> status_filter() {
    return sometimes<Status>(3, [] { return static_cast<Status>(below(status_count)); });
  }
  std::optional<Id> run_filter() const {
    return sometimes<Id>(3, [this] { return run(); });
  }
  std::optional<Id> worker_filter() const {
    return sometimes<Id>(3, [this] { return worker(); });
  }
  std::optional<Id> tenant_filter() const {
    return sometimes<Id>(4, [this] { return id("t", 2); });
  }
  std::optional<Id> page_after() const {
    return sometimes<Id>(2, [this] { return attempt(); });
  }

 private:
  Time now_;
  Time soon_{};
  Aims::Holding by_;
};

/// How often an operation is drawn, in relation to the others on the menu.
struct Kind {
  std::string_view name;
  int weight;
  bool is_by_holder;
  Operation (*draw)(ArgumentDrawing& arguments);

  // What only a holder can do is mostly not worth trying while there is none.
  [[nodiscard]] int weight_where(bool is_anything_held) const {
    return is_by_holder && !is_anything_held ? (weight + 3) / 4 : weight;
  }
};

template <typename Op>
Kind kind(int weight) {
  constexpr bool names_lease = requires(Op operation) {
    operation.lease_id;
  }
  || requires(Op operation) {
    operation.heartbeats;
  }
  || requires(Op operation) {
    operation.acks;
  };
  return {traits_of<Op>.name, weight, traits_of<Op>.mutates && names_lease,
          chosen<Op, ArgumentDrawing>};
}

// The more an operation moves, the more often.
const std::array<Kind, AllOperations::count>& all_kinds() {
  static const std::array<Kind, AllOperations::count> kinds{kind<EnqueueAttempt>(44),
                                                            kind<UpsertLease>(52),
                                                            kind<AckAttempt>(33),
                                                            kind<HeartbeatLease>(11),
                                                            kind<HeartbeatLeaseWithVersion>(11),
                                                            kind<StartAttempt>(11),
                                                            kind<ReleaseLease>(11),
                                                            kind<AppendRunEvent>(11),
                                                            kind<ExpireLeasesAndRequeue>(12),
                                                            kind<TransitionTimedOutAttempts>(12),
                                                            kind<CancelAttempt>(8),
                                                            kind<ReplayDeadLetter>(12),
                                                            kind<ListDispatchableAttempts>(16),
                                                            kind<LatestSeqForRun>(3),
                                                            kind<ListDeadLetters>(3),
                                                            kind<GetAttempt>(3),
                                                            kind<GetLease>(3),
                                                            kind<GetLeaseForAttempt>(3),
                                                            kind<QueueDepth>(3),
                                                            kind<CountByStatus>(3),
                                                            kind<ListRunEvents>(3),
                                                            kind<EnqueueAttempts>(8),
                                                            kind<HeartbeatLeases>(6),
                                                            kind<AckAttempts>(12),
                                                            kind<ClaimAttempts>(16),
                                                            kind<PruneAttempts>(10),
                                                            kind<ListAttempts>(6),
                                                            kind<Reset>(1)};
  return kinds;
}

Action draw_action(const Aims& aims, const Menu& menu) {
  const Time now = draw_time(aims);
  const bool is_anything_held = !aims.holdings.empty();
  std::vector<const Kind*> choices;
  int total = 0;
  for (const Kind& kind : all_kinds()) {
    const bool is_always_drawn = kind.name == traits_of<EnqueueAttempt>.name;
    if (!is_always_drawn && !menu.operations.contains(kind.name)) continue;
    choices.push_back(&kind);
    total += kind.weight_where(is_anything_held);
  }
  int drawn = below(total);
  auto choice = choices.begin();
  while (drawn >= (*choice)->weight_where(is_anything_held)) {
    drawn -= (*choice)->weight_where(is_anything_held);
    ++choice;
  }
  ArgumentDrawing arguments(aims, menu, now);
  return {now, (*choice)->draw(arguments)};
}

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
  return aiming(state, menu,
                [](const Aims& aims, const Menu& choice) { return draw_action(aims, choice); });
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
