#include <functional>
#include <set>

#include "traces/reduction/structure.hpp"

namespace leasecheck::traces {
namespace {

/// Pairs of stimuli are tried where there are no more than this many.
constexpr std::size_t few = 14;
/// More attempts, workers and leases than this are not tried one by one before chunks are.
constexpr std::size_t many = 100;

using IsLeftOut = std::function<bool(const Step&)>;

bool without(Trials& trials, const IsLeftOut& is_left_out) {
  if (!trials.may_go_on()) return false;
  Stimuli candidate = trials.stimuli();
  if (std::erase_if(candidate.steps, is_left_out) == 0 || candidate.steps.empty()) return false;
  return trials.keep(candidate);
}

bool is_event(const Step& step) {
  return std::holds_alternative<model::Environment>(step.what);
}

// What only this attempt, worker or lease has to do with goes as a whole: the calls that name it,
// and with a claim all that speaks of its lease.
void without_entities(Trials& trials) {
  std::set<std::pair<IdKind, model::Id>> entities;
  std::set<std::string> actors;
  for (Step step : trials.stimuli().steps) {
    each_id(step, [&](IdKind kind, const model::Id& id) { entities.emplace(kind, id); });
    if (const auto* call = std::get_if<Call>(&step.what)) actors.insert(call->actor);
  }
  for (const std::string& actor : actors) {
    without(trials, [&actor](const Step& step) {
      const auto* call = std::get_if<Call>(&step.what);
      return call != nullptr && call->actor == actor;
    });
  }
  for (const auto& entity : entities) {
    if (!trials.may_go_on()) return;
    const std::map<std::uint64_t, model::Id> granted = trials.stimuli().granted;
    without(trials, [&](Step step) {
      const auto grant = granted.find(step.number);
      bool names =
          entity.first == IdKind::lease && grant != granted.end() && grant->second == entity.second;
      each_id(step,
              [&](IdKind kind, const model::Id& id) { names |= entity == std::pair(kind, id); });
      return names;
    });
  }
}

void without_chunks(Trials& trials, std::size_t size) {
  std::size_t first = 0;
  while (first < trials.length() && trials.may_go_on()) {
    Stimuli candidate = trials.stimuli();
    const auto begin = candidate.steps.begin() + static_cast<std::ptrdiff_t>(first);
    const std::size_t count = std::min(size, candidate.steps.size() - first);
    candidate.steps.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
    if (!trials.keep(candidate)) first += size;
  }
}

bool without_a_pair(Trials& trials) {
  const std::size_t length = trials.length();
  for (std::size_t i = 0; i + 1 < length; ++i) {
    for (std::size_t j = i + 1; j < length; ++j) {
      Stimuli candidate = trials.stimuli();
      candidate.steps.erase(candidate.steps.begin() + static_cast<std::ptrdiff_t>(j));
      candidate.steps.erase(candidate.steps.begin() + static_cast<std::ptrdiff_t>(i));
      if (trials.keep(candidate)) return true;
    }
  }
  return false;
}

}  // namespace

void leave_out(Trials& trials) {
  without(trials, is_event);
  for (std::size_t size = trials.length() / 2; size > many; size /= 2) without_chunks(trials, size);
  without_entities(trials);
  std::size_t before = 0;
  do {
    before = trials.length();
    for (std::size_t size = before / 2; size >= 1; size /= 2) without_chunks(trials, size);
    if (trials.length() == before && before <= few) without_a_pair(trials);
  } while (trials.length() < before && trials.may_go_on());
}

}  // namespace leasecheck::traces
