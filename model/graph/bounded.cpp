#include "model/graph/bounded.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "leasecheck/spec/alphabet.hpp"
#include "leasecheck/spec/step.hpp"
#include "model/graph/numbered.hpp"

// Why there are finitely many names, and why they are enough.
//
// Times are written relative to now, since the spec compares and adds but never looks at the
// clock's face. What would then grow without bound is cut where it can decide nothing any more:
//
// - an expiry, a deadline, a retry_at, a not_before in the past: only that it is past. (A heartbeat
//   raises an expiry to the same value from wherever it was, and the moves here reap at now.)
// - ready_at: it orders those that wait, and of past ones only the order counts.
// - dead_at, finished_at and heartbeat_at: they are shown and decide nothing. (A prune here takes
//   all that has finished by now.)
// - delivery_count: up to max_deliveries, if there is one.
// - version and its floor, lease ids, the enqueue sequence: compared for equality or order only.
//   Moves name "the current lease", "the last one that ended" and "the current version".
// - events: their number moves no attempt.
//
// That nothing else matters is not only argued: whoever carries out a tour compares the name after
// every call with the one that was foreseen (sim/conformance/transition_tours.cpp).

namespace leasecheck::graph {
namespace {

using model::Attempt;
using model::Duration;
using model::Id;
using model::Operation;
using model::State;
using model::Time;

constexpr Duration ttl{1};
constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();
const Id run_name = "r1";

// Numbered from 0, called from 1.
Id attempt_name(std::size_t number) {
  return "a" + std::to_string(number + 1);
}
Id worker_name(std::size_t number) {
  return "w" + std::to_string(number + 1);
}

// -- names of states ------------------------------------------------------------------------------

/// A time relative to now; all of the past is one.
std::string when(Time time, Time now) {
  return time < now ? "past" : std::to_string((time - now).count());
}

std::string when(const std::optional<Time>& time, Time now) {
  return time ? when(*time, now) : "-";
}

/// When the attempts that wait became ready, past times in order: a rank tells as much as the time.
class ReadyTimes {
 public:
  ReadyTimes(const State& state, Time now) : now_(now) {
    for (const auto& [_, attempt] : state.attempts) {
      if (waits(attempt) && attempt.ready_at < now) past_.insert(attempt.ready_at);
    }
  }

  [[nodiscard]] std::string in_words(const Attempt& attempt) const {
    if (!waits(attempt)) return "";
    const auto rank = std::distance(past_.begin(), past_.find(attempt.ready_at));
    return " ready " + (attempt.ready_at < now_ ? "past " + std::to_string(rank)
                                                : when(attempt.ready_at, now_));
  }

 private:
  static bool waits(const Attempt& attempt) {
    return attempt.status == model::Status::queued ||
           attempt.status == model::Status::retry_backoff;
  }

  Time now_;
  std::set<Time> past_;
};

/// Where the attempts stand in the line of those enqueued.
std::map<std::uint64_t, std::size_t> places(const State& state) {
  std::map<std::uint64_t, std::size_t> places;
  for (const auto& [_, attempt] : state.attempts) places[attempt.enqueue_seq] = 0;
  std::size_t place = 0;
  for (auto& [_, number] : places) number = place++;
  return places;
}

std::string spec_in_words(const model::AttemptSpec& spec, Time now) {
  std::string text = std::to_string(spec.priority) + "," + when(spec.not_before, now) + ",";
  text += spec.timeout ? std::to_string(spec.timeout->count()) : "-";
  text += std::string(",") + std::string(model::word(spec.on_timeout)) + ",";
  text += spec.retry_policy ? std::to_string(spec.retry_policy->max_retries) : "-";
  return text + "," + (spec.max_deliveries ? std::to_string(*spec.max_deliveries) : "-");
}

std::string holding_in_words(const Attempt& attempt, Time now) {
  if (!attempt.lease) return "";
  std::string text =
      " " + attempt.lease->worker_id + " until " + when(attempt.lease->expires_at, now);
  if (attempt.spec.timeout) {
    text += " deadline " + when(*attempt.started_at + *attempt.spec.timeout, now);
  }
  return text;
}

// -- moves --------------------------------------------------------------------------------------

/// Chooses arguments by what can be told apart at a position. Which choices there are does not
/// depend on the position.
class BoundedArguments {
 public:
  BoundedArguments(const BoundedOptions& options, const Position& at, model::Choices& choices)
      : options_(options), at_(at), choices_(choices) {}

  /// The attempt as its spec says; or in conflict with itself, which where it would be the first
  /// one is a spec that nobody accepts.
  model::AttemptSpec spec() {
    const auto number = choices_.below(options_.specs.size());
    model::AttemptSpec spec = options_.specs[number];
    spec.attempt_id = attempt_name(number);
    if (spec.run_id.empty()) spec.run_id = run_name;
    if (spec.not_before) *spec.not_before = at_.now + spec.not_before->time_since_epoch();
    const bool is_in_conflict = choices_.below(2) == 1;
    if (is_in_conflict) spec.run_id = at_.attempt(spec.attempt_id) == nullptr ? "" : "another run";
    return spec;
  }

  /// One that is enqueued here at some time, or one that never is.
  Id attempt() {
    const auto number = choices_.below(options_.specs.size() + 1);
    return number == options_.specs.size() ? "nobody" : attempt_name(number);
  }

  Id claimed_attempt() {
    Id id = attempt();
    is_plain_claim_ = id == "nobody";
    return id;
  }
  Id claimer() {
    if (is_plain_claim_) return worker_name(0);
    const Id worker = draw_worker();
    is_plain_claim_ = worker != worker_name(0);
    return worker;
  }
  /// Every worker and attempt with a lease of the usual length; one of them also with a lease that
  /// is over when it begins.
  Time claim_expiry() {
    return at_.now + (is_plain_claim_ || choices_.below(2) == 0 ? ttl : Duration{0});
  }

  Id lease() {
    attempt_ = attempt_name(choices_.below(options_.specs.size()));
    is_ended_ = choices_.below(2) == 1;
    const Attempt* found = at_.attempt(attempt_);
    if (is_ended_) {
      const Id* ended = at_.ended.of(attempt_);
      return ended == nullptr ? never_issued : *ended;
    }
    return found != nullptr && found->lease ? found->lease->lease_id : never_issued;
  }
  Id holder() { return draw_worker(); }
  std::uint64_t version() {
    is_versioned_ = true;
    const Attempt* found = at_.attempt(attempt_);
    const std::uint64_t current = found == nullptr ? 0 : found->version;
    return is_ended_ || choices_.below(2) == 0 ? current : current - 1;
  }
  /// Prolongs the lease. Where it is current and no version is given, there are two more: both
  /// times are earlier, or only the expiry is.
  Time heartbeat_at() {
    const std::size_t ways = is_ended_ || is_versioned_ ? 1 : 3;
    const std::size_t way = choices_.below(ways);
    expires_earlier_ = way > 0;
    return way == 1 ? at_.now - ttl : at_.now;
  }
  Time heartbeat_expiry() const { return expires_earlier_ ? at_.now - ttl : at_.now + ttl; }

  model::AckOutcome outcome() {
    using enum model::AckOutcome;
    constexpr std::array outcomes{completed, failed, cancelled};
    return outcomes[choices_.below(outcomes.size())];
  }
  static Id kind() { return "progress"; }
  static std::string payload() { return R"({"done":[1,null,true]})"; }

  /// With a reaper whose clock is ahead its time differs from the repository's.
  Time stale_before() {
    ahead_ = Duration(choices_.below(2));
    return at_.now + ahead_;
  }
  Time overdue_at() const { return at_.now; }

  /// Now, or what would be so a millisecond later.
  Time asked_at() {
    is_about_later_ = choices_.below(2) == 1;
    return at_.now + Duration{is_about_later_ ? 1 : 0};
  }
  std::uint64_t list_limit() {
    if (is_about_later_) return no_limit;
    constexpr std::array limits{no_limit, std::uint64_t{1}, std::uint64_t{0}};
    return limits[choices_.below(limits.size())];
  }
  static std::uint64_t limit() { return no_limit; }
  Id run() {
    std::set<Id> runs;
    for (const model::AttemptSpec& spec : options_.specs) {
      runs.insert(spec.run_id.empty() ? run_name : spec.run_id);
    }
    return *std::next(runs.begin(), static_cast<std::ptrdiff_t>(choices_.below(runs.size())));
  }
  static std::uint64_t after() { return 0; }

  /// None, or one and the same once more.
  template <typename Choose>
  auto several(Choose choose) {
    std::vector<decltype(choose())> items;
    if (choices_.below(2) == 1) items.assign(2, choose());
    return items;
  }
  /// Every worker claims one and all; one of them also for no time.
  std::uint64_t claim_limit() {
    is_plain_claim_ = choices_.below(2) == 0;
    return is_plain_claim_ ? no_limit : 1;
  }
  Duration lease_ttl() { return is_plain_claim_ || choices_.below(2) == 0 ? ttl : Duration{0}; }
  /// All that has finished.
  Time finished_before() const { return at_.now + Duration{1}; }
  bool with_dead_letters() { return choices_.below(2) == 1; }
  static std::optional<model::Status> status_filter() { return std::nullopt; }
  static std::optional<Id> run_filter() { return std::nullopt; }
  std::optional<Id> worker_filter() {
    return choices_.below(2) == 0 ? std::nullopt : std::optional(worker_name(0));
  }
  static std::optional<Id> tenant_filter() { return std::nullopt; }
  static std::optional<Id> page_after() { return std::nullopt; }

  /// By how much the clock of whoever calls is ahead.
  [[nodiscard]] Duration ahead() const { return ahead_; }

 private:
  Id draw_worker() {
    return worker_name(choices_.below(static_cast<std::size_t>(options_.workers)));
  }

  const BoundedOptions& options_;
  const Position& at_;
  model::Choices& choices_;
  Id attempt_;  // of the lease
  bool is_plain_claim_ = false;
  bool is_ended_ = false;
  bool is_versioned_ = false;
  bool expires_earlier_ = false;
  bool is_about_later_ = false;
  Duration ahead_{0};
};

std::vector<Move> moves_of(const BoundedOptions& options) {
  std::vector<Move> moves{{.name = "a millisecond passes", .operation = {}, .ahead = {}}};
  const State nothing;
  const EndedLeases none;
  const Position anywhere{.state = nothing, .now = {}, .ended = none};
  const auto arguments = [&](model::Choices& choices) {
    return BoundedArguments(options, anywhere, choices);
  };
  model::each_operation(arguments, [&](std::size_t kind, const model::Choices& choices,
                                       const BoundedArguments& chosen, const Operation& sample) {
    if (options.offers && !options.offers(sample)) return;
    const auto made_at = [options, kind, choices](const Position& at) {
      model::Choices again = choices;
      again.rewind();
      BoundedArguments arguments_there(options, at, again);
      return model::AllOperations::choose(kind, arguments_there);
    };
    moves.push_back({.name = std::string(model::name_of(sample)),
                     .operation = made_at,
                     .ahead = chosen.ahead()});
  });
  return moves;
}

/// The moves as a world to be searched.
class BoundedWorld {
 public:
  struct State {
    model::State repository;
    Time now = model::at_ms(0);
    EndedLeases ended = {};
  };
  struct Action {
    std::uint32_t move;
  };

  BoundedWorld(std::vector<Move> moves, const model::Variant& variant)
      : moves_(std::move(moves)), variant_(variant) {}

  [[nodiscard]] static std::string name() { return "the contract, bounded"; }
  [[nodiscard]] State initial() const {
    State empty;
    empty.repository.variant = variant_;
    return empty;
  }
  [[nodiscard]] static std::string name_of(const State& state) {
    return name_of_state(state.repository, state.now);
  }
  [[nodiscard]] std::string describe(Action action) const { return moves_[action.move].name; }
  [[nodiscard]] const std::vector<Move>& moves() const { return moves_; }

  template <typename Emit>
  void successors(const State& state, Emit&& emit) const {
    for (std::uint32_t move = 0; move < moves_.size(); ++move) {
      emit(Action{move}, after(state, moves_[move]));
    }
  }

 private:
  static State after(State state, const Move& move) {
    if (!move.operation) {
      state.now += Duration{1};
      return state;
    }
    Operation operation =
        move.operation({.state = state.repository, .now = state.now, .ended = state.ended});
    state.repository =
        model::step(std::move(state.repository), {state.now, std::move(operation)}).state;
    state.ended.update(state.repository);
    // They move no attempt, and states stay small without them.
    state.repository.runs.clear();
    return state;
  }

  std::vector<Move> moves_;
  model::Variant variant_;
};

}  // namespace

const Attempt* Position::attempt(const Id& id) const {
  const auto found = state.attempts.find(id);
  return found == state.attempts.end() ? nullptr : &found->second;
}

std::string name_of_state(const State& state, Time now) {
  const auto places_in_line = places(state);
  const ReadyTimes ready(state, now);
  std::string text;
  for (const auto& [id, attempt] : state.attempts) {
    text += id + " " + std::string(model::word(attempt.status)) + " (" +
            spec_in_words(attempt.spec, now) + ") place " +
            std::to_string(places_in_line.at(attempt.enqueue_seq)) + " no " +
            std::to_string(attempt.attempt_no) + ready.in_words(attempt);
    if (attempt.spec.max_deliveries) {
      text += " deliveries " + std::to_string(std::min<std::int64_t>(attempt.delivery_count,
                                                                     *attempt.spec.max_deliveries));
    }
    // V1: what was handed out before goes first.
    const bool goes_first = state.variant.order == model::DispatchOrder::requeue_first;
    if (goes_first && attempt.delivery_count > 0) text += " delivered";
    text += holding_in_words(attempt, now);
    if (attempt.retry_at) text += " retry " + when(*attempt.retry_at, now);
    if (attempt.last_ack) {
      text += " acked by " + attempt.last_ack->worker_id + " as " +
              std::string(model::word(attempt.last_ack->outcome));
    }
    if (attempt.dead_letter) text += " " + std::string(model::word(attempt.dead_letter->reason));
    text += "\n";
  }
  // Where an ack may name a lease that has ended.
  std::set<Id> with_ended_leases;
  for (const auto& [lease, attempt] : state.attempt_of_ended_lease) {
    with_ended_leases.insert(attempt);
  }
  for (const Id& id : with_ended_leases) text += id + " had a lease\n";
  return text;
}

void EndedLeases::update(const State& state) {
  std::map<Id, Id> current;
  for (const auto& [lease, attempt] : state.attempt_of_lease) current[attempt] = lease;
  for (const auto& [attempt, lease] : current_) {
    if (!current.contains(attempt)) ended_[attempt] = lease;
  }
  current_ = std::move(current);
}

const Id* EndedLeases::of(const Id& attempt) const {
  const auto found = ended_.find(attempt);
  return found == ended_.end() ? nullptr : &found->second;
}

std::expected<Bounded, std::string> bounded_world(const BoundedOptions& options) {
  if (options.specs.empty() || options.specs.size() > 3) {
    return std::unexpected("a bounded world has 1 to 3 attempts, not " +
                           std::to_string(options.specs.size()));
  }
  if (options.workers < 1 || options.workers > 3) {
    return std::unexpected("a bounded world has 1 to 3 workers, not " +
                           std::to_string(options.workers));
  }
  const Numbered model{BoundedWorld(moves_of(options), options.variant)};
  if (const auto depth = search_all(model, options.most_states); !depth) {
    return std::unexpected(depth.error() + "; take fewer attempts or workers");
  }
  Bounded bounded{.moves = model.world().moves(), .names = model.names(), .arcs = {}};
  for (const auto& arc : model.arcs()) bounded.arcs.push_back({arc.from, arc.to, arc.action.move});
  return bounded;
}

}  // namespace leasecheck::graph
