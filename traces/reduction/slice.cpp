#include <algorithm>
#include <cctype>
#include <set>

#include "leasecheck/spec/step.hpp"
#include "traces/reduction/structure.hpp"

namespace leasecheck::traces {
namespace {

using Ids = std::set<model::Id>;

/// What each call did to the model: the attempts whose rows are others after it.
std::map<std::uint64_t, Ids> attempts_changed(const Stimuli& stimuli) {
  std::map<std::uint64_t, Ids> changed;
  model::State state;
  for (const Step& step : stimuli.steps) {
    const auto* call = std::get_if<Call>(&step.what);
    if (call == nullptr) continue;
    model::Step next = model::step(state, call->action);
    if (!model::may_have_changed(call->action.operation, next.outcome)) continue;
    Ids& ids = changed[step.number];
    for (const auto& [id, attempt] : next.state.attempts) {
      const auto before = state.attempts.find(id);
      if (before == state.attempts.end() || before->second != attempt) ids.insert(id);
    }
    // An event of a run is an act for the attempt that appended it.
    for (const auto& [run_id, run] : next.state.runs) {
      const auto before = state.runs.find(run_id);
      const bool is_new = before == state.runs.end() || before->second != run;
      if (is_new && !run.events.empty()) ids.insert(run.events.back().attempt_id);
    }
    for (const auto& [id, attempt] : state.attempts) {
      if (!next.state.attempts.contains(id)) ids.insert(id);
    }
    state = std::move(next.state);
  }
  return changed;
}

/// The attempts that stand behind what a step names: itself, by a lease, by a run.
class Concerned {
 public:
  explicit Concerned(const Stimuli& stimuli) {
    for (const Step& step : stimuli.steps) {
      const auto* call = std::get_if<Call>(&step.what);
      if (call == nullptr) continue;
      if (const auto* claim = std::get_if<model::UpsertLease>(&call->action.operation)) {
        const auto granted = stimuli.granted.find(step.number);
        if (granted != stimuli.granted.end()) of_lease_[granted->second] = claim->attempt_id;
      }
      if (const auto* enqueue = std::get_if<model::EnqueueAttempt>(&call->action.operation)) {
        of_run_[enqueue->spec.run_id].insert(enqueue->spec.attempt_id);
      }
    }
  }

  [[nodiscard]] Ids by(Step step) const {
    Ids ids;
    each_id(step, [&](IdKind kind, const model::Id& id) {
      const auto lease = of_lease_.find(id);
      const auto run = of_run_.find(id);
      if (kind == IdKind::attempt) ids.insert(id);
      if (kind == IdKind::lease && lease != of_lease_.end()) ids.insert(lease->second);
      if (kind == IdKind::run && run != of_run_.end())
        ids.insert(run->second.begin(), run->second.end());
    });
    return ids;
  }

  /// The attempts that a complaint speaks of, by themselves or by their leases.
  [[nodiscard]] Ids by(const std::string& message) const {
    Ids ids;
    for (const auto& [run, attempts] : of_run_) {
      for (const model::Id& id : attempts) {
        if (speaks_of(message, id)) ids.insert(id);
      }
    }
    for (const auto& [lease, attempt] : of_lease_) {
      if (speaks_of(message, lease)) ids.insert(attempt);
    }
    return ids;
  }

 private:
  static bool speaks_of(const std::string& message, const model::Id& id) {
    for (std::size_t at = message.find(id); at != std::string::npos;
         at = message.find(id, at + 1)) {
      const std::size_t end = at + id.size();
      const bool goes_on =
          end < message.size() && std::isalnum(static_cast<unsigned char>(message[end])) != 0;
      if (!goes_on && !id.empty()) return true;
    }
    return false;
  }

  std::map<model::Id, model::Id> of_lease_;
  std::map<model::Id, Ids> of_run_;
};

bool meets(const Ids& left, const Ids& right) {
  return std::ranges::any_of(left, [&right](const model::Id& id) { return right.contains(id); });
}

Ids workers_of(const std::vector<Step>& steps) {
  Ids workers;
  for (Step step : steps) {
    each_id(step, [&workers](IdKind kind, const model::Id& id) {
      if (kind == IdKind::worker) workers.insert(id);
    });
  }
  return workers;
}

enum class Events : std::uint8_t { none, of_workers };

Stimuli sliced(const Stimuli& all, const Ids& targets, bool with_refused, Events events) {
  const auto changed = attempts_changed(all);
  const Concerned concerned(all);
  const std::uint64_t last = all.steps.back().number;
  const auto is_in = [&](const Step& step) {
    if (step.number == last) return true;
    if (!std::holds_alternative<Call>(step.what)) return false;
    const auto found = changed.find(step.number);
    return (found != changed.end() && meets(found->second, targets)) ||
           (with_refused && meets(concerned.by(step), targets));
  };
  std::vector<Step> calls;
  std::ranges::copy_if(all.steps, std::back_inserter(calls), is_in);
  Stimuli slice{.head = all.head, .steps = std::move(calls), .granted = all.granted};
  if (events == Events::none) return slice;
  const Ids workers = workers_of(slice.steps);
  slice.steps.clear();
  for (const Step& step : all.steps) {
    const bool is_event = std::holds_alternative<model::Environment>(step.what);
    if (is_in(step) || (is_event && meets(workers_of({step}), workers)))
      slice.steps.push_back(step);
  }
  return slice;
}

}  // namespace

void slice(Trials& trials) {
  const Stimuli all = trials.stimuli();
  if (all.steps.empty()) return;
  const Concerned concerned(all);
  Ids named = concerned.by(all.steps.back());
  named.merge(concerned.by(trials.best().verdict.message));
  std::vector<Ids> targets;
  for (const model::Id& id : named) targets.push_back({id});
  if (named.size() > 1) targets.push_back(named);
  for (const Events events : {Events::none, Events::of_workers}) {
    for (const bool with_refused : {false, true}) {
      for (const Ids& target : targets) {
        if (!trials.may_go_on()) return;
        if (trials.keep(sliced(all, target, with_refused, events))) return;
      }
    }
  }
}

}  // namespace leasecheck::traces
