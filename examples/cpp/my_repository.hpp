#pragma once

#include <algorithm>
#include <cstdint>
#include <lease/runtime_repository.hpp>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

/// A queue as somebody might write it: the six methods and a way in. `snapshot` is for tests: with
/// it leasecheck compares all that is stored, and not the answers only.
///
/// WITH_DEFECT switches on a mistake of a real queue (hibiken/asynq, mended in 7e5efb0): a late
/// heartbeat takes back time that an earlier one has granted.
class MyRepository : public lease::RuntimeRepository {
 public:
  MyRepository(lease::Clock& clock, lease::IdSource& ids) : clock_(clock), ids_(ids) {}

  lease::Result<void> enqueue_attempt(const lease::AttemptSpec& spec) {
    using enum lease::ErrorCode;
    const lease::Time now = clock_.now();
    if (!is_valid(spec)) return refused(invalid_argument, "the specification makes no sense");
    const auto known = attempts_.find(spec.attempt_id);
    if (known != attempts_.end()) {
      if (known->second.spec == spec) return {};
      return refused(already_exists, "another attempt has this id");
    }
    attempts_[spec.attempt_id] = {.spec = spec,
                                  .place = attempts_.size(),
                                  .ready_at = std::max(now, spec.not_before.value_or(now))};
    return {};
  }

  lease::Result<std::vector<lease::AttemptDispatchRecord>> list_dispatchable_attempts(
      lease::Time now, std::uint64_t limit) override {
    std::vector<const Attempt*> due;
    for (const auto& [id, attempt] : attempts_) {
      if (attempt.is_dispatchable(now)) due.push_back(&attempt);
    }
    std::ranges::sort(due, {}, [](const Attempt* attempt) {
      return std::tuple(-std::int64_t{attempt->spec.priority}, attempt->ready_at, attempt->place);
    });
    if (due.size() > limit) due.resize(limit);
    std::vector<lease::AttemptDispatchRecord> records;
    for (const Attempt* attempt : due) {
      records.push_back({.attempt_id = attempt->spec.attempt_id,
                         .run_id = attempt->spec.run_id,
                         .attempt_no = 1,
                         .status = lease::Status::queued,
                         .retry_at = std::nullopt});
    }
    return records;
  }

  lease::Result<lease::LeaseRecord> upsert_lease(const lease::AttemptId& id,
                                                 const lease::WorkerId& worker,
                                                 lease::Time expires_at) override {
    using enum lease::ErrorCode;
    const lease::Time now = clock_.now();
    const bool are_ids = lease::is_valid_id(id.str()) && lease::is_valid_id(worker.str());
    if (!are_ids || expires_at <= now) return refused(invalid_argument, "expired at once");
    const auto found = attempts_.find(id);
    if (found == attempts_.end()) return refused(not_found, "no such attempt");
    Attempt& attempt = found->second;
    if (!attempt.is_dispatchable(now)) return refused(not_dispatchable, "not now");
    attempt.status = lease::Status::leased;
    attempt.started_at = now;
    ++attempt.deliveries;
    attempt.lease = {.lease_id = ids_.next_lease_id(),
                     .attempt_id = id,
                     .worker_id = worker,
                     .lease_expires_at = expires_at,
                     .heartbeat_at = now,
                     .version = attempt.version + 1,
                     .execution_deadline = std::nullopt};
    if (attempt.spec.timeout) {
      attempt.lease->execution_deadline = lease::saturating_add(now, *attempt.spec.timeout);
    }
    attempt.version = attempt.lease->version;
    return *attempt.lease;
  }

  lease::Result<void> heartbeat_lease(const lease::LeaseId& id, lease::Time at,
                                      lease::Time expires_at) override {
    using enum lease::ErrorCode;
    if (!lease::is_valid_id(id.str())) return refused(invalid_argument, "no id");
    for (auto& [_, attempt] : attempts_) {
      if (!attempt.lease || attempt.lease->lease_id != id) continue;
      attempt.lease->heartbeat_at = std::max(attempt.lease->heartbeat_at, at);
#ifdef WITH_DEFECT
      attempt.lease->lease_expires_at = expires_at;
#else
      attempt.lease->lease_expires_at = std::max(attempt.lease->lease_expires_at, expires_at);
#endif
      attempt.version = ++attempt.lease->version;
      return {};
    }
    return refused(stale_lease, "not current");
  }

  lease::Result<std::uint64_t> expire_leases_and_requeue(lease::Time stale_before) override {
    const lease::Time now = clock_.now();
    std::uint64_t count = 0;
    for (auto& [_, attempt] : attempts_) {
      if (!attempt.lease || attempt.lease->lease_expires_at >= stale_before) continue;
      attempt.lease.reset();
      attempt.started_at.reset();
      ++count;
      const auto most = attempt.spec.max_deliveries;
      if (most && attempt.deliveries >= *most) {
        attempt.status = lease::Status::failed;
        attempt.failed_at = now;
      } else {
        attempt.status = lease::Status::queued;
        attempt.ready_at = now;
      }
    }
    return count;
  }

  lease::Result<std::uint64_t> latest_seq_for_run(const lease::RunId& run) override {
    if (!lease::is_valid_id(run.str())) return refused(lease::ErrorCode::invalid_argument, "no id");
    return std::uint64_t{0};  // it keeps no events
  }

  lease::Result<lease::Snapshot> snapshot() {
    lease::Snapshot all;
    for (const auto& [id, attempt] : attempts_) {
      all.attempts.push_back({.attempt_id = id,
                              .run_id = attempt.spec.run_id,
                              .attempt_no = 1,
                              .status = attempt.status,
                              .priority = attempt.spec.priority,
                              .ready_at = attempt.ready_at,
                              .retry_at = std::nullopt,
                              .started_at = attempt.started_at,
                              .delivery_count = attempt.deliveries,
                              .version = attempt.version});
      if (attempt.lease) all.leases.push_back(*attempt.lease);
      if (attempt.status != lease::Status::failed) continue;
      all.dead_letters.push_back({.attempt_id = id,
                                  .run_id = attempt.spec.run_id,
                                  .attempt_no = 1,
                                  .reason = lease::DeadLetterReason::delivery_exhausted,
                                  .dead_at = attempt.failed_at});
    }
    return all;
  }

 private:
  struct Attempt {
    lease::AttemptSpec spec;
    std::uint64_t place = 0;  ///< in the order of the enqueues
    lease::Time ready_at{};
    lease::Status status = lease::Status::queued;
    std::optional<lease::LeaseRecord> lease = std::nullopt;
    std::optional<lease::Time> started_at = std::nullopt;
    std::uint32_t deliveries = 0;
    std::uint64_t version = 0;
    lease::Time failed_at{};

    [[nodiscard]] bool is_dispatchable(lease::Time now) const {
      return status == lease::Status::queued && spec.not_before.value_or(now) <= now;
    }
  };

  static bool is_valid(const lease::AttemptSpec& spec) {
    constexpr std::int64_t most = (std::int64_t{1} << 31) - 2;
    const auto is_counted = [](std::int64_t number, std::int64_t least) {
      return least <= number && number <= most;
    };
    const bool is_policy =
        !spec.retry_policy ||
        (spec.retry_policy->backoff.count() >= 0 && is_counted(spec.retry_policy->max_retries, 0) &&
         is_counted(spec.retry_policy->multiplier, 1) &&
         spec.retry_policy->max_backoff.value_or(lease::Duration{0}).count() >= 0);
    return is_policy && lease::is_valid_id(spec.attempt_id.str()) &&
           lease::is_valid_id(spec.run_id.str()) &&
           (!spec.tenant_id || lease::is_valid_id(spec.tenant_id->str())) &&
           (!spec.timeout || spec.timeout->count() >= 1) &&
           (!spec.max_deliveries || is_counted(*spec.max_deliveries, 1));
  }

  static std::unexpected<lease::Error> refused(lease::ErrorCode code, std::string why) {
    return std::unexpected(lease::Error(code, std::move(why)));
  }

  lease::Clock& clock_;
  lease::IdSource& ids_;
  std::map<lease::AttemptId, Attempt> attempts_;
};
