#include "traces/views/clause.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "leasecheck/spec/step.hpp"

namespace leasecheck::traces {
namespace {

using model::ErrorCode;

// The sentences stand in model/README.md as well; a test compares them.
constexpr Clause dispatchable{"rule 1",
                              "Dispatchable at now is a queued attempt whose not_before, if it has "
                              "one, is not after now, and "
                              "an attempt in backoff whose retry_at is not after now."};
constexpr Clause listed{
    "rule 1",
    "list_dispatchable_attempts(now, limit) answers the dispatchable attempts, the first limit in "
    "dispatch order."};
constexpr Clause limits{
    "rule 1",
    "A limit of 0 answers nothing; a limit beyond the signed 64-bit range means \"all\" and never "
    "wraps to a negative number."};
constexpr Clause order{
    "rule 2",
    "Dispatch order is a strict total order, the same for every implementation: higher priority "
    "first, then earlier ready_at, then earlier enqueue."};
constexpr Clause claim{
    "rule 3",
    "upsert_lease(attempt_id, worker_id, lease_expires_at) claims. At repository now it checks "
    "everything that the list checks, and grants in the same transaction: a new lease, status "
    "leased, the version and the delivery count one higher, "
    "started_at and heartbeat_at at repository now."};
constexpr Clause claim_refused{
    "rule 3",
    "An attempt that is not dispatchable is refused as not_dispatchable; so is one that has a "
    "lease, whoever holds it and whether or not it expired."};
constexpr Clause claim_expired{
    "rule 3", "An expiry that is not after repository now is an invalid_argument."};
constexpr Clause deadline{
    "rule 3",
    "The answer carries the execution_deadline, started_at + timeout, if the attempt has a "
    "timeout."};
constexpr Clause lease_ids{
    "rule 3, words",
    "The id of a lease is opaque and never given again, not even after a restart or a reset."};
constexpr Clause heartbeat{
    "rule 4",
    "heartbeat_lease(lease_id, heartbeat_at, lease_expires_at) refreshes the current lease: expiry "
    "and heartbeat each become the larger of old and new, and the version goes up by one even if "
    "neither moved."};
constexpr Clause heartbeat_accepted{"rule 4",
                                    "A heartbeat is accepted after the expiry too: ownership by "
                                    "time ends in the reap and nowhere else."};
constexpr Clause heartbeat_stale{"rule 4", "A lease that is not current is stale_lease."};
constexpr Clause reap{
    "rule 5",
    "expire_leases_and_requeue(stale_before) takes every lease whose expiry lies before "
    "stale_before, strictly, and no other."};
constexpr Clause reap_queues{
    "rule 5",
    "The attempt is queued again with ready_at at repository now, its priority and attempt_no as "
    "they were."};
constexpr Clause reap_exhausts{
    "rule 5",
    "If the attempt has a budget of deliveries and has used it up (delivery_count >= "
    "max_deliveries), it "
    "fails for good instead and leaves a dead letter, delivery_exhausted."};
constexpr Clause reap_counts{"rule 5", "The answer counts every attempt that lost a lease."};
constexpr Clause latest{
    "rule 6",
    "latest_seq_for_run(run_id) answers the highest sequence of the run's events, 0 if it has "
    "none."};
constexpr Clause timeout{
    "rule 7",
    "transition_timed_out_attempts(now) ends every lease whose execution deadline is not after "
    "now."};
constexpr Clause timeout_ways{
    "rule 7",
    "The attempt's on_timeout says how: retry goes the way of a failure (rule 11) and, with no "
    "retries left, leaves a dead letter timed_out; fail leaves that dead letter at once; cancel "
    "cancels."};
constexpr Clause enqueue{"rule 8", "enqueue_attempt(spec) queues a new attempt."};
constexpr Clause enqueue_again{
    "rule 8",
    "An equal spec under the same id is accepted and changes nothing, whatever has become of the "
    "attempt; a different one is already_exists."};
constexpr Clause start{
    "rule 9",
    "start_attempt(lease_id, worker_id, now) turns leased into running and does nothing else: "
    "timeouts run from the grant. Starting again is accepted."};
constexpr Clause versioned{
    "rule 10",
    "heartbeat_lease_with_version is the heartbeat of rule 4 for a caller who also names the "
    "worker "
    "and the version seen last; any of them wrong is stale_lease. It answers the new record."};
constexpr Clause ack_holder{
    "rule 11",
    "ack_attempt(lease_id, worker_id, outcome, now) ends the work of the current holder."};
constexpr Clause ack_final{"rule 11", "completed and cancelled are final."};
constexpr Clause ack_failed{
    "rule 11",
    "failed goes into backoff while attempt_no <= max_retries: retry_at is now plus the backoff, "
    "attempt_no goes up by one; otherwise it is final and leaves a dead letter, failed."};
constexpr Clause backoff{
    "rule 11",
    "Backoff, from the attempt_no that failed: fixed is the base; exponential is base × "
    "multiplier^(attempt_no − 1). It is cut at max_backoff, and then at least 1 ms."};
constexpr Clause ack_again{"rule 11",
                           "Repeating an ack with the same lease, worker and outcome is accepted "
                           "with the first answer, at "
                           "any time, until the attempt is claimed, cancelled or replayed."};
constexpr Clause ack_stale{"rule 11",
                           "Any other ack of a lease that is not current is stale_lease."};
constexpr Clause release{
    "rule 12",
    "release_lease(lease_id, worker_id, now) gives the work back: queued, attempt_no and "
    "delivery_count as they were."};
constexpr Clause cancel{
    "rule 12",
    "cancel_attempt(attempt_id, now) ends any attempt that is not terminal and takes its lease; a "
    "terminal one is not_dispatchable."};
constexpr Clause append{
    "rule 13",
    "append_run_event(lease_id, worker_id, kind, payload, now) appends to the run of the leased "
    "attempt and answers the new sequence; only for the current holder."};
constexpr Clause letters{
    "rule 14",
    "An attempt has at most one dead letter, exactly while its status is failed, with the "
    "attempt_no that "
    "failed and the time of the operation that failed it. They are listed by (dead_at, "
    "attempt_id)."};
constexpr Clause replay{
    "rule 14",
    "replay_dead_letter(attempt_id, now) takes the dead letter away and queues the attempt with "
    "attempt_no 1 "
    "and "
    "delivery_count 0; the version goes on from where it was. Without a pending dead letter: "
    "not_dispatchable."};
constexpr Clause depth{"rule 15", "queue_depth (how many are dispatchable at a time)"};
constexpr Clause counts{"rule 15", "counts_by_status (how many attempts have each status)"};
constexpr Clause reading{
    "rule 15",
    "Nothing is left out of a record but what is absent: retry_at outside backoff, started_at "
    "without a lease; ready_at always stands with its last value."};
constexpr Clause reset{"readings",
                       "A reset ends everything except that lease ids are never used again."};
constexpr Clause refused{"errors", "A refused call changes nothing."};

/// The row of the table of errors.
Clause owed(ErrorCode error) {
  switch (error) {
    case ErrorCode::invalid_argument:
      return {"errors",
              "invalid_argument: a bad id; a missing or mistyped argument or an unknown word; a "
              "priority outside 32 "
              "bits; a negative limit; a timeout, max_deliveries or multiplier below 1; a backoff, "
              "max_backoff or max_retries below 0; max_deliveries, max_retries or multiplier above "
              "2^31 − 2; a claim's expiry not after repository now; a payload that is not JSON"};
    case ErrorCode::not_found:
      return {"errors",
              "not_found: an attempt id that was never enqueued, where an attempt is needed"};
    case ErrorCode::stale_lease:
      return {
          "errors",
          "stale_lease: the lease is not current, or not this worker's, or not at this version"};
    case ErrorCode::not_dispatchable:
      return {"errors", "not_dispatchable: the attempt's state does not allow it"};
    case ErrorCode::already_exists:
      return {"errors", "already_exists: the id is taken by another spec"};
    case ErrorCode::unavailable:
      return {"errors",
              "unavailable: the environment: busy, connection lost, disk full; may be tried again; "
              "says whether "
              "the effect is none or unknown"};
    case ErrorCode::corrupt:
      return {"errors", "corrupt: the storage holds what no repository wrote"};
  }
  std::unreachable();
}

class BrokenClause {
 public:
  explicit BrokenClause(const Departure& departure)
      : departure_(departure),
        asked_(departure.by_contract.delta),
        seen_(departure.recorded->delta) {}

  Clause of(const model::Operation& operation) const {
    const model::Outcome& expected = departure_.by_contract.outcome;
    if (!expected && expected == departure_.recorded->outcome) return refused;
    return std::visit([this](const auto& op) { return (*this)(op); }, operation);
  }

  Clause operator()(const model::Reset&) const { return reset; }

  Clause operator()(const model::ListDispatchableAttempts& list) const {
    using Listed = std::vector<model::DispatchRecord>;
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (list.limit == 0 || list.limit > most) return limits;
    const auto* seen = answer<Listed>(departure_.recorded->outcome);
    const auto* asked = answer<Listed>(departure_.by_contract.outcome);
    if (seen == nullptr || asked == nullptr) return listed;
    const bool are_all_due = std::ranges::all_of(*seen, [&](const model::DispatchRecord& record) {
      const auto attempt = departure_.before.attempts.find(record.attempt_id);
      return attempt != departure_.before.attempts.end() &&
             model::is_dispatchable(attempt->second, list.at);
    });
    if (!are_all_due) return dispatchable;
    if (seen->size() == asked->size()) return order;
    return seen->empty() ? dispatchable : listed;
  }

  Clause operator()(const model::UpsertLease&) const {
    switch (owed_error()) {
      case ErrorCode::not_dispatchable:
        return claim_refused;
      case ErrorCode::invalid_argument:
        return claim_expired;
      case ErrorCode::not_found:
        return owed(ErrorCode::not_found);
      default:
        break;
    }
    if (!departure_.recorded->outcome) return dispatchable;
    const auto* seen = answer<model::LeaseRecord>(departure_.recorded->outcome);
    const auto* asked = answer<model::LeaseRecord>(departure_.by_contract.outcome);
    if (seen != nullptr && asked != nullptr && seen->lease_id != asked->lease_id) return lease_ids;
    const bool is_of_deadline = seen != nullptr && asked != nullptr &&
                                seen->execution_deadline != asked->execution_deadline &&
                                !differs("started_at");
    return is_of_deadline ? deadline : claim;
  }

  Clause operator()(const model::HeartbeatLease&) const {
    if (owed_error() == ErrorCode::stale_lease) return heartbeat_stale;
    if (owed_error() != no_error) return owed(owed_error());
    return departure_.recorded->outcome ? heartbeat : heartbeat_accepted;
  }
  Clause operator()(const model::HeartbeatLeaseWithVersion&) const {
    return is_owed_another_error(ErrorCode::stale_lease) ? owed(owed_error()) : versioned;
  }

  Clause operator()(const model::ExpireLeasesAndRequeue&) const {
    if (differences().empty()) return reap_counts;
    if (ends_others()) return reap;
    return differs("status") || differs("dead_letter") ? reap_exhausts : reap_queues;
  }

  Clause operator()(const model::TransitionTimedOutAttempts&) const {
    return differences().empty() || ends_others() ? timeout : timeout_ways;
  }

  Clause operator()(const model::LatestSeqForRun&) const { return latest; }

  Clause operator()(const model::EnqueueAttempt& op) const {
    if (is_owed_another_error(ErrorCode::already_exists)) return owed(owed_error());
    const bool is_known = departure_.before.attempts.contains(op.spec.attempt_id);
    return is_known ? enqueue_again : enqueue;
  }

  Clause operator()(const model::StartAttempt&) const {
    return unless_refused(start, "rule 9, errors");
  }
  Clause operator()(const model::ReleaseLease&) const {
    return unless_refused(release, "rule 12, errors");
  }
  Clause operator()(const model::AppendRunEvent&) const {
    return is_owed_another_error(ErrorCode::stale_lease) ? owed(owed_error()) : append;
  }

  Clause operator()(const model::AckAttempt& ack) const {
    const bool is_current = departure_.before.attempt_of_lease.contains(ack.lease_id);
    if (is_owed_another_error(ErrorCode::stale_lease)) return owed(owed_error());
    if (owed_error() == ErrorCode::stale_lease) return is_current ? ack_holder : ack_stale;
    if (!is_current) return ack_again;
    if (ack.outcome != model::AckOutcome::failed) return ack_final;
    const bool is_of_times = !differs("status") && !differs("attempt_no") && differs("retry_at");
    return is_of_times ? backoff : ack_failed;
  }

  Clause operator()(const model::CancelAttempt&) const {
    return is_owed_another_error(ErrorCode::not_dispatchable) ? owed(owed_error()) : cancel;
  }
  Clause operator()(const model::ReplayDeadLetter&) const {
    return is_owed_another_error(ErrorCode::not_dispatchable) ? owed(owed_error()) : replay;
  }
  Clause operator()(const model::ListDeadLetters&) const { return letters; }

  Clause operator()(const model::QueueDepth&) const { return depth; }
  Clause operator()(const model::CountByStatus&) const { return counts; }

  /// Every other operation reads.
  template <class Operation>
  Clause operator()(const Operation&) const {
    return unless_refused(reading, "rule 15, errors");
  }

 private:
  /// Stands for an answer that is none; no call is owed it by the contract.
  static constexpr ErrorCode no_error = ErrorCode::corrupt;

  [[nodiscard]] ErrorCode owed_error() const {
    const model::Outcome& expected = departure_.by_contract.outcome;
    return expected ? no_error : expected.error();
  }

  [[nodiscard]] bool is_owed_another_error(ErrorCode than) const {
    return owed_error() != no_error && owed_error() != than;
  }

  /// The clause, or the error that is owed, with the rule of the operation.
  [[nodiscard]] Clause unless_refused(const Clause& clause, std::string_view source) const {
    if (owed_error() == no_error) return clause;
    return {.source = source, .text = owed(owed_error()).text};
  }

  template <class Answer>
  static const Answer* answer(const model::Outcome& outcome) {
    return outcome ? std::get_if<Answer>(&*outcome) : nullptr;
  }

  /// Fields that the contract changes otherwise, by their names.
  [[nodiscard]] std::set<std::string> differences() const {
    std::set<std::string> names;
    for (const auto* one : {&asked_, &seen_}) {
      const auto& other = one == &asked_ ? seen_ : asked_;
      for (const auto& [name, value] : *one) {
        const auto found = other.find(name);
        if (found == other.end() || found->second != value) names.insert(name);
      }
    }
    return names;
  }

  /// Whether other leases ended than by the contract, or other attempts changed.
  [[nodiscard]] bool ends_others() const {
    const auto names_it = [](const auto& delta, const std::string& row) {
      return std::ranges::any_of(delta, [&](const auto& change) {
        return change.first == row || change.first.starts_with(row + ".");
      });
    };
    return std::ranges::any_of(differences(), [&](const std::string& name) {
      const std::string row = name.substr(0, name.rfind('.'));
      return names_it(asked_, row) != names_it(seen_, row);
    });
  }

  [[nodiscard]] bool differs(std::string_view field) const {
    return std::ranges::any_of(differences(), [&](const std::string& name) {
      return name.ends_with("." + std::string(field));
    });
  }

  const Departure& departure_;
  const std::map<std::string, std::string>& asked_;
  const std::map<std::string, std::string>& seen_;
};

}  // namespace

std::span<const Clause> all_clauses() {
  static const std::array all{dispatchable,
                              listed,
                              limits,
                              order,
                              claim,
                              claim_refused,
                              claim_expired,
                              deadline,
                              lease_ids,
                              heartbeat,
                              heartbeat_accepted,
                              heartbeat_stale,
                              reap,
                              reap_queues,
                              reap_exhausts,
                              reap_counts,
                              latest,
                              timeout,
                              timeout_ways,
                              enqueue,
                              enqueue_again,
                              start,
                              versioned,
                              ack_holder,
                              ack_final,
                              ack_failed,
                              backoff,
                              ack_again,
                              ack_stale,
                              release,
                              cancel,
                              append,
                              letters,
                              replay,
                              reading,
                              depth,
                              counts,
                              reset,
                              refused,
                              owed(ErrorCode::invalid_argument),
                              owed(ErrorCode::not_found),
                              owed(ErrorCode::stale_lease),
                              owed(ErrorCode::not_dispatchable),
                              owed(ErrorCode::already_exists),
                              owed(ErrorCode::unavailable),
                              owed(ErrorCode::corrupt)};
  return all;
}

Clause broken_clause(const Departure& departure, const Call& call) {
  return BrokenClause(departure).of(call.action.operation);
}

}  // namespace leasecheck::traces
