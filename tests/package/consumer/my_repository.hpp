#pragma once

#include <algorithm>
#include <cstdint>
#include <lease/runtime_repository.hpp>
#include <map>
#include <string>
#include <tuple>
#include <utility>

/// A repository as somebody else might write it: the six methods and a way in, nothing more.
class MyRepository : public lease::RuntimeRepository {
 public:
  MyRepository(lease::Clock& clock, lease::IdSource& ids) : clock_(clock), ids_(ids) {}

  lease::Result<void> enqueue_attempt(const lease::AttemptSpec& spec) {
    using enum lease::ErrorCode;
    const lease::Time now = clock_.now();
    const bool is_valid =
        lease::is_valid_id(spec.attempt_id.str()) && lease::is_valid_id(spec.run_id.str());
    if (!is_valid) return refused(invalid_argument, "bad id");
    const auto known = attempts_.find(spec.attempt_id);
    if (known != attempts_.end() && known->second.spec != spec) {
      return refused(already_exists, "another attempt has this id");
    }
    attempts_.try_emplace(spec.attempt_id,
                          Attempt{.spec = spec,
                                  .seq = attempts_.size(),
                                  .ready_at = std::max(now, spec.not_before.value_or(now))});
    return {};
  }

  lease::Result<std::vector<lease::AttemptDispatchRecord>> list_dispatchable_attempts(
      lease::Time now, std::uint64_t limit) override {
    std::vector<const Attempt*> due;
    for (const auto& [id, attempt] : attempts_) {
      if (attempt.is_dispatchable(now)) due.push_back(&attempt);
    }
    std::ranges::sort(due, {}, [](const Attempt* attempt) {
      return std::tuple(-std::int64_t{attempt->spec.priority}, attempt->ready_at, attempt->seq);
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
    if (expires_at <= now) return refused(invalid_argument, "expired at once");
    const auto found = attempts_.find(id);
    if (found == attempts_.end()) return refused(not_found, "no such attempt");
    Attempt& attempt = found->second;
    if (!attempt.is_dispatchable(now)) return refused(not_dispatchable, "not now");
    attempt.status = lease::Status::leased;
    attempt.lease_id = ids_.next_lease_id();
    attempt.expires_at = expires_at;
    ++attempt.deliveries;
    ++attempt.version;
    lease::LeaseRecord record{.lease_id = attempt.lease_id,
                              .attempt_id = id,
                              .worker_id = worker,
                              .lease_expires_at = expires_at,
                              .heartbeat_at = now,
                              .version = attempt.version,
                              .execution_deadline = std::nullopt};
    if (attempt.spec.timeout) {
      record.execution_deadline = lease::saturating_add(now, *attempt.spec.timeout);
    }
    return record;
  }

  lease::Result<void> heartbeat_lease(const lease::LeaseId& id, lease::Time,
                                      lease::Time expires_at) override {
    for (auto& [_, attempt] : attempts_) {
      if (attempt.status != lease::Status::leased || attempt.lease_id != id) continue;
      attempt.expires_at = renewed(attempt.expires_at, expires_at);
      ++attempt.version;
      return {};
    }
    return refused(lease::ErrorCode::stale_lease, "not current");
  }

  lease::Result<std::uint64_t> expire_leases_and_requeue(lease::Time stale_before) override {
    const lease::Time now = clock_.now();
    std::uint64_t count = 0;
    for (auto& [_, attempt] : attempts_) {
      if (attempt.status != lease::Status::leased || attempt.expires_at >= stale_before) continue;
      const auto most = attempt.spec.max_deliveries;
      const bool is_spent = most && attempt.deliveries >= *most;
      attempt.status = is_spent ? lease::Status::failed : lease::Status::queued;
      attempt.ready_at = now;
      ++count;
    }
    return count;
  }

  lease::Result<std::uint64_t> latest_seq_for_run(const lease::RunId&) override {
    return std::uint64_t{0};  // it keeps no events
  }

 protected:
  virtual lease::Time renewed(lease::Time old_expiry, lease::Time new_expiry) {
    return std::max(old_expiry, new_expiry);
  }

 private:
  static std::unexpected<lease::Error> refused(lease::ErrorCode code, std::string why) {
    return std::unexpected(lease::Error(code, std::move(why)));
  }

  struct Attempt {
    lease::AttemptSpec spec;
    std::uint64_t seq = 0;
    lease::Time ready_at{};
    lease::Status status = lease::Status::queued;
    lease::LeaseId lease_id{};
    lease::Time expires_at{};
    std::int64_t deliveries = 0;
    std::uint64_t version = 0;

    [[nodiscard]] bool is_dispatchable(lease::Time now) const {
      return status == lease::Status::queued && spec.not_before.value_or(now) <= now;
    }
  };

  lease::Clock& clock_;
  lease::IdSource& ids_;
  std::map<lease::AttemptId, Attempt> attempts_;
};
