#include "postgres/postgres_store.hpp"

/// What adds, changes and deletes attempts.
namespace lease::postgres {

// The sequence is null if the version floor is no longer what the attempt's version began with:
// then the server refuses the row, and the transaction is carried out again.
void PostgresStore::insert(Attempt attempt) {
  const AttemptSpec& spec = attempt.spec;
  const PolicyColumns policy = policy_columns(spec);
  connection_->write(
      "WITH place AS (UPDATE lease_repository SET last_enqueue_seq = last_enqueue_seq + 1 "
      "WHERE version_floor = $19 RETURNING last_enqueue_seq) "
      "INSERT INTO attempts (enqueue_seq, attempt_id, run_id, priority, not_before, timeout, "
      "on_timeout, retry_strategy, retry_backoff, retry_max_backoff, retry_multiplier, "
      "retry_max_retries, max_deliveries, tenant_id, status, attempt_no, delivery_count, version, "
      "ready_at, lane) VALUES ((SELECT last_enqueue_seq FROM place), $1, $2, $3, $4, $5, $6, $7, "
      "$8, $9, $10, $11, $12, $13, $14, $15, 0, $16, $17, $18)",
      spec.attempt_id, spec.run_id, std::int64_t{spec.priority}, spec.not_before, spec.timeout,
      stored(spec.on_timeout), policy.strategy, policy.backoff, policy.max_backoff,
      policy.multiplier, policy.max_retries, spec.max_deliveries, spec.tenant_id,
      stored(attempt.status), std::int64_t{attempt.attempt_no}, stored_version(attempt.version),
      attempt.ready_at, lane_column(attempt), stored_version(connection_->version_floor()));
  expected_.erase(spec.attempt_id);
  connection_->announce();
}

void PostgresStore::save(Attempt& attempt) {
  const LeaseColumns lease = lease_columns(attempt);
  const auto& letter = attempt.dead_letter;
  const auto reason = map_optional(letter, [](const auto& dead) { return stored(dead.reason); });
  const auto dead_at = map_optional(letter, [](const auto& dead) { return dead.dead_at; });
  connection_->write(
      "UPDATE attempts SET status = $1, attempt_no = $2, delivery_count = $3, version = $4, "
      "ready_at = $5, retry_at = $6, started_at = $7, lease_id = $8, lease_worker_id = $9, "
      "lease_expires_at = $10, lease_heartbeat_at = $11, ack_outcome = $12, dead_reason = $13, "
      "dead_at = $14, lane = $15, deadline = $16, finished_at = $17 WHERE enqueue_seq = $18",
      stored(attempt.status), std::int64_t{attempt.attempt_no},
      std::int64_t{attempt.delivery_count}, stored_version(attempt.version), attempt.ready_at,
      attempt.retry_at, attempt.started_at, lease.lease_id, lease.worker_id, lease.expires_at,
      lease.heartbeat_at, lease.ack_outcome, reason, dead_at, lane_column(attempt),
      execution_deadline(attempt), attempt.finished_at,
      static_cast<std::int64_t>(attempt.enqueue_seq));
  if (lane_of(attempt)) connection_->announce();
}

void PostgresStore::save_heartbeat(Attempt& attempt) {
  const Lease& lease = attempt.lease.value();
  connection_->write(
      "UPDATE attempts SET lease_expires_at = $1, lease_heartbeat_at = $2, version = $3 "
      "WHERE enqueue_seq = $4",
      lease.expires_at, lease.heartbeat_at, stored_version(attempt.version),
      static_cast<std::int64_t>(attempt.enqueue_seq));
}

// Whoever inserts an attempt of the run holds the repository's row until it commits: once that is
// locked, no attempt can come unseen.
void PostgresStore::erase(Attempt& attempt) {
  const RunId run_id = attempt.spec.run_id;
  const std::uint64_t seq = attempt.enqueue_seq;
  connection_->write("SELECT 1 FROM lease_repository FOR UPDATE");
  connection_->write("DELETE FROM run_events WHERE attempt_id = $1 AND run_id = $2",
                     attempt.spec.attempt_id, run_id);
  connection_->write("DELETE FROM attempts WHERE enqueue_seq = $1", static_cast<std::int64_t>(seq));
  connection_->write(
      "UPDATE runs SET has_gaps = true WHERE run_id = $1 "
      "AND EXISTS (SELECT 1 FROM attempts WHERE attempts.run_id = $1)",
      run_id);
  connection_->write(
      "DELETE FROM runs WHERE run_id = $1 "
      "AND NOT EXISTS (SELECT 1 FROM attempts WHERE attempts.run_id = $1)",
      run_id);
  expected_.clear();
  expected_by_lease_.clear();
  loaded_.erase(seq);
}

void PostgresStore::clear() {
  expected_.clear();
  expected_by_lease_.clear();
  loaded_.clear();
  connection_->write("UPDATE lease_repository SET version_floor = 0");
  connection_->write("DELETE FROM attempts");
  connection_->write("DELETE FROM run_events");
  connection_->write("DELETE FROM runs");
}

}  // namespace lease::postgres
