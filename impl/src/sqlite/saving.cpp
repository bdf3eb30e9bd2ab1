#include <bit>

#include "rows.hpp"
#include "sqlite/sqlite_store.hpp"
#include "sqlite/waiting.hpp"

/// What adds, changes and deletes attempts.
namespace lease::sqlite {
void SqliteStore::insert(Attempt attempt) {
  const AttemptSpec& spec = attempt.spec;
  const PolicyColumns policy = policy_columns(spec);
  Query(*connection_,
        "INSERT INTO attempts (attempt_id, run_id, priority, not_before, timeout, on_timeout, "
        "retry_strategy, retry_backoff, retry_max_backoff, retry_multiplier, retry_max_retries, "
        "max_deliveries, tenant_id, status, attempt_no, delivery_count, version, ready_at, lane) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)",
        spec.attempt_id, spec.run_id, std::int64_t{spec.priority}, spec.not_before, spec.timeout,
        stored(spec.on_timeout), policy.strategy, policy.backoff, policy.max_backoff,
        policy.multiplier, policy.max_retries, spec.max_deliveries, spec.tenant_id,
        stored(attempt.status), std::int64_t{attempt.attempt_no}, stored_version(attempt.version),
        attempt.ready_at, lane_column(attempt))
      .run();
  if (lane_of(attempt) == Lane::timed) update_waiting(*connection_, spec.priority);
}

void SqliteStore::save(Attempt& attempt) {
  const LeaseColumns lease = lease_columns(attempt);
  const auto& letter = attempt.dead_letter;
  const auto reason = map_optional(letter, [](const auto& dead) { return stored(dead.reason); });
  const auto dead_at = map_optional(letter, [](const auto& dead) { return dead.dead_at; });
  Query(*connection_,
        "UPDATE attempts SET status = ?, attempt_no = ?, delivery_count = ?, version = ?, "
        "ready_at = ?, retry_at = ?, started_at = ?, lease_id = ?, lease_worker_id = ?, "
        "lease_expires_at = ?, lease_heartbeat_at = ?, ack_outcome = ?, dead_reason = ?, "
        "dead_at = ?, lane = ?, deadline = ?, finished_at = ? WHERE enqueue_seq = ?",
        stored(attempt.status), std::int64_t{attempt.attempt_no},
        std::int64_t{attempt.delivery_count}, stored_version(attempt.version), attempt.ready_at,
        attempt.retry_at, attempt.started_at, lease.lease_id, lease.worker_id, lease.expires_at,
        lease.heartbeat_at, lease.ack_outcome, reason, dead_at, lane_column(attempt),
        execution_deadline(attempt), attempt.finished_at,
        static_cast<std::int64_t>(attempt.enqueue_seq))
      .run();
  const bool is_timed = lane_of(attempt) == Lane::timed;
  bool& was_timed = loaded_.at(attempt.enqueue_seq).is_timed;
  if (is_timed || was_timed) update_waiting(*connection_, attempt.spec.priority);
  was_timed = is_timed;
}

void SqliteStore::save_heartbeat(Attempt& attempt) {
  const Lease& lease = attempt.lease.value();
  Query(*connection_,
        "UPDATE attempts SET lease_expires_at = ?, lease_heartbeat_at = ?, version = ? "
        "WHERE enqueue_seq = ?",
        lease.expires_at, lease.heartbeat_at, stored_version(attempt.version),
        static_cast<std::int64_t>(attempt.enqueue_seq))
      .run();
}

void SqliteStore::erase(Attempt& attempt) {
  const RunId run_id = attempt.spec.run_id;
  const std::uint64_t latest = latest_seq(run_id);
  const std::uint64_t seq = attempt.enqueue_seq;
  Query(*connection_, "DELETE FROM run_events WHERE attempt_id = ? AND run_id = ?",
        attempt.spec.attempt_id, run_id)
      .run();
  Query(*connection_, "DELETE FROM attempts WHERE enqueue_seq = ?", static_cast<std::int64_t>(seq))
      .run();
  loaded_.erase(seq);
  Query others(*connection_, "SELECT 1 FROM attempts WHERE run_id = ? LIMIT 1", run_id);
  if (!others.next()) {
    Query(*connection_, "DELETE FROM pruned_runs WHERE run_id = ?", run_id).run();
  } else if (latest > 0) {
    Query(*connection_, "INSERT OR REPLACE INTO pruned_runs (run_id, latest_seq) VALUES (?, ?)",
          run_id, static_cast<std::int64_t>(latest))
        .run();
  }
}

std::uint64_t SqliteStore::version_floor() {
  Query query(*connection_, "SELECT version FROM version_floor");
  if (query.next()) return std::bit_cast<std::uint64_t>(query.integer(0));
  connection_->fail_as_corrupt("the version floor is missing");
  return 0;
}

void SqliteStore::set_version_floor(std::uint64_t version) {
  Query(*connection_, "UPDATE version_floor SET version = ?", stored_version(version)).run();
}

}  // namespace lease::sqlite
