// Rules 6 and 15: what can be seen.

#include <algorithm>

#include "leasecheck/spec/step.hpp"
#include "leasecheck/spec/validity.hpp"
#include "model/spec/rules.hpp"

namespace leasecheck::model {
namespace {

/// The run as far as it has had events: none, for a run that has had none.
const Run& run_of(const State& state, const Id& run_id) {
  static const Run none;
  const auto found = state.runs.find(run_id);
  return found == state.runs.end() ? none : found->second;
}

/// Rule 29: a filter that is not given matches everything.
template <class Value, class Seen>
bool matches(const std::optional<Value>& filter, const Seen& seen) {
  return !filter || seen == *filter;
}

bool matches(const ListAttempts& filter, const Attempt& attempt) {
  const auto holder = attempt.lease ? std::optional(attempt.lease->worker_id) : std::nullopt;
  return matches(filter.status, attempt.status) && matches(filter.run_id, attempt.spec.run_id) &&
         matches(filter.worker_id, holder) && matches(filter.tenant_id, attempt.spec.tenant_id);
}

bool is_valid_or_absent(const std::optional<Id>& id) {
  return !id || is_valid_id(*id);
}

}  // namespace

// Rule 6.
ResultOf<LatestSeqForRun> apply(State& state, const LatestSeqForRun& operation, Time) {
  if (!is_valid_id(operation.run_id)) return std::unexpected(ErrorCode::invalid_argument);
  return Sequence{run_of(state, operation.run_id).latest_seq};
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
  for (const RunEvent& event : run_of(state, operation.run_id).events) {
    if (listed.size() == operation.limit) break;
    if (event.seq > operation.after) listed.push_back(event);
  }
  return listed;
}

// Rule 29: a name that nobody has matches nothing; only what can be no name is refused.
ResultOf<ListAttempts> apply(State& state, const ListAttempts& operation, Time) {
  for (const auto* id :
       {&operation.run_id, &operation.worker_id, &operation.tenant_id, &operation.after}) {
    if (!is_valid_or_absent(*id)) return std::unexpected(ErrorCode::invalid_argument);
  }
  std::vector<AttemptRecord> listed;
  auto next =
      operation.after ? state.attempts.upper_bound(*operation.after) : state.attempts.begin();
  for (; next != state.attempts.end() && listed.size() < operation.limit; ++next) {
    if (matches(operation, next->second)) listed.push_back(attempt_record(next->second));
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
  for (const auto& [run_id, run] : state.runs) {
    seen.runs.push_back({run_id, run.latest_seq, run.events});
  }
  seen.version_floor = state.version_floor;
  return seen;
}

bool shows(const Snapshot& seen, const State& state) {
  if (seen.attempts.size() != state.attempts.size()) return false;
  if (seen.runs.size() != state.runs.size()) return false;
  if (seen.version_floor != state.version_floor) return false;
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
         std::ranges::equal(seen.runs, state.runs, [](const RunRecord& run, const auto& entry) {
           return run.run_id == entry.first && run.latest_seq == entry.second.latest_seq &&
                  run.events == entry.second.events;
         });
}

}  // namespace leasecheck::model
