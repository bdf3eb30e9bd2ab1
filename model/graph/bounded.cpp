#include "model/graph/bounded.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

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
// - dead_at and heartbeat_at: they are shown and decide nothing.
// - delivery_count: up to max_deliveries, if there is one.
// - version, lease ids, the enqueue sequence: compared for equality or order only. Moves name "the
//   current lease", "the last one that ended" and "the current version", whatever these are.
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
const Id run = "r1";
const Id unknown = "nobody";
const Id never_issued = "never issued";

Id attempt_name(int number) {
  return "a" + std::to_string(number);
}
Id worker_name(int number) {
  return "w" + std::to_string(number);
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

// -- moves ----------------------------------------------------------------------------------------

model::AttemptSpec named(model::AttemptSpec spec, int attempt, Time now) {
  spec.attempt_id = attempt_name(attempt);
  if (spec.run_id.empty()) spec.run_id = run;
  if (spec.not_before) *spec.not_before = now + spec.not_before->time_since_epoch();
  return spec;
}

/// The current lease, or one that never was.
Id current(const Position& at, const Id& attempt) {
  const Attempt* found = at.attempt(attempt);
  return found != nullptr && found->lease ? found->lease->lease_id : never_issued;
}

Id ended(const Position& at, const Id& attempt) {
  const Id* lease = at.ended.of(attempt);
  return lease == nullptr ? never_issued : *lease;
}

std::uint64_t version(const Position& at, const Id& attempt) {
  const Attempt* found = at.attempt(attempt);
  return found == nullptr ? 0 : found->version;
}

class Menu {
 public:
  explicit Menu(const BoundedOptions& options) : options_(options) {}

  std::vector<Move> all() {
    moves_.push_back({.name = "a millisecond passes", .operation = {}, .ahead = {}});
    for (std::size_t number = 1; number <= options_.specs.size(); ++number) {
      about(static_cast<int>(number));
    }
    about_all();
    return std::move(moves_);
  }

 private:
  using Make = std::function<Operation(const Position&)>;

  void add(const std::string& details, Make make, Duration ahead = Duration{0}) {
    // Which operation it is does not depend on where.
    const State nothing;
    const EndedLeases none;
    const Operation sample = make({.state = nothing, .now = {}, .ended = none});
    if (options_.offers && !options_.offers(sample)) return;
    std::string name(model::name_of(sample));
    moves_.push_back({.name = details.empty() ? name : name + " " + details,
                      .operation = std::move(make),
                      .ahead = ahead});
  }

  void about(int number) {
    const Id a = attempt_name(number);
    enqueue(number);
    add(a + " expired at once", [a](const Position& at) {
      return model::UpsertLease{a, worker_name(1), at.now};
    });
    add(a + " current", [a](const Position& at) {
      return model::HeartbeatLease{current(at, a), at.now, at.now + ttl};
    });
    add(a + " current, an earlier time", [a](const Position& at) {
      return model::HeartbeatLease{current(at, a), at.now - ttl, at.now - ttl};
    });
    add(a + " ended", [a](const Position& at) {
      return model::HeartbeatLease{ended(at, a), at.now, at.now + ttl};
    });
    for (int worker = 1; worker <= options_.workers; ++worker) held(a, worker_name(worker));
    add(a, [a](const Position&) { return model::CancelAttempt{a}; });
    add(a, [a](const Position&) { return model::ReplayDeadLetter{a}; });
    add(a, [a](const Position&) { return model::GetAttempt{a}; });
    add(a + " current", [a](const Position& at) { return model::GetLease{current(at, a)}; });
    add(a + " ended", [a](const Position& at) { return model::GetLease{ended(at, a)}; });
    add(a, [a](const Position&) { return model::GetLeaseForAttempt{a}; });
  }

  void enqueue(int number) {
    const Id a = attempt_name(number);
    const model::AttemptSpec& spec = options_.specs[static_cast<std::size_t>(number - 1)];
    add(a, [=](const Position& at) { return model::EnqueueAttempt{named(spec, number, at.now)}; });
    add(a + " otherwise", [=](const Position& at) {
      model::AttemptSpec other = named(spec, number, at.now);
      // Where it would be the first one, it is one that nobody accepts.
      other.run_id = at.attempt(a) == nullptr ? "" : "another run";
      return model::EnqueueAttempt{other};
    });
  }

  void held(const Id& a, const Id& w) {
    const std::string who = a + " " + w;
    add(who, [a, w](const Position& at) { return model::UpsertLease{a, w, at.now + ttl}; });
    add(who, [a, w](const Position& at) {
      return model::HeartbeatLeaseWithVersion{current(at, a), w, version(at, a), at.now,
                                              at.now + ttl};
    });
    add(who + " another version", [a, w](const Position& at) {
      return model::HeartbeatLeaseWithVersion{current(at, a), w, version(at, a) - 1, at.now,
                                              at.now + ttl};
    });
    add(who, [a, w](const Position& at) { return model::StartAttempt{current(at, a), w}; });
    add(who, [a, w](const Position& at) { return model::ReleaseLease{current(at, a), w}; });
    add(who, [a, w](const Position& at) {
      return model::AppendRunEvent{current(at, a), w, "progress", "{\"done\":[1,null,true]}"};
    });
    for (const auto outcome :
         {model::AckOutcome::completed, model::AckOutcome::failed, model::AckOutcome::cancelled}) {
      const std::string how = who + " " + std::string(model::word(outcome));
      add(how, [=](const Position& at) { return model::AckAttempt{current(at, a), w, outcome}; });
      add(how + ", ended lease", [=](const Position& at) {
        return model::AckAttempt{ended(at, a), w, outcome};
      });
    }
  }

  void about_all() {
    add("", [](const Position&) { return model::Reset{}; });
    add("", [](const Position& at) { return model::ExpireLeasesAndRequeue{at.now}; });
    // A reaper whose clock is ahead is the one way to tell its time from the repository's own.
    const Duration ahead{1};
    add(
        "by a clock ahead",
        [ahead](const Position& at) { return model::ExpireLeasesAndRequeue{at.now + ahead}; },
        ahead);
    add("", [](const Position& at) { return model::TransitionTimedOutAttempts{at.now}; });
    add("all", [](const Position& at) {
      return model::ListDispatchableAttempts{at.now, no_limit};
    });
    add("one", [](const Position& at) { return model::ListDispatchableAttempts{at.now, 1}; });
    add("all, a millisecond later", [](const Position& at) {
      return model::ListDispatchableAttempts{at.now + Duration{1}, no_limit};
    });
    add("unknown attempt", [](const Position& at) {
      return model::UpsertLease{unknown, worker_name(1), at.now + ttl};
    });
    add("unknown attempt", [](const Position&) { return model::GetAttempt{unknown}; });
    add("unknown attempt", [](const Position&) { return model::CancelAttempt{unknown}; });
    add("", [](const Position& at) { return model::QueueDepth{at.now}; });
    add("", [](const Position&) { return model::CountByStatus{}; });
    add("", [](const Position&) { return model::ListDeadLetters{no_limit}; });
    for (const Id& name : runs()) {
      add(name, [name](const Position&) { return model::LatestSeqForRun{name}; });
      add(name, [name](const Position&) { return model::ListRunEvents{name, 0, no_limit}; });
    }
  }

  [[nodiscard]] std::set<Id> runs() const {
    std::set<Id> runs;
    for (const model::AttemptSpec& spec : options_.specs) runs.insert(named(spec, 1, {}).run_id);
    return runs;
  }

  const BoundedOptions& options_;
  std::vector<Move> moves_;
};

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

  explicit BoundedWorld(std::vector<Move> moves) : moves_(std::move(moves)) {}

  [[nodiscard]] static std::string name() { return "the contract, bounded"; }
  [[nodiscard]] static State initial() { return {}; }
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
    state.repository.events_of_run.clear();
    return state;
  }

  std::vector<Move> moves_;
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
    text += holding_in_words(attempt, now);
    if (attempt.retry_at) text += " retry " + when(*attempt.retry_at, now);
    if (attempt.last_ack) {
      text += " acked by " + attempt.last_ack->worker_id + " as " +
              std::string(model::word(attempt.last_ack->outcome));
    }
    if (attempt.dead_letter) text += " " + std::string(model::word(attempt.dead_letter->reason));
    text += "\n";
  }
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
  const Numbered model{BoundedWorld(Menu(options).all())};
  if (const auto depth = search_all(model, options.most_states); !depth) {
    return std::unexpected(depth.error() + "; take fewer attempts or workers");
  }
  Bounded bounded{.moves = model.world().moves(), .names = model.names(), .arcs = {}};
  for (const auto& arc : model.arcs()) bounded.arcs.push_back({arc.from, arc.to, arc.action.move});
  return bounded;
}

}  // namespace leasecheck::graph
