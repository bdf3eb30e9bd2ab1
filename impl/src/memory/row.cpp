#include "memory/row.hpp"

#include <string>
#include <tuple>
#include <utility>

namespace lease::memory {
namespace {

/// Notes in `present` whether there is a value. Returns: the value, or one that says nothing.
template <typename T>
T packed(const std::optional<T>& value, Present bit, std::uint8_t& present) {
  if (value) present |= bit;
  return value.value_or(T{});
}

template <typename T>
std::optional<T> unpacked(T value, Present bit, const Values& values) {
  return values.has(bit) ? std::optional(value) : std::nullopt;
}

/// The value of an optional one, made if there is none. One that was there keeps its room.
template <typename T>
T& made(std::optional<T>& value) {
  return value ? *value : value.emplace();
}

/// The time and kind of the end; equal for two that have not ended.
auto ending(const Values& values) {
  const bool is_dead = values.has(has_dead_letter);
  const bool is_finished = !is_dead && values.has(has_finished_at);
  const Time time = is_dead ? values.dead_at : is_finished ? values.finished_at : Time{};
  return std::tuple(is_dead, is_finished, time);
}

void unpack_lease(const Row& row, Attempt& attempt) {
  if (const auto& lease = row.lease) {
    Lease& unpacked = made(attempt.lease);
    unpacked.lease_id.assign(lease->lease_id.view());
    unpacked.worker_id.assign(lease->worker_id.view());
    unpacked.expires_at = lease->expires_at;
    unpacked.heartbeat_at = lease->heartbeat_at;
  } else {
    attempt.lease.reset();
  }
  if (const auto& ack = row.last_ack) {
    RememberedAck& unpacked = made(attempt.last_ack);
    unpacked.lease_id.assign(ack->lease_id.view());
    unpacked.worker_id.assign(ack->worker_id.view());
    unpacked.outcome = ack->outcome;
  } else {
    attempt.last_ack.reset();
  }
}

}  // namespace

bool is_waiting(const Values& values) {
  return lease::is_waiting(values.status);
}

bool wait_alike(const Values& left, const Values& right) {
  const auto place = [](const Values& values) {
    return std::tie(values.priority, values.ready_at, values.due_at);
  };
  return is_waiting(left) == is_waiting(right) &&
         (!is_waiting(left) || place(left) == place(right));
}

bool has_ended(const Values& values) {
  return values.has(has_dead_letter) || values.has(has_finished_at);
}

bool have_ended_alike(const Values& left, const Values& right) {
  return ending(left) == ending(right);
}

Values values_of(const Attempt& attempt) {
  const AttemptSpec& spec = attempt.spec;
  Values values;
  values.priority = spec.priority;
  values.status = attempt.status;
  values.on_timeout = spec.on_timeout;
  values.ready_at = attempt.ready_at;
  values.due_at = due_at(attempt).value_or(Time::min());
  values.not_before = packed(spec.not_before, has_not_before, values.present);
  values.retry_at = packed(attempt.retry_at, has_retry_at, values.present);
  values.started_at = packed(attempt.started_at, has_started_at, values.present);
  values.finished_at = packed(attempt.finished_at, has_finished_at, values.present);
  values.timeout = packed(spec.timeout, has_timeout, values.present);
  if (const auto& letter = attempt.dead_letter) {
    values.present |= has_dead_letter;
    values.dead_reason = letter->reason;
    values.dead_at = letter->dead_at;
  }
  values.version = attempt.version;
  values.attempt_no = attempt.attempt_no;
  values.delivery_count = attempt.delivery_count;
  return values;
}

Policies policies_of(const AttemptSpec& spec) {
  return {spec.retry_policy, spec.max_deliveries, spec.tenant_id};
}

void pack_lease(const Attempt& attempt, Row& row) {
  if (!attempt.lease) {
    row.lease.reset();
  } else {
    if (!row.lease) row.lease = std::make_unique<LeaseRow>();
    LeaseRow& lease = *row.lease;
    lease.row = &row;
    lease.deadline = execution_deadline(attempt);
    lease.expires_at = attempt.lease->expires_at;
    lease.heartbeat_at = attempt.lease->heartbeat_at;
    lease.lease_id.assign(attempt.lease->lease_id.str());
    lease.worker_id.assign(attempt.lease->worker_id.str());
  }
  if (!attempt.last_ack) {
    row.last_ack.reset();
  } else {
    if (!row.last_ack) row.last_ack = std::make_unique<AckRow>();
    row.last_ack->lease_id.assign(attempt.last_ack->lease_id.str());
    row.last_ack->worker_id.assign(attempt.last_ack->worker_id.str());
    row.last_ack->outcome = attempt.last_ack->outcome;
  }
}

std::string_view lease_id_of(const Row& row) {
  if (row.lease) return row.lease->lease_id.view();
  return row.last_ack ? row.last_ack->lease_id.view() : std::string_view{};
}

std::string_view lease_id_of(const Attempt& attempt) {
  if (attempt.lease) return attempt.lease->lease_id.str();
  return attempt.last_ack ? attempt.last_ack->lease_id.str() : std::string_view{};
}

void unpack(const Row& row, Attempt& attempt) {
  const Values& values = row.values;
  AttemptSpec& spec = attempt.spec;
  spec.attempt_id.assign(row.attempt_id.view());
  spec.run_id.assign(row.run->run_id.view());
  spec.priority = values.priority;
  spec.not_before = unpacked(values.not_before, has_not_before, values);
  spec.timeout = unpacked(values.timeout, has_timeout, values);
  spec.on_timeout = values.on_timeout;
  const Policies none;
  const Policies& policies = row.policies ? *row.policies : none;
  spec.retry_policy = policies.retry_policy;
  spec.max_deliveries = policies.max_deliveries;
  spec.tenant_id = policies.tenant_id;
  attempt.enqueue_seq = row.enqueue_seq;
  attempt.status = values.status;
  attempt.attempt_no = values.attempt_no;
  attempt.delivery_count = values.delivery_count;
  attempt.version = values.version;
  attempt.ready_at = values.ready_at;
  attempt.retry_at = unpacked(values.retry_at, has_retry_at, values);
  attempt.started_at = unpacked(values.started_at, has_started_at, values);
  attempt.finished_at = unpacked(values.finished_at, has_finished_at, values);
  attempt.dead_letter =
      unpacked(PendingDeadLetter{values.dead_reason, values.dead_at}, has_dead_letter, values);
  unpack_lease(row, attempt);
}

}  // namespace lease::memory
