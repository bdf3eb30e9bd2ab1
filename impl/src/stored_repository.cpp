#include "stored_repository.hpp"

#include <algorithm>

namespace lease {
namespace {

std::unexpected<Error> no_such_attempt(const AttemptId& attempt_id) {
  return failure(ErrorCode::not_found, "no attempt \"" + attempt_id.str() + "\"");
}

std::unexpected<Error> stale(const LeaseId& lease_id) {
  return failure(ErrorCode::stale_lease,
                 "lease \"" + lease_id.str() + "\" is not current, or not this caller's");
}

AckResult ack_result(const Attempt& attempt) {
  return {attempt.status, attempt.attempt_no, attempt.retry_at};
}

}  // namespace

StoredRepository::StoredRepository(std::unique_ptr<Store> store, Clock& clock, IdSource& ids,
                                   Observer* observer)
    : store_(std::move(store)), clock_(clock), ids_(ids), observer_(observer) {}

// ---- The six methods -------------------------------------------------------------------------

Result<std::vector<AttemptDispatchRecord>> StoredRepository::list_dispatchable_attempts(
    Time now, std::uint64_t limit) {
  return observed(Operation::list_dispatchable_attempts, Access::read,
                  [&]() -> Result<std::vector<AttemptDispatchRecord>> {
                    std::vector<AttemptDispatchRecord> listed;
                    for (const Attempt* attempt : store().dispatchable(now, limit)) {
                      listed.push_back(dispatch_record(*attempt));
                    }
                    return listed;
                  });
}

Result<LeaseRecord> StoredRepository::upsert_lease(const AttemptId& attempt_id,
                                                   const WorkerId& worker_id,
                                                   Time lease_expires_at) {
  return changing(
      Operation::upsert_lease, validate(attempt_id, worker_id),
      [&] { return operation_text::upsert_lease(attempt_id, worker_id, lease_expires_at); },
      [&]() -> Result<LeaseRecord> {
        // Read once the transaction has begun: a claim that had to wait is judged by the time at
        // which it is granted, so that no lease is expired at birth.
        const Time now = read_clock();
        if (lease_expires_at <= now) {
          return failure(ErrorCode::invalid_argument, "lease_expires_at is not after now");
        }
        Attempt* attempt = store().find(attempt_id);
        if (attempt == nullptr) return no_such_attempt(attempt_id);
        if (!may_claim(*attempt, now)) {
          return failure(ErrorCode::not_dispatchable,
                         "attempt \"" + attempt_id.str() + "\" is leased, finished or not yet due");
        }
        grant(*attempt, Lease{ids().next_lease_id(), worker_id, lease_expires_at, now});
        store().save(*attempt);
        return lease_record(*attempt);
      });
}

Result<void> StoredRepository::heartbeat_lease(const LeaseId& lease_id, Time heartbeat_at,
                                               Time lease_expires_at) {
  return changing(
      Operation::heartbeat_lease, validate(lease_id),
      [&] { return operation_text::heartbeat_lease(lease_id, heartbeat_at, lease_expires_at); },
      [&]() -> Result<void> {
        Attempt* attempt = find_current(lease_id);
        if (attempt == nullptr) return stale(lease_id);
        refresh(*attempt, heartbeat_at, lease_expires_at);
        store().save_heartbeat(*attempt);
        return {};
      });
}

Result<std::uint64_t> StoredRepository::expire_leases_and_requeue(Time stale_before) {
  auto reaped = changing(
      Operation::expire_leases_and_requeue, {},
      [&] { return operation_text::expire_leases_and_requeue(stale_before); },
      [&]() -> Result<std::uint64_t> {
        const Time now = read_clock();
        return end_leases(store().expired_before(stale_before), &StoredRepository::reap, now,
                          &Observer::lease_reaped);
      });
  if (reaped) bell_.ring(*reaped);
  return reaped;
}

Result<std::uint64_t> StoredRepository::latest_seq_for_run(const RunId& run_id) {
  return observed(Operation::latest_seq_for_run, Access::read, validate(run_id),
                  [&]() -> Result<std::uint64_t> { return store().latest_seq(run_id); });
}

Result<std::uint64_t> StoredRepository::transition_timed_out_attempts(Time now) {
  return changing(
      Operation::transition_timed_out_attempts, {},
      [&] { return operation_text::transition_timed_out_attempts(now); },
      [&]() -> Result<std::uint64_t> {
        return end_leases(store().overdue_at(now), &StoredRepository::time_out, now,
                          &Observer::attempt_timed_out);
      });
}

std::uint64_t StoredRepository::end_leases(const std::vector<Attempt*>& attempts, Step step,
                                           Time now, Observation::OfLease telling) {
  for (Attempt* attempt : attempts) {
    const WorkerId worker = seen_ == nullptr ? WorkerId() : attempt->lease.value().worker_id;
    (this->*step)(*attempt, now);
    store().save(*attempt);
    if (seen_ != nullptr) {
      seen_->lease_ended(telling, {attempt->spec.attempt_id, worker, attempt->status});
    }
  }
  return attempts.size();
}

// ---- Steps that come alone or several at a time, within a transaction -------------------------

Result<void> StoredRepository::enqueue(const AttemptSpec& spec, Time now) {
  if (const Attempt* known = store().find(spec.attempt_id)) {
    if (known->spec == spec) return {};
    return failure(ErrorCode::already_exists,
                   "attempt \"" + spec.attempt_id.str() + "\" exists with another spec");
  }
  Attempt attempt;
  attempt.spec = spec;
  attempt.version = store().version_floor();
  attempt.ready_at = std::max(now, spec.not_before.value_or(Time::min()));
  store().insert(std::move(attempt));
  return {};
}

Result<LeaseRecord> StoredRepository::renew(const Holder& holder,
                                            const VersionedHeartbeat& heartbeat) {
  Attempt* attempt = find_held(holder);
  if (attempt == nullptr || attempt->version != heartbeat.expected_version) {
    return stale(holder.lease_id);
  }
  refresh(*attempt, heartbeat.heartbeat_at, heartbeat.lease_expires_at);
  store().save_heartbeat(*attempt);
  return lease_record(*attempt);
}

Result<AckResult> StoredRepository::acknowledge(const Holder& holder, AckOutcome outcome,
                                                Time now) {
  if (Attempt* attempt = find_held(holder)) {
    ack(*attempt, outcome, now);
    store().save(*attempt);
    return ack_result(*attempt);
  }
  const Attempt* acked = store().find_by_lease(holder.lease_id);
  if (acked == nullptr || !repeats_last_ack(*acked, holder, outcome)) {
    return stale(holder.lease_id);
  }
  return ack_result(*acked);
}

// ---- Around them -----------------------------------------------------------------------------

Result<void> StoredRepository::enqueue_attempt(const AttemptSpec& spec) {
  return announced(changing(
      Operation::enqueue_attempt, validate(spec),
      [&] { return operation_text::enqueue_attempt(spec); },
      [&]() -> Result<void> { return enqueue(spec, read_clock()); }));
}

Result<void> StoredRepository::start_attempt(const Holder& holder, Time now) {
  return changing(
      Operation::start_attempt, validate(holder),
      [&] { return operation_text::start_attempt(holder, now); },
      [&]() -> Result<void> {
        Attempt* attempt = find_held(holder);
        if (attempt == nullptr) return stale(holder.lease_id);
        if (attempt->status == Status::running) return {};
        attempt->status = Status::running;
        store().save(*attempt);
        return {};
      });
}

Result<LeaseRecord> StoredRepository::heartbeat_lease_with_version(
    const Holder& holder, const VersionedHeartbeat& heartbeat) {
  return changing(
      Operation::heartbeat_lease_with_version, validate(holder),
      [&] { return operation_text::heartbeat_lease_with_version(holder, heartbeat); },
      [&]() -> Result<LeaseRecord> { return renew(holder, heartbeat); });
}

Result<AckResult> StoredRepository::ack_attempt(const Holder& holder, AckOutcome outcome,
                                                Time now) {
  return changing(
      Operation::ack_attempt, validate(holder, outcome),
      [&] { return operation_text::ack_attempt(holder, outcome, now); },
      [&]() -> Result<AckResult> { return acknowledge(holder, outcome, now); });
}

Result<void> StoredRepository::release_lease(const Holder& holder, Time now) {
  return announced(changing(
      Operation::release_lease, validate(holder),
      [&] { return operation_text::release_lease(holder, now); },
      [&]() -> Result<void> {
        Attempt* attempt = find_held(holder);
        if (attempt == nullptr) return stale(holder.lease_id);
        requeue(*attempt, now);
        store().save(*attempt);
        return {};
      }));
}

Result<void> StoredRepository::cancel_attempt(const AttemptId& attempt_id, Time now) {
  return changing(
      Operation::cancel_attempt, validate(attempt_id),
      [&] { return operation_text::cancel_attempt(attempt_id, now); },
      [&]() -> Result<void> {
        Attempt* attempt = store().find(attempt_id);
        if (attempt == nullptr) return no_such_attempt(attempt_id);
        if (is_terminal(attempt->status)) {
          return failure(ErrorCode::not_dispatchable,
                         "attempt \"" + attempt_id.str() + "\" is already terminal");
        }
        finish(*attempt, Status::cancelled, now);
        attempt->last_ack.reset();
        store().save(*attempt);
        return {};
      });
}

Result<std::uint64_t> StoredRepository::append_run_event(const Holder& holder,
                                                         const NewRunEvent& event, Time now) {
  return changing(
      Operation::append_run_event, validate(holder, event),
      [&] { return operation_text::append_run_event(holder, event, now); },
      [&]() -> Result<std::uint64_t> {
        const Attempt* attempt = find_held(holder);
        if (attempt == nullptr) return stale(holder.lease_id);
        const RunId& run_id = attempt->spec.run_id;
        const std::uint64_t seq = store().latest_seq(run_id) + 1;
        store().append(run_id, {seq, attempt->spec.attempt_id, event.kind, event.payload, now});
        return seq;
      });
}

Result<std::vector<DeadLetter>> StoredRepository::list_dead_letters(std::uint64_t limit) {
  return observed(
      Operation::list_dead_letters, Access::read,
      [&]() -> Result<std::vector<DeadLetter>> { return store().list_dead_letters(limit); });
}

Result<void> StoredRepository::replay_dead_letter(const AttemptId& attempt_id, Time now) {
  return announced(changing(
      Operation::replay_dead_letter, validate(attempt_id),
      [&] { return operation_text::replay_dead_letter(attempt_id, now); },
      [&]() -> Result<void> {
        Attempt* attempt = store().find(attempt_id);
        if (attempt == nullptr) return no_such_attempt(attempt_id);
        if (!attempt->dead_letter) {
          return failure(ErrorCode::not_dispatchable,
                         "attempt \"" + attempt_id.str() + "\" has no pending dead letter");
        }
        replay(*attempt, now);
        store().save(*attempt);
        return {};
      }));
}

Result<AttemptRecord> StoredRepository::get_attempt(const AttemptId& attempt_id) {
  return observed(Operation::get_attempt, Access::read, validate(attempt_id),
                  [&]() -> Result<AttemptRecord> {
                    const Attempt* attempt = store().find(attempt_id);
                    if (attempt == nullptr) return no_such_attempt(attempt_id);
                    return attempt_record(*attempt);
                  });
}

Result<std::optional<LeaseRecord>> StoredRepository::get_lease(const LeaseId& lease_id) {
  return observed(Operation::get_lease, Access::read, validate(lease_id),
                  [&]() -> Result<std::optional<LeaseRecord>> {
                    const Attempt* attempt = find_current(lease_id);
                    if (attempt == nullptr) return std::nullopt;
                    return lease_record(*attempt);
                  });
}

Result<std::optional<LeaseRecord>> StoredRepository::get_lease_for_attempt(
    const AttemptId& attempt_id) {
  return observed(Operation::get_lease_for_attempt, Access::read, validate(attempt_id),
                  [&]() -> Result<std::optional<LeaseRecord>> {
                    const Attempt* attempt = store().find(attempt_id);
                    if (attempt == nullptr || !attempt->lease) return std::nullopt;
                    return lease_record(*attempt);
                  });
}

Result<std::vector<AttemptRecord>> StoredRepository::list_attempts(
    const AttemptFilter& filter, const std::optional<AttemptId>& after, std::uint64_t limit) {
  return observed(Operation::list_attempts, Access::read, validate(filter, after),
                  [&]() -> Result<std::vector<AttemptRecord>> {
                    return store().list_attempts(filter, after, limit);
                  });
}

Result<std::uint64_t> StoredRepository::queue_depth(Time now) {
  return observed(Operation::queue_depth, Access::read,
                  [&]() -> Result<std::uint64_t> { return store().count_dispatchable(now); });
}

Result<CountsByStatus> StoredRepository::counts_by_status() {
  return observed(Operation::counts_by_status, Access::read,
                  [&]() -> Result<CountsByStatus> { return store().counts_by_status(); });
}

Result<std::vector<RunEvent>> StoredRepository::list_run_events(const RunId& run_id,
                                                                std::uint64_t after,
                                                                std::uint64_t limit) {
  return observed(
      Operation::list_run_events, Access::read, validate(run_id),
      [&]() -> Result<std::vector<RunEvent>> { return store().list_events(run_id, after, limit); });
}

Result<Snapshot> StoredRepository::snapshot() {
  return observed(Operation::snapshot, Access::read,
                  [&]() -> Result<Snapshot> { return store().snapshot(); });
}

Result<void> StoredRepository::reset() {
  return changing(
      Operation::reset, {}, [&] { return operation_text::reset(); },
      [&]() -> Result<void> {
        store().clear();
        return {};
      });
}

Result<void> StoredRepository::announced(Result<void> done) {
  if (done) bell_.ring(1);
  return done;
}

bool StoredRepository::wait_for_work(std::stop_token stop, Duration timeout) {
  std::function<bool()> has_changed;
  if (store_->is_shared()) {
    has_changed = [this] {
      return transact(Access::read,
                      [&]() -> Result<bool> { return store().has_changed_elsewhere(); })
          .value_or(false);
    };
  }
  return bell_.wait(stop, timeout, has_changed, work_look_period);
}

bool StoredRepository::is_durable() const {
  return store_->is_durable();
}

}  // namespace lease
