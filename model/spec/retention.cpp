// Rule 28: an end to growth.

#include <algorithm>
#include <tuple>

#include "model/spec/rules.hpp"

namespace leasecheck::model {
namespace {

bool may_be_pruned(const Attempt& attempt, const PruneAttempts& operation) {
  return attempt.finished_at && *attempt.finished_at < operation.finished_before &&
         (operation.with_dead_letters || !attempt.dead_letter);
}

bool finished_before(const Attempt* left, const Attempt* right) {
  return std::tie(left->finished_at, left->spec.attempt_id) <
         std::tie(right->finished_at, right->spec.attempt_id);
}

/// The events of the attempt go with it, and the run with its last attempt.
void forget_in_run(State& state, const AttemptSpec& spec) {
  const auto run = state.runs.find(spec.run_id);
  if (run == state.runs.end()) return;
  std::erase_if(run->second.events,
                [&](const RunEvent& event) { return event.attempt_id == spec.attempt_id; });
  const bool has_others = std::ranges::any_of(state.attempts, [&](const auto& entry) {
    return entry.second.spec.run_id == spec.run_id && entry.first != spec.attempt_id;
  });
  if (!has_others) state.runs.erase(run);
}

}  // namespace

ResultOf<PruneAttempts> apply(State& state, const PruneAttempts& operation, Time) {
  std::vector<const Attempt*> chosen;
  for (const auto& [id, attempt] : state.attempts) {
    if (may_be_pruned(attempt, operation)) chosen.push_back(&attempt);
  }
  std::ranges::sort(chosen, finished_before);
  if (chosen.size() > operation.limit) chosen.resize(operation.limit);
  for (const Attempt* attempt : chosen) {
    state.version_floor = std::max(state.version_floor, attempt->version);
    forget_in_run(state, attempt->spec);
    state.attempts.erase(Id(attempt->spec.attempt_id));
  }
  return Count{chosen.size()};
}

}  // namespace leasecheck::model
