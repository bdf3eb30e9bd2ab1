#include "traces/reduction/search.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "leasecheck/spec/step.hpp"
#include "traces/reduction/arguments.hpp"
#include "traces/reduction/vocabulary.hpp"

namespace leasecheck::traces {
namespace {

/// A larger alphabet leads nowhere within any budget.
constexpr std::size_t largest_alphabet = 4'000;
/// Of the model, that are remembered.
constexpr std::size_t most_states = 200'000;

using Actions = std::vector<model::Action>;

/// A state of the model as bytes: equal exactly if the states are.
class Encoder {
 public:
  void operator()(std::string_view, const std::string& text) {
    bytes_ += std::to_string(text.size());
    bytes_ += ':';
    bytes_ += text;
  }
  void operator()(std::string_view, const model::Time& time) {
    number(time.time_since_epoch().count());
  }
  void operator()(std::string_view, const model::Duration& duration) { number(duration.count()); }
  void operator()(std::string_view, const model::RetryPolicy& policy) { fields(*this, policy); }
  template <class Value>
  void operator()(std::string_view name, const std::optional<Value>& value) {
    bytes_ += value ? '+' : '-';
    if (value) (*this)(name, *value);
  }
  template <class Value>
  requires std::is_enum_v<Value> || std::is_integral_v<Value>
  void operator()(std::string_view, const Value& value) {
    number(static_cast<std::int64_t>(value));
  }
  void payload(const std::string& text) { (*this)("", text); }

  void operator()(std::string_view, const model::Lease& lease) {
    (*this)("", lease.lease_id);
    (*this)("", lease.worker_id);
    (*this)("", lease.expires_at);
    (*this)("", lease.heartbeat_at);
  }
  void operator()(std::string_view, const model::RememberedAck& ack) {
    (*this)("", ack.lease_id);
    (*this)("", ack.worker_id);
    (*this)("", ack.outcome);
  }
  void operator()(std::string_view, const model::PendingDeadLetter& letter) {
    (*this)("", letter.reason);
    (*this)("", letter.attempt_no);
    (*this)("", letter.dead_at);
  }
  void attempt(const model::Attempt& attempt) {
    fields(*this, attempt.spec);
    (*this)("", attempt.enqueue_seq);
    (*this)("", attempt.status);
    (*this)("", attempt.attempt_no);
    (*this)("", attempt.delivery_count);
    (*this)("", attempt.version);
    (*this)("", attempt.ready_at);
    (*this)("", attempt.retry_at);
    (*this)("", attempt.started_at);
    (*this)("", attempt.lease);
    (*this)("", attempt.last_ack);
    (*this)("", attempt.dead_letter);
    (*this)("", attempt.finished_at);
  }

  std::string operator()(const model::State& state) {
    number(static_cast<std::int64_t>(state.attempts_enqueued));
    number(static_cast<std::int64_t>(state.leases_issued));
    for (const auto& [_, each] : state.attempts) attempt(each);
    number(static_cast<std::int64_t>(state.version_floor));
    for (const auto& [run_id, run] : state.runs) {
      (*this)("", run_id);
      number(static_cast<std::int64_t>(run.latest_seq));
      for (const model::RunEvent& event : run.events) fields(*this, event);
    }
    return std::move(bytes_);
  }

 private:
  void number(std::int64_t value) {
    bytes_ += std::to_string(value);
    bytes_ += ',';
  }
  std::string bytes_;
};

/// A sequence of actions as a trace: each by who usually calls it, on one clock for all.
Trace trace_of(const Head& head, const Actions& actions) {
  Trace trace{.head = head, .steps = {}, .verdict = {}};
  model::Time true_time = head.deployment ? head.deployment->epoch : model::at_ms(0);
  for (const model::Action& action : actions) {
    true_time = std::max(true_time, action.now);
    trace.steps.push_back({.number = 2 * trace.steps.size() + 1,
                           .true_time = true_time,
                           .what = Call{usual_actor(action.operation), action.now, action}});
  }
  return trace;
}

/// A sequence of actions that changed the model with each of them, and what it led to.
struct Way {
  model::State state;
  Actions actions;
};

/// Whether the action may follow on the way: clocks go forwards.
bool may_follow(const Way& way, const model::Action& action) {
  return way.actions.empty() || way.actions.back().now <= action.now;
}

/// The way with one action more, if the model is another one after it.
std::optional<Way> longer(const Way& way, const model::Action& action) {
  if (!model::can_change_state(action.operation)) return std::nullopt;
  model::Step step = model::step(way.state, action);
  if (!model::may_have_changed(action.operation, step.outcome)) return std::nullopt;
  Way next{.state = std::move(step.state), .actions = way.actions};
  next.actions.push_back(action);
  return next;
}

/// States that were met. A later time leaves less to be done, so a state at it is another one.
class Met {
 public:
  bool is_new(const Way& way) {
    const model::Time now = way.actions.empty() ? model::beginning_of_time : way.actions.back().now;
    return keys_.insert(Encoder()(way.state) + std::to_string(now.time_since_epoch().count()))
        .second;
  }
  [[nodiscard]] std::size_t size() const { return keys_.size(); }

 private:
  std::set<std::string> keys_;
};

class Search {
 public:
  Search(Trials& trials, Actions alphabet)
      : trials_(trials), alphabet_(std::move(alphabet)), failing_(trials.violation().operation) {
    ways_.push_back({});
    static_cast<void>(met_.is_new(ways_.front()));
  }

  /// Goes through the sequences of one action more than before.
  enum class End : std::uint8_t { found, searched, given_up };
  End go_on(bool has_a_next_level) {
    std::vector<Way> next;
    for (const Way& way : ways_) {
      for (const model::Action& action : alphabet_) {
        if (!may_follow(way, action)) continue;
        const End end = take(way, action, has_a_next_level ? &next : nullptr);
        if (end != End::searched) return end;
      }
    }
    ways_ = std::move(next);
    return End::searched;
  }

 private:
  End take(const Way& way, const model::Action& action, std::vector<Way>* next) {
    const bool may_fail = model::name_of(action.operation) == failing_;
    std::optional<Way> on;
    if (next != nullptr) on = longer(way, action);
    if (on && !met_.is_new(*on)) on.reset();
    if (!may_fail && !on) return End::searched;
    if (!trials_.may_go_on() || met_.size() > most_states) return End::given_up;
    Actions actions = way.actions;
    actions.push_back(action);
    const Trace candidate = trace_of(trials_.best().head, actions);
    const Trials::Seen seen = trials_.judge(candidate);
    if (seen == Trials::Seen::same && trials_.keep(candidate)) return End::found;
    // Behind another violation nothing can be seen.
    if (on && seen == Trials::Seen::nothing) next->push_back(*std::move(on));
    return End::searched;
  }

  Trials& trials_;
  Actions alphabet_;
  std::string failing_;
  std::vector<Way> ways_;
  Met met_;
};

/// What decides most of what an operation does, without its times.
std::string outline_of(const model::State& state) {
  std::string outline;
  for (const auto& [_, attempt] : state.attempts) {
    outline += std::to_string(static_cast<int>(attempt.status)) + '.' +
               std::to_string(attempt.attempt_no) + ',';
  }
  for (const auto& [_, run] : state.runs) outline += std::to_string(run.events.size()) + ';';
  return outline;
}

Actions actions_of(const Stimuli& stimuli) {
  Actions actions;
  for (const Step& step : stimuli.steps) actions.push_back(std::get<Call>(step.what).action);
  return actions;
}

/// The ways, no longer than the trace's own, to a state like the one before the failing operation,
/// in order: shorter ones, then plainer ones, as far as some steps of the model lead.
std::vector<Actions> ways_to_outline(const Trials& trials, const Actions& own,
                                     const Actions& alphabet) {
  constexpr std::size_t most_model_steps = 400'000;
  model::State state;
  for (std::size_t i = 0; i + 1 < own.size(); ++i) {
    state = model::step(std::move(state), own[i]).state;
  }
  const std::string outline = outline_of(state);
  std::vector<Actions> found;
  std::vector<Way> ways{Way{}};
  Met met;
  std::size_t steps = 0;
  for (std::size_t length = 0; length < own.size(); ++length) {
    std::vector<Way> next;
    for (const Way& way : ways) {
      if (!trials.may_go_on()) return found;
      if (outline_of(way.state) == outline) found.push_back(way.actions);
      for (const model::Action& action : alphabet) {
        if (length + 1 == own.size() || !may_follow(way, action)) continue;
        if (++steps > most_model_steps) return found;
        auto on = longer(way, action);
        if (on && met.is_new(*on)) next.push_back(*std::move(on));
      }
    }
    ways = std::move(next);
  }
  return found;
}

bool goes_before(const Actions& left, const Actions& right) {
  return left.size() != right.size()
             ? left.size() < right.size()
             : std::ranges::lexicographical_compare(left, right, is_plainer);
}

bool has_events(const Stimuli& stimuli) {
  return std::ranges::any_of(
      stimuli.steps, [](const Step& step) { return !std::holds_alternative<Call>(step.what); });
}

}  // namespace

Shortness prove(Trials& trials) {
  Shortness shortness;
  if (has_events(trials.stimuli()) || !trials.may_go_on()) return shortness;
  Actions alphabet = alphabet_of(trials.stimuli(), Extent::one_more, largest_alphabet);
  shortness.alphabet = alphabet.size();
  if (alphabet.empty()) return shortness;
  Search search(trials, std::move(alphabet));
  const std::size_t length = trials.length();
  for (std::size_t next = 1; next < length; ++next) {
    const Search::End end = search.go_on(next + 1 < length);
    if (end == Search::End::given_up) return shortness;
    if (end == Search::End::found) break;
    shortness.searched = next;
  }
  shortness.is_proved = true;
  return shortness;
}

bool find_plainer_way(Trials& trials) {
  if (has_events(trials.stimuli()) || !trials.may_go_on()) return false;
  const Actions own = actions_of(trials.stimuli());
  const Actions alphabet = alphabet_of(trials.stimuli(), Extent::own, largest_alphabet);
  for (const Actions& way : ways_to_outline(trials, own, alphabet)) {
    for (const model::Action& action : alphabet) {
      if (model::name_of(action.operation) != trials.violation().operation) continue;
      Actions actions = way;
      actions.push_back(action);
      if (!goes_before(actions, own)) continue;
      if (!trials.may_go_on()) return false;
      if (trials.keep(trace_of(trials.best().head, actions))) return true;
    }
  }
  return false;
}

namespace {

/// The stimuli with another action in place of one, and of those like it if `also` says so; nothing
/// if others speak of a lease that is then not granted.
enum class Also : std::uint8_t { alone, those_alike };
std::optional<Stimuli> with_action(const Stimuli& stimuli, std::size_t index,
                                   const model::Action& action, Also also) {
  const bool is_claim = std::holds_alternative<model::UpsertLease>(action.operation);
  const model::Action was = std::get<Call>(stimuli.steps[index].what).action;
  Stimuli changed = stimuli;
  for (std::size_t i = 0; i < changed.steps.size(); ++i) {
    auto& call = std::get<Call>(changed.steps[i].what);
    if (i != index && (also == Also::alone || call.action != was)) continue;
    call = {usual_actor(action.operation), action.now, action};
    const std::uint64_t number = changed.steps[i].number;
    if (is_claim) changed.granted.emplace(number, "granted to " + std::to_string(number));
    if (!is_claim && changed.granted.contains(number)) return std::nullopt;
  }
  return changed;
}

}  // namespace

void choose_plainer_actions(Trials& trials) {
  if (has_events(trials.stimuli()) || !trials.may_go_on()) return;
  const Actions alphabet = alphabet_of(trials.stimuli(), Extent::one_more, largest_alphabet);
  for (std::size_t i = 0; i < trials.length(); ++i) {
    for (const model::Action& action : alphabet) {
      if (i >= trials.length() || !trials.may_go_on()) return;
      if (!is_plainer(action, std::get<Call>(trials.stimuli().steps[i].what).action)) break;
      const auto keep = [&](Also also) {
        const auto candidate = with_action(trials.stimuli(), i, action, also);
        return candidate && trials.keep(*candidate);
      };
      if (keep(Also::alone) || keep(Also::those_alike)) break;
    }
  }
}

}  // namespace leasecheck::traces
