#include <algorithm>

#include "traces/lines.hpp"
#include "traces/reduction/arguments.hpp"

namespace leasecheck::traces {
namespace {

/// New names for the ids of a kind, in the order in which they are asked for.
class Names {
 public:
  const model::Id& of(IdKind kind, const model::Id& id) {
    auto& names = names_[kind];
    const auto known = names.find(id);
    if (known != names.end()) return known->second;
    const std::string name = prefix_of(kind) + std::to_string(names.size() + 1);
    return names.emplace(id, name).first->second;
  }

 private:
  static std::string prefix_of(IdKind kind) {
    switch (kind) {
      case IdKind::attempt:
        return "a";
      case IdKind::run:
        return "r";
      case IdKind::worker:
        return "w";
      case IdKind::lease:
      case IdKind::other:
        break;
    }
    return "x";
  }
  std::map<IdKind, std::map<model::Id, model::Id>> names_;
};

bool is_renamed(IdKind kind) {
  return kind == IdKind::attempt || kind == IdKind::run || kind == IdKind::worker;
}

void keep_if_other(Trials& trials, const Stimuli& candidate) {
  if (candidate.steps != trials.stimuli().steps) trials.keep(candidate);
}

void rename_ids(Stimuli& stimuli) {
  Names names;
  for (Step& step : stimuli.steps) {
    each_id(step, [&names](IdKind kind, model::Id& id) {
      if (is_renamed(kind)) id = names.of(kind, id);
    });
  }
}

void rename_all(Trials& trials) {
  Stimuli candidate = trials.stimuli();
  rename_ids(candidate);
  keep_if_other(trials, candidate);
}

// Where all at once is too much, an id that is the point of the violation keeps its name.
void rename_each(Trials& trials) {
  std::vector<std::pair<IdKind, model::Id>> ids;
  for (Step step : trials.stimuli().steps) {
    each_id(step, [&ids](IdKind kind, const model::Id& id) {
      const std::pair entry(kind, id);
      if (is_renamed(kind) && std::ranges::find(ids, entry) == ids.end()) ids.push_back(entry);
    });
  }
  Names names;
  for (const auto& [kind, old_name] : ids) {
    if (!trials.may_go_on()) return;
    const model::Id& name = names.of(kind, old_name);
    if (std::ranges::find(ids, std::pair(kind, name)) != ids.end()) continue;
    Stimuli candidate = trials.stimuli();
    for (Step& step : candidate.steps) {
      each_id(step, [&, kind = kind, &old = old_name](IdKind found, model::Id& id) {
        if (found == kind && id == old) id = name;
      });
    }
    keep_if_other(trials, candidate);
  }
}

/// The worker that was granted the lease which a call names.
model::Id holder_of(Step step, const Stimuli& stimuli) {
  const model::Id* lease = lease_of(step);
  if (lease == nullptr) return {};
  for (const Step& claim : stimuli.steps) {
    const auto granted = stimuli.granted.find(claim.number);
    if (granted == stimuli.granted.end() || granted->second != *lease) continue;
    return std::get<model::UpsertLease>(std::get<Call>(claim.what).action.operation).worker_id;
  }
  return {};
}

void name_actors(Trials& trials) {
  if (!trials.may_go_on()) return;
  Stimuli candidate = trials.stimuli();
  for (Step& step : candidate.steps) {
    auto* call = std::get_if<Call>(&step.what);
    if (call == nullptr) continue;
    const bool names_no_worker =
        std::holds_alternative<model::HeartbeatLease>(call->action.operation);
    const model::Id holder = names_no_worker ? holder_of(step, candidate) : model::Id();
    call->actor = holder.empty() ? usual_actor(call->action.operation) : holder;
  }
  keep_if_other(trials, candidate);
}

/// What decides in which order stimuli stand that could stand in several.
std::vector<std::string> lines_of(const Stimuli& stimuli) {
  std::vector<std::string> lines;
  for (const Step& step : to_trace(stimuli).steps) lines.push_back(line_of(step));
  return lines;
}

void swap_with_next(Stimuli& stimuli, std::size_t index) {
  Step& first = stimuli.steps[index];
  Step& second = stimuli.steps[index + 1];
  std::swap(first, second);
  std::swap(first.true_time, second.true_time);
}

// Whether two neighbours, or two of each of two places, stand the other way round from now on.
bool swap_some(Trials& trials) {
  const std::vector<std::string> lines = lines_of(trials.stimuli());
  for (std::size_t i = 0; i + 1 < trials.length(); ++i) {
    for (std::size_t j = i; j + 1 < trials.length(); ++j) {
      Stimuli candidate = trials.stimuli();
      swap_with_next(candidate, i);
      if (j != i) swap_with_next(candidate, j);
      rename_ids(candidate);
      const auto other = lines_of(candidate);
      if (other.size() == lines.size() && other < lines && trials.keep(candidate)) return true;
    }
  }
  return false;
}

// Two at a time only where there are few: what remains of a long trace is not of one form anyway.
void order_neighbours(Trials& trials) {
  constexpr std::size_t few = 20;
  while (trials.length() <= few && trials.may_go_on() && swap_some(trials)) {
  }
}

}  // namespace

std::string usual_actor(const model::Operation& operation) {
  if (std::holds_alternative<model::EnqueueAttempt>(operation)) return "producer";
  if (std::holds_alternative<model::ExpireLeasesAndRequeue>(operation) ||
      std::holds_alternative<model::TransitionTimedOutAttempts>(operation)) {
    return "reaper1";
  }
  if (std::holds_alternative<model::CancelAttempt>(operation) ||
      std::holds_alternative<model::ReplayDeadLetter>(operation) ||
      std::holds_alternative<model::ListDeadLetters>(operation)) {
    return "operator";
  }
  Step step{.number = 0, .true_time = {}, .what = Call{{}, {}, {{}, operation}}};
  std::string actor = "client";
  each_id(step, [&actor](IdKind kind, const model::Id& id) {
    if (kind == IdKind::worker) actor = id;
  });
  return actor;
}

void make_canonical(Trials& trials) {
  Stimuli candidate = trials.stimuli();
  candidate.head.config.clear();
  candidate.head.seed = 0;
  if (candidate.head.deployment) candidate.head.deployment->skew_within_margin = true;
  if (candidate.head != trials.stimuli().head && !trials.keep(candidate)) {
    candidate.head.deployment = trials.stimuli().head.deployment;
    trials.keep(candidate);
  }
  for (int round = 0; round < 2; ++round) {
    rename_all(trials);
    rename_each(trials);
    name_actors(trials);
    order_neighbours(trials);
  }
}

}  // namespace leasecheck::traces
