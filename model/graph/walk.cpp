#include "model/graph/walk.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <limits>
#include <optional>
#include <utility>

#include "leasecheck/spec/alphabet.hpp"
#include "leasecheck/spec/operation_case.hpp"
#include "leasecheck/spec/operation_traits.hpp"
#include "leasecheck/spec/step.hpp"
#include "leasecheck/spec/validity.hpp"
#include "model/graph/numbered.hpp"

// Why the walk is finite and still exact.
//
// The spec only compares times with each other and adds durations to them, so a state and the same
// state with every time moved alike do the same (away from the ends of the range). The walk
// therefore keeps the clock at zero and lets time pass by moving everything in the state back. What
// then still grows without bound is cut where it can no longer decide anything:
//
// - retry_at in the past: only whether it has come counts.
// - started_at further back than the timeout: only whether that is over counts.
// - an expiry further back than the grace window: the next reap takes it, whatever it is, and a
//   heartbeat raises it to the same value, max(old, new).
// - delivery_count above max_deliveries, or without such a limit: only "has reached it" is asked.
// - versions: compared for equality with the one that the holder was given, hence 0 throughout.
// - lease ids: compared for equality only, hence named by their attempt; ids that are no longer
//   current are all alike.
// - ready_at, heartbeat_at, dead_at, finished_at, the version floor, the enqueue sequence: they
//   order answers and decide no change.
// - the memory of the last ack: repeating an ack changes nothing, and no action here repeats one.
//
// attempt_no is bounded by max_retries. Two states that become equal by this allow the same actions
// with the same answers and lead to states that become equal again: the quotient is a bisimulation,
// so a lens that reads none of the above shows exactly the transitions of the unbounded model.
// `not_before` would be compared with the spec of a repeated enqueue and is left out; it delays a
// claim and changes no transition of an attempt that can be claimed.

namespace leasecheck::graph {
namespace {

using model::at_ms;
using model::Attempt;
using model::Duration;
using model::Id;
using model::State;
using model::Status;
using model::Time;

constexpr Time now = at_ms(0);

Id worker_id(int index) {
  return "w" + std::to_string(index + 1);
}

// Never granted here: the walk names current leases by their attempts.
const Id stale_lease_id = "stale";

Id canonical_lease_id(const Id& attempt) {
  return "lease of " + attempt;
}

void normalise(Attempt& attempt, std::uint64_t index, Duration grace) {
  const auto& spec = attempt.spec;
  attempt.version = 0;
  attempt.enqueue_seq = index;
  attempt.ready_at = now;
  attempt.last_ack.reset();
  attempt.delivery_count = static_cast<std::uint32_t>(
      std::min<std::int64_t>(attempt.delivery_count, spec.max_deliveries.value_or(0)));
  if (attempt.retry_at) attempt.retry_at = std::max(*attempt.retry_at, now);
  if (attempt.started_at) {
    attempt.started_at = spec.timeout ? std::max(*attempt.started_at, now - *spec.timeout) : now;
  }
  if (attempt.lease) {
    attempt.lease->lease_id = canonical_lease_id(spec.attempt_id);
    attempt.lease->heartbeat_at = now;
    attempt.lease->expires_at = std::max(attempt.lease->expires_at, now - grace - Duration{1});
  }
  if (attempt.dead_letter) attempt.dead_letter->dead_at = now;
  if (attempt.finished_at) attempt.finished_at = now;
}

void normalise(State& state, Duration grace) {
  state.attempt_of_lease.clear();
  std::uint64_t index = 0;
  for (auto& [id, attempt] : state.attempts) {
    normalise(attempt, index++, grace);
    if (attempt.lease) state.attempt_of_lease[attempt.lease->lease_id] = id;
  }
  state.attempts_enqueued = state.attempts.size();
  state.version_floor = 0;
  state.leases_issued = 0;
}

State one_millisecond_later(State state) {
  constexpr Duration step{1};
  for (auto& [_, attempt] : state.attempts) {
    if (attempt.retry_at) *attempt.retry_at -= step;
    if (attempt.started_at) *attempt.started_at -= step;
    if (attempt.lease) attempt.lease->expires_at -= step;
  }
  return state;
}

model::AttemptSpec with_ids(model::AttemptSpec spec, int attempt) {
  spec.attempt_id = attempt_id(attempt);
  spec.run_id = "r1";
  return spec;
}

const Attempt* find(const State& state, const Id& attempt) {
  const auto found = state.attempts.find(attempt);
  return found == state.attempts.end() ? nullptr : &found->second;
}

std::string in_words(const Attempt& attempt, std::size_t spec) {
  const auto ms = [](Time time) { return std::to_string(time.time_since_epoch().count()); };
  std::string text = attempt.spec.attempt_id + " " + std::string(model::word(attempt.status)) +
                     " spec " + std::to_string(spec) + " no " + std::to_string(attempt.attempt_no) +
                     " deliveries " + std::to_string(attempt.delivery_count);
  if (attempt.retry_at) text += " retry " + ms(*attempt.retry_at);
  if (attempt.started_at) text += " started " + ms(*attempt.started_at);
  if (attempt.lease)
    text += " " + attempt.lease->worker_id + " until " + ms(attempt.lease->expires_at);
  if (attempt.dead_letter) {
    text += " dead of " + std::string(model::word(attempt.dead_letter->reason)) + " " +
            std::to_string(attempt.dead_letter->attempt_no);
  }
  return text;
}

template <class T, class... Others>
constexpr bool is_any_of = (std::same_as<T, Others> || ...);

/// Chooses arguments by what can be told apart in a state.
class WalkedArguments {
 public:
  WalkedArguments(const WalkOptions& options, const State& state, model::Choices& choices)
      : options_(options), state_(state), choices_(choices) {}

  Id attempt() {
    about_ = static_cast<int>(choices_.below(static_cast<std::size_t>(options_.attempts)));
    return attempt_id(*about_);
  }
  model::AttemptSpec spec() {
    static_cast<void>(attempt());
    return with_ids(options_.specs[choices_.below(options_.specs.size())], *about_);
  }
  Id claimed_attempt() { return attempt(); }
  Id claimer() {
    return worker_id(static_cast<int>(choices_.below(static_cast<std::size_t>(options_.workers))));
  }
  Time claim_expiry() const { return now + options_.ttl; }

  /// The current one of an attempt, or one that has ended.
  Id lease() {
    const Attempt* present = find(state_, attempt());
    return present && present->lease ? present->lease->lease_id : stale_lease_id;
  }
  Id holder() { return claimer(); }
  static std::uint64_t version() { return 0; }
  static Time heartbeat_at() { return now; }
  Time heartbeat_expiry() const { return now + options_.ttl; }
  model::AckOutcome outcome() {
    using enum model::AckOutcome;
    constexpr std::array outcomes{completed, failed, cancelled};
    return outcomes[choices_.below(outcomes.size())];
  }
  Time stale_before() const { return now - options_.grace; }
  static Time overdue_at() { return now; }

  // Of operations that change no attempt and are not walked.
  static Id kind() { return {}; }
  static std::string payload() { return {}; }
  static Time asked_at() { return now; }
  static std::uint64_t list_limit() { return 0; }
  static std::uint64_t limit() { return std::numeric_limits<std::uint64_t>::max(); }
  static Id run() { return {}; }
  static std::uint64_t after() { return 0; }
  static auto several(auto choose) { return std::vector<decltype(choose())>{}; }
  static std::uint64_t claim_limit() { return 0; }
  static Duration lease_ttl() { return {}; }
  static std::optional<Status> status_filter() { return {}; }
  static std::optional<Id> run_filter() { return {}; }
  static std::optional<Id> worker_filter() { return {}; }
  static std::optional<Id> tenant_filter() { return {}; }
  static std::optional<Id> page_after() { return {}; }

  /// All that has finished.
  static Time finished_before() { return now + Duration{1}; }
  bool with_dead_letters() { return choices_.below(2) == 1; }

  /// The attempt that the operation names; none for one on all of them.
  [[nodiscard]] std::optional<int> about() const { return about_; }

 private:
  const WalkOptions& options_;
  const State& state_;
  model::Choices& choices_;
  std::optional<int> about_;
};

/// Whether the operation can change single attempts: events change none, and a reset ends all.
/// Operations on several attempts do nothing that those on one do not.
bool is_walked(const model::Operation& operation) {
  return std::visit(
      []<class Operation>(const Operation&) {
        return model::traits_of<Operation>.mutates &&
               !is_any_of<Operation, model::Reset, model::AppendRunEvent, model::EnqueueAttempts,
                          model::HeartbeatLeases, model::AckAttempts, model::ClaimAttempts>;
      },
      operation);
}

/// The configuration as a world to be searched. An operation that changes several attempts is
/// several actions with one result.
class WalkedWorld {
 public:
  using State = model::State;
  using Action = TransitionKind;

  explicit WalkedWorld(const WalkOptions& options) : options_(options) {}

  [[nodiscard]] static std::string name() { return "the contract, walked"; }
  [[nodiscard]] static State initial() { return {}; }
  [[nodiscard]] static std::string describe(const Action& action) { return std::string(action.op); }

  [[nodiscard]] std::string name_of(const State& state) const {
    std::string text;
    for (const auto& [_, attempt] : state.attempts) {
      if (!text.empty()) text += "; ";
      text += in_words(attempt, number_of_spec(attempt.spec));
    }
    return text.empty() ? "empty" : text;
  }

  template <typename Emit>
  void successors(const State& from, Emit&& emit) const {
    const auto arguments = [&](model::Choices& choices) {
      return WalkedArguments(options_, from, choices);
    };
    model::each_operation(arguments, [&](std::size_t, const auto&, const WalkedArguments& chosen,
                                         const model::Operation& operation) {
      if (is_walked(operation)) take(from, operation, chosen.about(), emit);
    });
    emit({.op = time_passes, .effect = Effect::unchanged}, normalised(one_millisecond_later(from)));
  }

 private:
  /// Takes one action; `about` is the attempt that it names, none for one on all of them.
  template <typename Emit>
  void take(const State& from, const model::Operation& operation, std::optional<int> about,
            Emit&& emit) const {
    const std::string_view op = model::name_of(operation);
    auto [after, outcome] = model::step(from, {now, operation});
    if (!outcome) {
      return emit({op, model::word(outcome.error()), about, Effect::refused}, from);
    }
    const State next = normalised(after);
    bool is_changed = false;
    for (int attempt = 0; attempt < options_.attempts; ++attempt) {
      const Attempt* present = find(after, attempt_id(attempt));
      const Attempt* past = find(from, attempt_id(attempt));
      if (present ? past && *past == *present : past == nullptr) continue;
      is_changed = true;
      const Attempt& shown = present ? *present : *past;
      emit({op, model::case_of(operation, shown.spec.on_timeout, shown.status), attempt,
            Effect::changed},
           next);
    }
    if (!is_changed) emit({op, "", about, Effect::unchanged}, from);
  }

  [[nodiscard]] State normalised(State state) const {
    normalise(state, options_.grace);
    return state;
  }

  /// From 1, as people count.
  [[nodiscard]] std::size_t number_of_spec(const model::AttemptSpec& spec) const {
    const auto same = [&spec](model::AttemptSpec candidate) {
      candidate.attempt_id = spec.attempt_id;
      candidate.run_id = spec.run_id;
      return candidate == spec;
    };
    return static_cast<std::size_t>(std::ranges::find_if(options_.specs, same) -
                                    options_.specs.begin()) +
           1;
  }

  const WalkOptions& options_;
};

}  // namespace

std::vector<model::AttemptSpec> life_cycle_specs() {
  const auto spec = [](std::optional<Duration> timeout, model::OnTimeout on_timeout) {
    model::AttemptSpec result;
    result.timeout = timeout;
    result.on_timeout = on_timeout;
    return result;
  };
  const Duration timeout{3};
  std::vector<model::AttemptSpec> specs{
      spec(std::nullopt, model::OnTimeout::retry), spec(timeout, model::OnTimeout::retry),
      spec(timeout, model::OnTimeout::fail), spec(timeout, model::OnTimeout::cancel)};
  auto& policy = specs[1].retry_policy.emplace();
  policy.backoff = Duration{1};
  policy.max_retries = 1;
  specs[2].max_deliveries = 2;
  return specs;
}

model::Id attempt_id(int index) {
  return "a" + std::to_string(index + 1);
}

std::expected<Walk, std::string> walk(const WalkOptions& options) {
  if (options.attempts < 1 || options.attempts > 9) {
    return std::unexpected("a walk has 1 to 9 attempts, not " + std::to_string(options.attempts));
  }
  if (options.workers < 1 || options.workers > 9) {
    return std::unexpected("a walk has 1 to 9 workers, not " + std::to_string(options.workers));
  }
  if (options.ttl < Duration{1} || options.grace < Duration{0}) {
    return std::unexpected("a walk needs a ttl of at least 1 ms and a grace window of at least 0");
  }
  for (model::AttemptSpec spec : options.specs) {
    if (spec.not_before) return std::unexpected("a walk cannot have attempts with not_before");
    if (!model::is_valid_spec(with_ids(std::move(spec), 0))) {
      return std::unexpected("a walk cannot have attempts with an invalid spec");
    }
  }
  const Numbered model{WalkedWorld(options)};
  const auto depth = search_all(model, options.most_states);
  if (!depth) {
    return std::unexpected(depth.error() + "; walk fewer attempts, workers or specs");
  }
  Walk walk{.options = options,
            .states = model.states(),
            .names = model.names(),
            .transitions = {},
            .depth = *depth};
  for (const auto& arc : model.arcs()) walk.transitions.push_back({arc.action, arc.from, arc.to});
  return walk;
}

}  // namespace leasecheck::graph
