#include "traces/reduction/vocabulary.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "leasecheck/spec/alphabet.hpp"
#include "leasecheck/spec/several.hpp"
#include "traces/codec.hpp"

namespace leasecheck::traces {
namespace {

/// What arguments are made of.
struct Vocabulary {
  std::vector<model::AttemptSpec> specs;
  std::vector<model::Id> attempts;
  std::vector<model::Id> runs;
  std::vector<model::Id> workers;
  std::vector<model::Id> leases;
  std::vector<model::Id> kinds;
  std::vector<std::string> payloads;
  std::vector<model::Time> times;
  std::vector<std::uint64_t> limits;
  std::vector<std::uint64_t> afters;
  std::vector<std::uint64_t> versions;
};

template <class Value>
void add(std::vector<Value>& values, const Value& value) {
  if (std::ranges::find(values, value) == values.end()) values.push_back(value);
}

/// Takes the words of a trace.
class Collector {
 public:
  Collector(Vocabulary& words, Extent extent) : words_(words), extent_(extent) {}

  void operator()(std::string_view, const model::Time& time) { note(time); }
  void operator()(std::string_view, const std::optional<model::Time>& time) {
    if (time) note(*time);
  }
  void operator()(std::string_view name, const std::uint64_t& number) {
    if (name == "limit") add(words_.limits, number);
    if (name == "after") add(words_.afters, number);
    if (name == "expected_version") add(words_.versions, number);
  }
  void operator()(std::string_view name, const model::Id& id) {
    if (name == "attempt_id") add(words_.attempts, id);
    if (name == "run_id") add(words_.runs, id);
    if (name == "worker_id") add(words_.workers, id);
    if (name == "lease_id") add(words_.leases, id);
    if (name == "kind") add(words_.kinds, id);
  }
  template <class Other>
  void operator()(std::string_view, const Other&) {}
  void payload(const std::string& payload) { add(words_.payloads, payload); }

  void note(model::Time time) {
    add(words_.times, time);
    if (extent_ == Extent::own) return;
    if (time > model::at_ms(0)) add(words_.times, time - model::Duration{1});
    add(words_.times, model::saturating_add(time, model::Duration{1}));
  }

 private:
  Vocabulary& words_;
  Extent extent_;
};

Vocabulary vocabulary_of(const Stimuli& stimuli, Extent extent) {
  Vocabulary words;
  Collector collector(words, extent);
  words.specs.emplace_back();
  for (const Step& step : stimuli.steps) {
    const auto* call = std::get_if<Call>(&step.what);
    if (call == nullptr) continue;
    collector.note(call->action.now);
    std::visit([&collector](const auto& operation) { fields(collector, operation); },
               call->action.operation);
    if (const auto* enqueue = std::get_if<model::EnqueueAttempt>(&call->action.operation)) {
      model::AttemptSpec spec = enqueue->spec;
      spec.attempt_id = spec.run_id = {};
      add(words.specs, spec);
    }
  }
  const auto add_one = [](std::vector<model::Id>& ids, std::string_view prefix) {
    add(ids, std::string(prefix) + std::to_string(ids.size() + 1));
  };
  const bool has_more = extent == Extent::one_more;
  if (has_more || words.attempts.empty()) add_one(words.attempts, "a");
  if (has_more || words.workers.empty()) add_one(words.workers, "w");
  if (words.runs.empty()) add_one(words.runs, "r");
  for (std::size_t i = 0; i < stimuli.granted.size() + (has_more ? 1 : 0); ++i) {
    add(words.leases, "L" + std::to_string(i + 1));
  }
  if (words.leases.empty()) words.leases.emplace_back("L1");
  if (words.kinds.empty()) words.kinds.emplace_back("k");
  if (words.payloads.empty()) words.payloads.emplace_back("{}");
  add(words.limits, std::uint64_t{1});
  add(words.afters, std::uint64_t{0});
  add(words.versions, std::uint64_t{1});
  std::ranges::sort(words.times);
  return words;
}

/// Arguments for operations, each chosen among the words.
class Source {
 public:
  Source(const Vocabulary& words, model::Choices& choices) : words_(words), choices_(choices) {}

  model::AttemptSpec spec() {
    model::AttemptSpec spec = one_of(words_.specs);
    spec.attempt_id = one_of(words_.attempts);
    spec.run_id = one_of(words_.runs);
    return spec;
  }
  model::Time asked_at() { return own_time(); }
  std::uint64_t list_limit() { return one_of(words_.limits); }
  model::Id claimed_attempt() { return one_of(words_.attempts); }
  model::Id claimer() { return one_of(words_.workers); }
  model::Time claim_expiry() { return one_of(words_.times); }
  model::Id lease() { return one_of(words_.leases); }
  model::Time heartbeat_at() { return own_time(); }
  model::Time heartbeat_expiry() { return one_of(words_.times); }
  model::Id holder() { return one_of(words_.workers); }
  std::uint64_t version() { return one_of(words_.versions); }
  model::Time stale_before() { return one_of(words_.times); }
  model::Time overdue_at() { return own_time(); }
  model::Id run() { return one_of(words_.runs); }
  model::AckOutcome outcome() { return static_cast<model::AckOutcome>(choices_.below(3)); }
  model::Id kind() { return one_of(words_.kinds); }
  std::string payload() { return one_of(words_.payloads); }
  model::Id attempt() { return one_of(words_.attempts); }
  std::uint64_t limit() { return one_of(words_.limits); }
  std::uint64_t after() { return one_of(words_.afters); }
  model::Time finished_before() { return one_of(words_.times); }
  bool with_dead_letters() { return choices_.below(2) == 1; }

  // Of operations that are taken from the trace as they are.
  static auto several(auto choose) { return std::vector<decltype(choose())>{}; }
  static std::uint64_t claim_limit() { return 0; }
  static model::Duration lease_ttl() { return {}; }
  static std::optional<model::Status> status_filter() { return {}; }
  static std::optional<model::Id> run_filter() { return {}; }
  static std::optional<model::Id> worker_filter() { return {}; }
  static std::optional<model::Id> tenant_filter() { return {}; }
  static std::optional<model::Id> page_after() { return {}; }

  /// The time of the operation as a whole: what it was given, if that is a time.
  model::Time now() { return own_ ? *own_ : one_of(words_.times); }

 private:
  template <class Value>
  const Value& one_of(const std::vector<Value>& values) {
    return values[choices_.below(values.size())];
  }
  model::Time own_time() {
    own_ = one_of(words_.times);
    return *own_;
  }

  const Vocabulary& words_;
  model::Choices& choices_;
  std::optional<model::Time> own_;
};

// Shorter text is plainer: fewer fields, lower numbers. Times below zero are odd.
auto place_of(const model::Action& action) {
  const auto* ack = std::get_if<model::AckAttempt>(&action.operation);
  const auto outcome = ack == nullptr ? model::AckOutcome::completed : ack->outcome;
  std::string text = operation_args_to_text(action.operation);
  const std::size_t length = text.size();
  const std::int64_t now = action.now.time_since_epoch().count();
  return std::tuple(action.operation.index(), outcome, now < 0, std::max(now, ~now), length,
                    std::move(text));
}

/// What is not made of words, since there would be too many: operations on several attempts, which
/// do nothing that those on one do not, and lists with filters.
bool is_taken_as_it_is(const model::Operation& operation) {
  return model::has_singles(operation) || std::holds_alternative<model::ListAttempts>(operation);
}

}  // namespace

std::vector<model::Action> alphabet_of(const Stimuli& stimuli, Extent extent, std::size_t most) {
  const Vocabulary words = vocabulary_of(stimuli, extent);
  std::vector<model::Action> actions;
  for (std::size_t kind = 0; kind < model::AllOperations::count; ++kind) {
    model::Choices choices;
    do {
      Source source(words, choices);
      model::Operation operation = model::AllOperations::choose(kind, source);
      if (is_taken_as_it_is(operation)) break;
      actions.push_back({.now = source.now(), .operation = std::move(operation)});
      if (actions.size() > most) return {};
    } while (choices.next());
  }
  for (const Step& step : stimuli.steps) {
    const auto* call = std::get_if<Call>(&step.what);
    if (call && is_taken_as_it_is(call->action.operation)) add(actions, call->action);
  }
  std::ranges::sort(actions, {}, place_of);
  return actions;
}

bool is_plainer(const model::Action& left, const model::Action& right) {
  return place_of(left) < place_of(right);
}

}  // namespace leasecheck::traces
