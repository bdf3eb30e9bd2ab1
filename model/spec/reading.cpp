// Rules 6 and 15: what can be seen.

#include <algorithm>

#include "leasecheck/spec/step.hpp"
#include "leasecheck/spec/validity.hpp"
#include "model/spec/rules.hpp"

namespace leasecheck::model {
namespace {

/// The events of a run in order of sequence; of a run without events, none.
const std::vector<RunEvent>& events_of(const State& state, const Id& run_id) {
  static const std::vector<RunEvent> none;
  const auto found = state.events_of_run.find(run_id);
  return found == state.events_of_run.end() ? none : found->second;
}

}  // namespace

// Rule 6.
ResultOf<LatestSeqForRun> apply(State& state, const LatestSeqForRun& operation, Time) {
  if (!is_valid_id(operation.run_id)) return std::unexpected(ErrorCode::invalid_argument);
  return Sequence{events_of(state, operation.run_id).size()};
}

ResultOf<GetAttempt> apply(State& state, const GetAttempt& operation, Time) {
  const auto found = find_attempt(state, operation.attempt_id);
  if (!found) return std::unexpected(found.error());
  return attempt_record(**found);
}

ResultOf<GetLease> apply(State& state, const GetLease& operation, Time) {
  if (!is_valid_id(operation.lease_id)) return std::unexpected(ErrorCode::invalid_argument);
  const Attempt* const attempt = find_leased(state, operation.lease_id);
  return attempt ? std::optional(lease_record(*attempt)) : std::nullopt;
}

// An unknown attempt has no lease either: nothing, not an error.
ResultOf<GetLeaseForAttempt> apply(State& state, const GetLeaseForAttempt& operation, Time) {
  if (!is_valid_id(operation.attempt_id)) return std::unexpected(ErrorCode::invalid_argument);
  const auto found = state.attempts.find(operation.attempt_id);
  const bool leased = found != state.attempts.end() && found->second.lease;
  return leased ? std::optional(lease_record(found->second)) : std::nullopt;
}

ResultOf<CountByStatus> apply(State& state, const CountByStatus&, Time) {
  CountsByStatus counts;
  for (const auto& [id, attempt] : state.attempts) {
    ++counts.count[static_cast<std::size_t>(attempt.status)];
  }
  return counts;
}

ResultOf<ListRunEvents> apply(State& state, const ListRunEvents& operation, Time) {
  if (!is_valid_id(operation.run_id)) return std::unexpected(ErrorCode::invalid_argument);
  std::vector<RunEvent> listed;
  for (const RunEvent& event : events_of(state, operation.run_id)) {
    if (listed.size() == operation.limit) break;
    if (event.seq > operation.after) listed.push_back(event);
  }
  return listed;
}

Snapshot snapshot(const State& state) {
  Snapshot seen;
  for (const auto& [id, attempt] : state.attempts) {
    seen.attempts.push_back(attempt_record(attempt));
    if (attempt.lease) seen.leases.push_back(lease_record(attempt));
    if (attempt.dead_letter) seen.dead_letters.push_back(dead_letter_record(attempt));
  }
  for (const auto& [run_id, events] : state.events_of_run) seen.runs.push_back({run_id, events});
  return seen;
}

bool shows(const Snapshot& seen, const State& state) {
  if (seen.attempts.size() != state.attempts.size()) return false;
  if (seen.runs.size() != state.events_of_run.size()) return false;
  auto row = seen.attempts.begin();
  auto lease = seen.leases.begin();
  auto letter = seen.dead_letters.begin();
  for (const auto& [id, attempt] : state.attempts) {
    if (*row++ != attempt_record(attempt)) return false;
    if (attempt.lease) {
      if (lease == seen.leases.end() || *lease++ != lease_record(attempt)) return false;
    }
    if (attempt.dead_letter) {
      if (letter == seen.dead_letters.end() || *letter++ != dead_letter_record(attempt)) {
        return false;
      }
    }
  }
  return lease == seen.leases.end() && letter == seen.dead_letters.end() &&
         std::ranges::equal(seen.runs, state.events_of_run,
                            [](const RunRecord& run, const auto& entry) {
                              return run.run_id == entry.first && run.events == entry.second;
                            });
}

}  // namespace leasecheck::model
