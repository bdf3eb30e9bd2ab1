// What one operation must not do to one attempt. Each rule is checked on its own, from what was
// asked and what has changed; that the searched repository is the reference model plays no part.

#include "model/system/repository.hpp"

namespace leasecheck::system {
namespace {

using model::Attempt;
using model::Status;

constexpr model::Time now = model::at_ms(0);

/// What the operation was to this attempt.
struct Seen {
  const Observed& observed;
  const model::UpsertLease* claim = accepted<model::UpsertLease>();
  const model::HeartbeatLease* heartbeat = accepted<model::HeartbeatLease>();
  const model::AckAttempt* ack = accepted<model::AckAttempt>();
  const model::ExpireLeasesAndRequeue* reap = accepted<model::ExpireLeasesAndRequeue>();
  const model::TransitionTimedOutAttempts* time_out = accepted<model::TransitionTimedOutAttempts>();
  bool is_changed = observed.before != observed.after;
  bool lost_lease = observed.before.lease && !observed.after.lease;

  template <typename Op>
  const Op* accepted() const {
    return observed.is_accepted ? std::get_if<Op>(&observed.operation) : nullptr;
  }
  [[nodiscard]] bool is_claimed() const {
    return claim != nullptr && claim->attempt_id == observed.before.spec.attempt_id;
  }
  [[nodiscard]] bool holds(const model::Id& lease_id) const {
    return observed.before.lease && observed.before.lease->lease_id == lease_id;
  }
};

// Rule 19a: a row exactly while the status says so, and a new one only by a claim where none was.
bool keeps_one_row(const Seen& seen) {
  const Attempt& before = seen.observed.before;
  const Attempt& after = seen.observed.after;
  if (seen.is_claimed() ? before.lease.has_value() : !before.lease && after.lease) return false;
  return model::holds_lease(after.status) == after.lease.has_value();
}

// Rule 16.
bool stays_final(const Seen& seen) {
  const Status before = seen.observed.before.status;
  return !model::is_terminal(before) || before == seen.observed.after.status;
}

// Rules 4 and 11: only the current lease moves its attempt.
bool asks_the_holder(const Seen& seen) {
  if (!seen.is_changed) return true;
  if (seen.heartbeat != nullptr) return seen.holds(seen.heartbeat->lease_id);
  return seen.ack == nullptr || seen.holds(seen.ack->lease_id);
}

// Rule 3.
bool is_in_time(const Seen& seen) {
  return !seen.is_claimed() || seen.observed.before.lease ||
         model::is_dispatchable(seen.observed.before, now);
}

// Rule 22.
bool keeps_expiry(const Seen& seen) {
  const auto& before = seen.observed.before.lease;
  const auto& after = seen.observed.after.lease;
  return !before || !after || before->lease_id != after->lease_id ||
         before->expires_at <= after->expires_at;
}

// Rules 16 and 22.
bool moves_version(const Seen& seen) {
  const bool is_moved =
      seen.is_claimed() || (seen.heartbeat != nullptr && seen.holds(seen.heartbeat->lease_id));
  return seen.observed.after.version == seen.observed.before.version + (is_moved ? 1U : 0U);
}

// Rule 21.
bool waits_for_grace(const Seen& seen) {
  return seen.reap == nullptr || !seen.lost_lease ||
         seen.observed.before.lease->expires_at < seen.reap->stale_before;
}

// Rule 7.
bool times_out_when_due(const Seen& seen) {
  const Attempt& before = seen.observed.before;
  if (seen.time_out == nullptr || !before.lease) return true;
  const bool is_due =
      before.spec.timeout && *before.started_at + *before.spec.timeout <= seen.time_out->at;
  return is_due == seen.lost_lease;
}

// Rules 5 and 11.
bool keeps_budgets(const Seen& seen) {
  const Attempt& before = seen.observed.before;
  const Attempt& after = seen.observed.after;
  const bool is_retried = before.lease && after.status == Status::retry_backoff;
  if (after.attempt_no != before.attempt_no + (is_retried ? 1U : 0U)) return false;
  if (after.attempt_no > seen.observed.max_retries + 1) return false;
  const auto& budget = before.spec.max_deliveries;
  const bool is_used_up = budget && before.delivery_count >= *budget;
  return seen.reap == nullptr || !seen.lost_lease || !is_used_up || after.status == Status::failed;
}

// Rule 23: a backoff ends at some time, and a failure leaves a dead letter.
bool is_somewhere(const Seen& seen) {
  const Attempt& after = seen.observed.after;
  return (after.status == Status::retry_backoff) == after.retry_at.has_value() &&
         (after.status == Status::failed) == after.dead_letter.has_value();
}

}  // namespace

Broken judge(const Observed& observed) {
  const Seen seen{.observed = observed};
  if (!keeps_one_row(seen)) return Broken::no_double_lease_rows;
  if (!stays_final(seen)) return Broken::terminal_is_final;
  if (!asks_the_holder(seen)) return Broken::holder_only;
  if (!is_in_time(seen)) return Broken::never_early;
  if (!keeps_expiry(seen)) return Broken::expiry_never_lowered;
  if (!moves_version(seen)) return Broken::monotonic_versions;
  if (!waits_for_grace(seen)) return Broken::requeue_after_grace;
  if (!times_out_when_due(seen)) return Broken::timeouts;
  if (!keeps_budgets(seen)) return Broken::retry_budget;
  if (!is_somewhere(seen)) return Broken::nothing_lost;
  return Broken::nothing;
}

}  // namespace leasecheck::system
