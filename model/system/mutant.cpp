#include "model/system/mutant.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace leasecheck::system {
namespace {

using model::Attempt;
using model::Status;

constexpr auto mutants = std::to_array<MutantInfo>(
    {{Mutant::every_caller_wins, "every_caller_wins", "B04",
      "a claim of a leased attempt is granted and replaces the lease", "no_double_lease_rows"},
     {Mutant::claim_ignores_retry_at, "claim_ignores_retry_at", "B81",
      "a claim takes an attempt out of its backoff", "never_early"},
     {Mutant::leased_without_row, "leased_without_row", "B49",
      "a claim that is cut off leaves the status leased and no lease row", "no_double_lease_rows"},
     {Mutant::version_restarts, "version_restarts", "B110",
      "the fencing token begins at 1 with every lease", "monotonic_versions"},
     {Mutant::heartbeat_shortens_lease, "heartbeat_shortens_lease", "B26",
      "a late heartbeat with a smaller expiry wins", "expiry_never_lowered"},
     {Mutant::heartbeat_matches_attempt_only, "heartbeat_matches_attempt_only", "B05",
      "a heartbeat by an old lease renews the present one", "holder_only"},
     {Mutant::heartbeat_acts_as_claim, "heartbeat_acts_as_claim", "B117",
      "a heartbeat by a lease that was taken back takes the attempt again", "no_double_lease_rows"},
     {Mutant::heartbeat_keeps_version, "heartbeat_keeps_version", "B38",
      "an accepted heartbeat does not move the version", "monotonic_versions"},
     {Mutant::reap_ignores_grace, "reap_ignores_grace", "B16",
      "the reap takes what has expired now, not what is stale", "requeue_after_grace"},
     {Mutant::reap_takes_the_boundary, "reap_takes_the_boundary", "B15",
      "the reap takes a lease that expires at the cut-off as well", "requeue_after_grace"},
     {Mutant::reap_misses_unstarted, "reap_misses_unstarted", "B45",
      "an attempt that was leased and never started is not reclaimed", "progress"},
     {Mutant::reap_never_exhausts, "reap_never_exhausts", "B55",
      "the reap requeues an attempt whose deliveries are used up", "retry_budget"},
     {Mutant::requeue_burns_a_retry, "requeue_burns_a_retry", "B57",
      "giving an attempt back counts as a failure", "retry_budget"},
     {Mutant::timeout_one_too_early, "timeout_one_too_early", "B28",
      "an execution is timed out one millisecond before its time", "timeouts"},
     {Mutant::ack_from_anyone, "ack_from_anyone", "B66",
      "an ack names an attempt and is taken whoever holds it", "holder_only"},
     {Mutant::terminal_overwritten, "terminal_overwritten", "B69",
      "a late ack with another outcome changes a finished attempt", "terminal_is_final"},
     {Mutant::retry_not_counted, "retry_not_counted", "B79",
      "a retry does not move the attempt number", "retry_budget"},
     {Mutant::backoff_never_ends, "backoff_never_ends", "B76",
      "the time at which a backoff ends overflows and is lost", "nothing_lost"}});

/// The correct step, in place.
model::Outcome correct(model::State& state, const model::Action& action) {
  model::Step done = model::step(std::move(state), action);
  state = std::move(done.state);
  return std::move(done.outcome);
}

bool is_stale(const model::Outcome& outcome) {
  return !outcome && outcome.error() == model::ErrorCode::stale_lease;
}

void drop_lease(model::State& state, Attempt& attempt) {
  state.attempt_of_lease.erase(attempt.lease->lease_id);
  attempt.lease.reset();
}

/// What an accepted ack with this outcome would leave behind, without asking who sends it.
void overwrite(Attempt& attempt, model::AckOutcome outcome, model::Time now) {
  attempt.dead_letter.reset();
  attempt.status = Status::completed;
  if (outcome != model::AckOutcome::failed) return;
  attempt.status = Status::failed;
  attempt.dead_letter = {model::DeadLetterReason::failed, attempt.attempt_no, now};
}

model::Outcome claim(model::State& state, const model::Action& action,
                     const model::UpsertLease& operation, Mutant mutant) {
  Attempt& attempt = state.attempts.at(operation.attempt_id);
  if (mutant == Mutant::every_caller_wins && attempt.lease) {
    drop_lease(state, attempt);
    attempt.started_at.reset();
    attempt.status = Status::queued;
  }
  if (mutant == Mutant::claim_ignores_retry_at && attempt.retry_at) attempt.retry_at = action.now;
  model::Outcome outcome = correct(state, action);
  if (!outcome) return outcome;
  Attempt& claimed = state.attempts.at(operation.attempt_id);
  if (mutant == Mutant::leased_without_row) drop_lease(state, claimed);
  if (mutant == Mutant::version_restarts) {
    claimed.version = 1;
    std::get<model::LeaseRecord>(*outcome).version = 1;
  }
  return outcome;
}

model::Outcome heartbeat(model::State& state, const model::Action& action,
                         model::HeartbeatLease operation, Mutant mutant,
                         const std::optional<Issued>& issued) {
  model::Outcome outcome = correct(state, action);
  if (outcome) {
    Attempt& attempt = state.attempts.at(state.attempt_of_lease.at(operation.lease_id));
    if (mutant == Mutant::heartbeat_keeps_version) --attempt.version;
    if (mutant == Mutant::heartbeat_shortens_lease) {
      attempt.lease->expires_at = operation.lease_expires_at;
    }
    return outcome;
  }
  if (!is_stale(outcome) || !issued) return outcome;
  Attempt& attempt = state.attempts.at(issued->attempt_id);
  if (mutant == Mutant::heartbeat_matches_attempt_only && attempt.lease) {
    operation.lease_id = attempt.lease->lease_id;
    return correct(state, {action.now, operation});
  }
  if (mutant == Mutant::heartbeat_acts_as_claim && attempt.status == Status::queued) {
    attempt.status = Status::leased;
    attempt.started_at = action.now;
    attempt.lease = {operation.lease_id, issued->worker_id, operation.lease_expires_at, action.now};
    state.attempt_of_lease[operation.lease_id] = issued->attempt_id;
    return model::Done{};
  }
  return outcome;
}

model::Outcome reap(model::State& state, const model::Action& action,
                    model::ExpireLeasesAndRequeue operation, Mutant mutant) {
  if (mutant == Mutant::reap_misses_unstarted) return model::Count{0};  // nothing here is started
  if (mutant == Mutant::reap_ignores_grace) operation.stale_before = action.now;
  if (mutant == Mutant::reap_takes_the_boundary) operation.stale_before += model::Duration{1};
  const model::State before = state;
  if (mutant == Mutant::reap_never_exhausts) {
    for (auto& [id, attempt] : state.attempts) attempt.spec.max_deliveries.reset();
  }
  model::Outcome outcome = correct(state, {action.now, operation});
  for (auto& [id, attempt] : state.attempts) {
    const Attempt& was = before.attempts.at(id);
    attempt.spec = was.spec;
    const bool is_requeued = was.lease && attempt.status == Status::queued;
    if (mutant == Mutant::requeue_burns_a_retry && is_requeued) ++attempt.attempt_no;
  }
  return outcome;
}

model::Outcome time_out(model::State& state, const model::Action& action,
                        model::TransitionTimedOutAttempts operation, Mutant mutant) {
  if (mutant == Mutant::timeout_one_too_early) operation.at += model::Duration{1};
  const model::State before = state;
  model::Outcome outcome = correct(state, {action.now, operation});
  for (auto& [id, attempt] : state.attempts) {
    if (mutant == Mutant::retry_not_counted) attempt.attempt_no = before.attempts.at(id).attempt_no;
  }
  return outcome;
}

model::Outcome ack(model::State& state, const model::Action& action, model::AckAttempt operation,
                   Mutant mutant, const std::optional<Issued>& issued) {
  if (!issued) return correct(state, action);
  const std::uint32_t attempt_no = state.attempts.at(issued->attempt_id).attempt_no;
  model::Outcome outcome = correct(state, action);
  Attempt& attempt = state.attempts.at(issued->attempt_id);
  if (outcome && mutant == Mutant::retry_not_counted) attempt.attempt_no = attempt_no;
  if (outcome && mutant == Mutant::backoff_never_ends) attempt.retry_at.reset();
  if (!is_stale(outcome)) return outcome;
  if (mutant == Mutant::ack_from_anyone && attempt.lease) {
    operation.lease_id = attempt.lease->lease_id;
    operation.worker_id = attempt.lease->worker_id;
    return correct(state, {action.now, operation});
  }
  if (mutant == Mutant::terminal_overwritten && model::is_terminal(attempt.status)) {
    overwrite(attempt, operation.outcome, action.now);
    return model::AckResult{attempt.status, attempt.attempt_no, std::nullopt};
  }
  return outcome;
}

}  // namespace

std::span<const MutantInfo> all_mutants() {
  return mutants;
}

std::string_view name_of(Mutant mutant) {
  const auto found = std::ranges::find(mutants, mutant, &MutantInfo::mutant);
  return found == mutants.end() ? "none" : found->name;
}

model::Outcome mutated_step(model::State& state, const model::Action& action, Mutant mutant,
                            const std::optional<Issued>& issued) {
  if (mutant == Mutant::none) return correct(state, action);
  if (const auto* operation = std::get_if<model::UpsertLease>(&action.operation)) {
    return claim(state, action, *operation, mutant);
  }
  if (const auto* operation = std::get_if<model::HeartbeatLease>(&action.operation)) {
    return heartbeat(state, action, *operation, mutant, issued);
  }
  if (const auto* operation = std::get_if<model::ExpireLeasesAndRequeue>(&action.operation)) {
    return reap(state, action, *operation, mutant);
  }
  if (const auto* operation = std::get_if<model::TransitionTimedOutAttempts>(&action.operation)) {
    return time_out(state, action, *operation, mutant);
  }
  if (const auto* operation = std::get_if<model::AckAttempt>(&action.operation)) {
    return ack(state, action, *operation, mutant, issued);
  }
  return correct(state, action);
}

}  // namespace leasecheck::system
