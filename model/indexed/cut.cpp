#include "model/indexed/cut.hpp"

#include <limits>
#include <utility>
#include <vector>

namespace leasecheck::model {
namespace {

constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

/// Moves all of `part` to the rest, from which it came.
template <class Entries>
void merge(Entries& rest, Entries& part) {
  if (rest.empty()) {
    rest.swap(part);
  } else {
    rest.merge(part);
  }
}

/// Asked by an operation, moves what it is about from the state into the part.
class Cut {
 public:
  Cut(State& state, AttemptIndex& index, Time now) : state_(state), index_(index), now_(now) {
    part_.variant = state.variant;
    part_.attempts_enqueued = state.attempts_enqueued;
    part_.version_floor = state.version_floor;
    part_.leases_issued = state.leases_issued;
  }

  [[nodiscard]] State part() && { return std::move(part_); }

  void operator()(const Reset&) {}  // which leaves nothing of it
  void operator()(const EnqueueAttempt& operation) { attempt(operation.spec.attempt_id); }
  template <class Operation>
  requires requires(const Operation& operation) { operation.attempt_id; }
  void operator()(const Operation& operation) { attempt(operation.attempt_id); }
  template <class Operation>
  requires requires(const Operation& operation) { operation.lease_id; }
  void operator()(const Operation& operation) {
    holder(operation.lease_id);
    for (const Attempt* acked : index_.remembering(operation.lease_id)) take(*acked);
  }

  void operator()(const AckAttempt& operation) {
    holder(operation.lease_id);
    for (const Attempt* acked : index_.remembering(operation.lease_id)) take(*acked);
    auto ended = state_.attempt_of_ended_lease.extract(operation.lease_id);
    if (ended.empty()) return;
    attempt(ended.mapped());
    part_.attempt_of_ended_lease.insert(std::move(ended));
  }
  void operator()(const AppendRunEvent& operation) {
    if (const Attempt* held = holder(operation.lease_id)) run(held->spec.run_id);
  }
  void operator()(const LatestSeqForRun& operation) { run(operation.run_id); }
  void operator()(const ListRunEvents& operation) { run(operation.run_id); }

  void operator()(const EnqueueAttempts& operation) {
    for (const AttemptSpec& spec : operation.attempts) attempt(spec.attempt_id);
  }
  void operator()(const HeartbeatLeases& operation) {
    for (const auto& heartbeat : operation.heartbeats) (*this)(heartbeat);
  }
  void operator()(const AckAttempts& operation) {
    for (const AckAttempt& ack : operation.acks) (*this)(ack);
  }

  void operator()(const ListDispatchableAttempts& operation) { due(operation.at, operation.limit); }
  void operator()(const ClaimAttempts& operation) { due(now_, operation.limit); }
  void operator()(const QueueDepth& operation) { due(operation.at, no_limit); }
  void operator()(const ListDeadLetters& operation) { first(index_.dead(), operation.limit); }
  void operator()(const ExpireLeasesAndRequeue& operation) {
    for (const Attempt* leased : index_.leased()) {
      if (leased->lease->expires_at >= operation.stale_before) break;
      take(*leased);
    }
  }
  void operator()(const TransitionTimedOutAttempts& operation) {
    for (const Attempt* timed : index_.timed()) {
      if (execution_deadline(*timed) > operation.at) break;
      take(*timed);
    }
  }

  // Of those that have a dead letter and of those that have none the first `limit` each, which are
  // among them; and for each of their runs another attempt, if it has one: then the run stays.
  void operator()(const PruneAttempts& operation) {
    finished(index_.finished(), operation);
    if (operation.with_dead_letters) finished(index_.dead(), operation);
    std::vector<const Attempt*> others;
    for (const auto& [id, candidate] : part_.attempts) {
      const Id& run_id = candidate.spec.run_id;
      if (part_.runs.contains(run_id) || !state_.runs.contains(run_id)) continue;
      run(run_id);
      for (const Attempt* other : index_.of_run(run_id)) {
        if (part_.attempts.contains(other->spec.attempt_id)) continue;
        others.push_back(other);
        break;
      }
    }
    for (const Attempt* other : others) take(*other);
  }

  void operator()(const CountByStatus&) { everything(); }
  void operator()(const ListAttempts&) { everything(); }

  void operator()(const Outcome& answered) {
    if (!answered) return;
    if (const auto* listed = std::get_if<std::vector<DispatchRecord>>(&*answered)) {
      for (const DispatchRecord& record : *listed) attempt(record.attempt_id);
    } else if (const auto* claims = std::get_if<std::vector<Claim>>(&*answered)) {
      for (const Claim& claim : *claims) attempt(claim.attempt.attempt_id);
    }
  }

 private:
  void attempt(const Id& attempt_id) {
    auto node = state_.attempts.extract(attempt_id);
    if (node.empty()) return;
    if (const std::optional<Lease>& lease = node.mapped().lease) {
      part_.attempt_of_lease.insert(state_.attempt_of_lease.extract(lease->lease_id));
    }
    part_.attempts.insert(std::move(node));
  }
  void take(const Attempt& found) { attempt(found.spec.attempt_id); }

  /// Returns: the attempt with this current lease, or null.
  const Attempt* holder(const Id& lease_id) {
    const auto found = state_.attempt_of_lease.find(lease_id);
    if (found == state_.attempt_of_lease.end()) return nullptr;
    const Attempt& held = state_.attempts.at(found->second);
    take(held);
    return &held;
  }

  void run(const Id& run_id) { part_.runs.insert(state_.runs.extract(run_id)); }

  void due(Time at, std::uint64_t limit) { first(index_.due(at), limit); }

  void first(const auto& attempts, std::uint64_t limit) {
    for (const Attempt* each : attempts) {
      if (limit-- == 0) break;
      take(*each);
    }
  }

  void finished(const auto& attempts, const PruneAttempts& operation) {
    std::uint64_t left = operation.limit;
    for (const Attempt* each : attempts) {
      if (*each->finished_at >= operation.finished_before || left-- == 0) break;
      take(*each);
    }
  }

  void everything() {
    part_.attempts.swap(state_.attempts);
    part_.attempt_of_lease.swap(state_.attempt_of_lease);
  }

  State& state_;
  AttemptIndex& index_;
  Time now_;
  State part_;
};

}  // namespace

State cut_out(State& state, AttemptIndex& index, const Action& action, const Outcome* answered) {
  Cut cut(state, index, action.now);
  std::visit(cut, action.operation);
  if (answered != nullptr) cut(*answered);
  return std::move(cut).part();
}

void put_back(State& state, State part) {
  state.attempts_enqueued = part.attempts_enqueued;
  state.version_floor = part.version_floor;
  state.leases_issued = part.leases_issued;
  merge(state.attempts, part.attempts);
  merge(state.attempt_of_lease, part.attempt_of_lease);
  merge(state.attempt_of_ended_lease, part.attempt_of_ended_lease);
  merge(state.runs, part.runs);
}

}  // namespace leasecheck::model
