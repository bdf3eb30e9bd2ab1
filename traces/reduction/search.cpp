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
  }

  std::string operator()(const model::State& state) {
    number(static_cast<std::int64_t>(state.attempts_enqueued));
    number(static_cast<std::int64_t>(state.leases_issued));
    for (const auto& [_, each] : state.attempts) attempt(each);
    for (const auto& [run_id, events] : state.events_of_run) {
      (*this)("", run_id);
      for (const model::RunEvent& event : events) fields(*this, event);
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

class Search {
 public:
  Search(Trials& trials, Actions alphabet)
      : trials_(trials), alphabet_(std::move(alphabet)), failing_(trials.violation().operation) {
    ways_.push_back({});
    static_cast<void>(is_new(ways_.front().state, model::beginning_of_time));
  }

  /// Goes through the sequences of one action more than before.
  enum class End : std::uint8_t { found, searched, given_up };
  End go_on(bool has_a_next_level) {
    std::vector<Way> next;
    for (const Way& way : ways_) {
      for (const model::Action& action : alphabet_) {
        if (!way.actions.empty() && action.now < way.actions.back().now) continue;
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
    std::optional<model::State> state;
    if (next != nullptr && model::can_change_state(action.operation)) {
      model::Step step = model::step(way.state, action);
      if (model::may_have_changed(action.operation, step.outcome) &&
          is_new(step.state, action.now)) {
        state = std::move(step.state);
      }
    }
    if (!may_fail && !state) return End::searched;
    if (!trials_.may_go_on() || seen_.size() > most_states) return End::given_up;
    Actions actions = way.actions;
    actions.push_back(action);
    const Trace candidate = trace_of(trials_.best().head, actions);
    const Trials::Seen seen = trials_.judge(candidate);
    if (seen == Trials::Seen::same && trials_.keep(candidate)) return End::found;
    // Behind another violation nothing can be seen.
    if (state && seen == Trials::Seen::nothing) {
      next->push_back({*std::move(state), std::move(actions)});
    }
    return End::searched;
  }

  // A later time leaves less to be done, so a state at it is another one.
  bool is_new(const model::State& state, model::Time now) {
    return seen_.insert(Encoder()(state) + std::to_string(now.time_since_epoch().count())).second;
  }

  Trials& trials_;
  Actions alphabet_;
  std::string failing_;
  std::vector<Way> ways_;
  std::set<std::string> seen_;
};

bool has_events(const Stimuli& stimuli) {
  return std::ranges::any_of(
      stimuli.steps, [](const Step& step) { return !std::holds_alternative<Call>(step.what); });
}

}  // namespace

Shortness prove(Trials& trials) {
  Shortness shortness;
  if (has_events(trials.stimuli())) return shortness;
  Actions alphabet = alphabet_of(trials.stimuli(), largest_alphabet);
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

void choose_plainer_actions(Trials& trials) {
  if (has_events(trials.stimuli())) return;
  const Actions alphabet = alphabet_of(trials.stimuli(), largest_alphabet);
  for (std::size_t i = 0; i < trials.length(); ++i) {
    for (const model::Action& action : alphabet) {
      if (i >= trials.length() || !trials.may_go_on()) return;
      Stimuli candidate = trials.stimuli();
      auto& call = std::get<Call>(candidate.steps[i].what);
      if (!is_plainer(action, call.action)) break;
      const bool is_claim = std::holds_alternative<model::UpsertLease>(action.operation);
      if (is_claim != candidate.granted.contains(candidate.steps[i].number)) continue;
      call = {usual_actor(action.operation), action.now, action};
      if (trials.keep(candidate)) break;
    }
  }
}

}  // namespace leasecheck::traces
