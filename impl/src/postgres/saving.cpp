#include <utility>

#include "postgres/postgres_store.hpp"

/// What adds, changes and deletes attempts.
namespace lease::postgres {

#define INSERTED_COLUMNS                                                                           \
  "attempt_id, run_id, priority, not_before, timeout, on_timeout, retry_strategy, retry_backoff, " \
  "retry_max_backoff, retry_multiplier, retry_max_retries, max_deliveries, tenant_id, status, "    \
  "attempt_no, version, ready_at, lane"

namespace {

// The sequence is null if the version floor is no longer what the attempts' version began with:
// then the server refuses the rows, and the transaction is carried out again.
constexpr Connection::RowStatement inserting{
    .one =
        "WITH place AS (UPDATE lease_repository SET last_enqueue_seq = last_enqueue_seq + 1 "
        "WHERE version_floor = $19 RETURNING last_enqueue_seq) "
        "INSERT INTO attempts (enqueue_seq, delivery_count, " INSERTED_COLUMNS
        ") VALUES ((SELECT last_enqueue_seq FROM place), 0, $1, $2, $3, $4, $5, $6, $7, $8, $9, "
        "$10, $11, $12, $13, $14, $15, $16, $17, $18)",
    .several =
        "WITH place AS (UPDATE lease_repository "
        "SET last_enqueue_seq = last_enqueue_seq + cardinality($1::text[]) "
        "WHERE version_floor = ALL ($19::bigint[]) "
        "RETURNING last_enqueue_seq - cardinality($1::text[]) AS before) "
        "INSERT INTO attempts (enqueue_seq, delivery_count, " INSERTED_COLUMNS
        ") SELECT (SELECT before FROM place) + number, 0, " INSERTED_COLUMNS
        " FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], "
        "$6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], "
        "$12::bigint[], $13::text[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[], "
        "$18::bigint[]) WITH ORDINALITY AS new (" INSERTED_COLUMNS ", number)"};

// All that changes in the life of an attempt.
constexpr Connection::RowStatement saving{
    .one =
        "UPDATE attempts SET status = $1, attempt_no = $2, delivery_count = $3, version = $4, "
        "ready_at = $5, retry_at = $6, started_at = $7, lease_id = $8, lease_worker_id = $9, "
        "lease_expires_at = $10, lease_heartbeat_at = $11, ack_outcome = $12, dead_reason = $13, "
        "dead_at = $14, lane = $15, deadline = $16, finished_at = $17 WHERE enqueue_seq = $18",
    .several =
        "UPDATE attempts SET status = new.status, attempt_no = new.attempt_no, "
        "delivery_count = new.delivery_count, version = new.version, ready_at = new.ready_at, "
        "retry_at = new.retry_at, started_at = new.started_at, lease_id = new.lease_id, "
        "lease_worker_id = new.lease_worker_id, lease_expires_at = new.lease_expires_at, "
        "lease_heartbeat_at = new.lease_heartbeat_at, ack_outcome = new.ack_outcome, "
        "dead_reason = new.dead_reason, dead_at = new.dead_at, lane = new.lane, "
        "deadline = new.deadline, finished_at = new.finished_at FROM unnest($1::bigint[], "
        "$2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], "
        "$8::text[], $9::text[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], "
        "$14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[]) AS new "
        "(status, "
        "attempt_no, delivery_count, version, ready_at, retry_at, started_at, lease_id, "
        "lease_worker_id, lease_expires_at, lease_heartbeat_at, ack_outcome, dead_reason, dead_at, "
        "lane, deadline, finished_at, enqueue_seq) WHERE attempts.enqueue_seq = new.enqueue_seq"};

Connection::RowArguments inserted_row(const Attempt& attempt, std::uint64_t version_floor) {
  const AttemptSpec& spec = attempt.spec;
  const PolicyColumns policy = policy_columns(spec);
  return Connection::arguments(
      spec.attempt_id, spec.run_id, std::int64_t{spec.priority}, spec.not_before, spec.timeout,
      stored(spec.on_timeout), policy.strategy, policy.backoff, policy.max_backoff,
      policy.multiplier, policy.max_retries, spec.max_deliveries, spec.tenant_id,
      stored(attempt.status), std::int64_t{attempt.attempt_no}, stored_version(attempt.version),
      attempt.ready_at, lane_column(attempt), stored_version(version_floor));
}

Connection::RowArguments saved_row(const Attempt& attempt) {
  const LeaseColumns lease = lease_columns(attempt);
  const auto& letter = attempt.dead_letter;
  const auto reason = map_optional(letter, [](const auto& dead) { return stored(dead.reason); });
  const auto dead_at = map_optional(letter, [](const auto& dead) { return dead.dead_at; });
  return Connection::arguments(stored(attempt.status), std::int64_t{attempt.attempt_no},
                               std::int64_t{attempt.delivery_count},
                               stored_version(attempt.version), attempt.ready_at, attempt.retry_at,
                               attempt.started_at, lease.lease_id, lease.worker_id,
                               lease.expires_at, lease.heartbeat_at, lease.ack_outcome, reason,
                               dead_at, lane_column(attempt), execution_deadline(attempt),
                               attempt.finished_at, static_cast<std::int64_t>(attempt.enqueue_seq));
}

}  // namespace

void PostgresStore::insert(Attempt attempt) {
  expected_.erase(attempt.spec.attempt_id);
  inserted_.push_back(std::move(attempt));
  connection_->announce();
}

void PostgresStore::save(Attempt& attempt) {
  saved_.insert(attempt.enqueue_seq);
  if (lane_of(attempt)) connection_->announce();
}

void PostgresStore::write_back() {
  std::vector<Connection::RowArguments> rows;
  for (const std::uint64_t seq : std::exchange(saved_, {})) {
    rows.push_back(saved_row(loaded_.at(seq)));
  }
  connection_->write_rows(saving, rows);
  rows.clear();
  if (inserted_.empty()) return;
  const std::uint64_t version_floor = connection_->version_floor();
  for (const Attempt& attempt : std::exchange(inserted_, {})) {
    rows.push_back(inserted_row(attempt, version_floor));
  }
  connection_->write_rows(inserting, rows);
}

// Whoever inserts an attempt of the run holds the repository's row until it commits: once that is
// locked, no attempt can come unseen.
void PostgresStore::erase(Attempt& attempt) {
  const RunId run_id = attempt.spec.run_id;
  const std::uint64_t seq = attempt.enqueue_seq;
  write("SELECT 1 FROM lease_repository FOR UPDATE");
  write("DELETE FROM run_events WHERE attempt_id = $1 AND run_id = $2", attempt.spec.attempt_id,
        run_id);
  write("DELETE FROM attempts WHERE enqueue_seq = $1", static_cast<std::int64_t>(seq));
  write(
      "UPDATE runs SET has_gaps = true WHERE run_id = $1 "
      "AND EXISTS (SELECT 1 FROM attempts WHERE attempts.run_id = $1)",
      run_id);
  write(
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
  write_back();
  loaded_.clear();
  write("UPDATE lease_repository SET version_floor = 0");
  write("DELETE FROM attempts");
  write("DELETE FROM run_events");
  write("DELETE FROM runs");
}

}  // namespace lease::postgres
