// Rules 3, 5 and 7: by which time, and by whose, a lease or an execution is over.

#include <algorithm>
#include <map>
#include <utility>

#include "sim/defects/repository/groups.hpp"

namespace leasecheck::mutants {
namespace {

/// A reap that chooses its leases by a rule of its own.
struct ChoosyReap : Base {
  using Base::Base;
  Result<std::uint64_t> expire_leases_and_requeue(Time stale_before) override {
    return transact(lease::Access::write, [&]() -> Result<std::uint64_t> {
      const Time now = clock().now();
      std::uint64_t count = 0;
      for (const LeaseRecord& lease : store().snapshot().leases) {
        Attempt* attempt = store().find(lease.attempt_id);
        if (!is_stale(*attempt, stale_before)) continue;
        reap(*attempt, now);
        store().save(*attempt);
        ++count;
      }
      return count;
    });
  }

  virtual bool is_stale(const Attempt& attempt, Time stale_before) = 0;
};

struct AsksForTheWorker final : ChoosyReap {
  using ChoosyReap::ChoosyReap;
  bool is_stale(const Attempt& attempt, Time stale_before) override {
    return std::ranges::none_of(store().snapshot().leases, [&](const LeaseRecord& lease) {
      return lease.worker_id == attempt.lease->worker_id && lease.lease_expires_at >= stale_before;
    });
  }
};

struct AnotherTtl final : ChoosyReap {
  using ChoosyReap::ChoosyReap;
  void grant(Attempt& attempt, Lease granted) override {
    ttl_ = granted.expires_at - granted.heartbeat_at;
    Base::grant(attempt, std::move(granted));
  }
  bool is_stale(const Attempt& attempt, Time stale_before) override {
    return lease::saturating_add(attempt.lease->heartbeat_at, ttl_) < stale_before;
  }

 private:
  Duration ttl_{0};
};

struct FirstLeaseCounts final : ChoosyReap {
  using ChoosyReap::ChoosyReap;
  Result<void> reset() override {
    first_expiry_.clear();
    return ChoosyReap::reset();
  }

  void grant(Attempt& attempt, Lease granted) override {
    first_expiry_.emplace(attempt.spec.attempt_id, granted.expires_at);
    Base::grant(attempt, std::move(granted));
  }
  bool is_stale(const Attempt& attempt, Time stale_before) override {
    return first_expiry_.at(attempt.spec.attempt_id) < stale_before;
  }

 private:
  std::map<AttemptId, Time> first_expiry_;
};

struct PoisonRowStopsReap final : Base {
  using Base::Base;
  Result<std::uint64_t> expire_leases_and_requeue(Time stale_before) override {
    const bool is_poisoned =
        std::ranges::any_of(store().expired_before(stale_before), [](const Attempt* attempt) {
          const auto& most = attempt->spec.max_deliveries;
          return most && attempt->delivery_count >= *most;
        });
    return Base::expire_leases_and_requeue(is_poisoned ? Time::min() : stale_before);
  }
};

struct ReapTakesBackoff final : Base {
  using Base::Base;
  Result<std::uint64_t> expire_leases_and_requeue(Time stale_before) override {
    for (const auto& record : store().snapshot().attempts) {
      if (record.status != Status::retry_backoff) continue;
      if (last_expiry_.at(record.attempt_id) >= stale_before) continue;
      Attempt* attempt = store().find(record.attempt_id);
      requeue(*attempt, attempt->ready_at);
      attempt->retry_at.reset();
      store().save(*attempt);
    }
    return Base::expire_leases_and_requeue(stale_before);
  }

  void grant(Attempt& attempt, Lease granted) override {
    last_expiry_.insert_or_assign(attempt.spec.attempt_id, granted.expires_at);
    Base::grant(attempt, std::move(granted));
  }

 private:
  std::map<AttemptId, Time> last_expiry_;
};

/// A timeout tick that measures executions by a limit of its own.
struct ChoosyTimeout : Base {
  using Base::Base;
  Result<std::uint64_t> transition_timed_out_attempts(Time now) override {
    return transact(lease::Access::write, [&]() -> Result<std::uint64_t> {
      std::uint64_t count = 0;
      for (const LeaseRecord& lease : store().snapshot().leases) {
        Attempt* attempt = store().find(lease.attempt_id);
        const auto limit = limit_of(*attempt);
        if (!limit || lease::saturating_add(*attempt->started_at, *limit) > now) continue;
        time_out(*attempt, now);
        store().save(*attempt);
        ++count;
      }
      return count;
    });
  }

  virtual std::optional<Duration> limit_of(const Attempt& attempt) = 0;
};

struct OneLimitForAll final : ChoosyTimeout {
  using ChoosyTimeout::ChoosyTimeout;
  Result<void> enqueue_attempt(const lease::AttemptSpec& spec) override {
    if (spec.timeout) shortest_ = std::min(shortest_, *spec.timeout);
    return Base::enqueue_attempt(spec);
  }

  std::optional<Duration> limit_of(const Attempt& attempt) override {
    return attempt.spec.timeout ? std::optional(shortest_) : std::nullopt;
  }

 private:
  Duration shortest_ = Duration::max();
};

struct NoTimeoutIsZero final : ChoosyTimeout {
  using ChoosyTimeout::ChoosyTimeout;
  std::optional<Duration> limit_of(const Attempt& attempt) override {
    return attempt.spec.timeout.value_or(Duration{0});
  }
};

/// A claim that is judged by two times: whether its expiry is past, and whether it is due.
struct ClaimByOldTime : Base {
  using Base::Base;
  Result<LeaseRecord> upsert_lease(const AttemptId& attempt_id, const lease::WorkerId& worker_id,
                                   Time lease_expires_at) override {
    return transact(lease::Access::write, [&]() -> Result<LeaseRecord> {
      const Time now = clock().now();
      const Time before = std::min(std::exchange(before_, now), now);
      const Time due = time_of_grant(before, now);
      Attempt* attempt = store().find(attempt_id);
      const bool is_free = attempt != nullptr && may_claim(*attempt, due);
      if (lease_expires_at <= (is_free ? before : now)) {
        return lease::failure(ErrorCode::invalid_argument, "past");
      }
      if (attempt == nullptr) return lease::failure(ErrorCode::not_found, "no such attempt");
      if (!is_free) return lease::failure(ErrorCode::not_dispatchable, "not free");
      grant(*attempt, {ids().next_lease_id(), worker_id, lease_expires_at, due});
      store().save(*attempt);
      return lease_record(*attempt);
    });
  }
  Result<void> reset() override {
    before_ = Time::min();
    return Base::reset();
  }

  virtual Time time_of_grant(Time before, Time now) = 0;

 private:
  Time before_ = Time::min();
};

struct GrantedLate final : ClaimByOldTime {
  using ClaimByOldTime::ClaimByOldTime;
  Time time_of_grant(Time, Time now) override { return now; }
};

struct TimeOfTheTransaction final : ClaimByOldTime {
  using ClaimByOldTime::ClaimByOldTime;
  Time time_of_grant(Time before, Time now) override {
    return before < now ? std::max(before, now - Duration{1}) : now;
  }
};

struct WaitWrapsAround final : Base {
  using Base::Base;
  bool may_claim(const Attempt& attempt, Time now) override {
    const auto not_before = attempt.spec.not_before.value_or(now).time_since_epoch().count();
    const auto wait =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(not_before) -
                                  static_cast<std::uint64_t>(now.time_since_epoch().count()));
    return Base::may_claim(attempt, now) && wait <= 0;
  }
};

}  // namespace

std::vector<Mutant> staleness_mutants() {
  return {
      {"reap_asks_for_the_worker", "B07",
       "a lease lives while its worker is heard of, though by an earlier life",
       "requeue_after_grace", "BuildGrid MR !9", make<AsksForTheWorker>},
      {"claim_granted_late", "B08",
       "whether the expiry is past is judged by the time before the claim had to wait",
       "never_early", "Jepsen, etcd 3.4.3", make<GrantedLate>},
      {"reap_uses_another_ttl", "B20",
       "expiry is judged by the time to live of the last claim, not by the lease's own",
       "requeue_after_grace", "tikv/client-go b4217e149", make<AnotherTtl>},
      {"claim_at_transaction_start", "B23", "a claim is judged by a time that has passed already",
       "timeouts", "pgmq 7fd411d", make<TimeOfTheTransaction>},
      {"no_timeout_is_zero", "B28", "an execution without timeout times out at once", "timeouts",
       "temporalio/temporal 8d659fd14d", make<NoTimeoutIsZero>},
      {"wait_wraps_around", "B29", "a not_before long ago overflows to one far ahead",
       "conforms_to_model", "etcd-io/etcd db21941d1", make<WaitWrapsAround>},
      {"reap_judges_the_first_lease", "B43", "age is measured from an attempt's first lease",
       "requeue_after_grace", "procrastinate 83ee2459", make<FirstLeaseCounts>},
      {"one_timeout_for_all", "B44", "the shortest timeout of any attempt is that of all",
       "timeouts", "hexpm #1825", make<OneLimitForAll>},
      {"poison_row_stops_the_reap", "B47",
       "a reap that meets an exhausted attempt takes nothing at all", "requeue_after_grace",
       "rails/solid_queue 629ae55", make<PoisonRowStopsReap>},
      {"reap_takes_backoff", "B65",
       "the clock of the last lease runs on in backoff and ends it early", "requeue_after_grace",
       "celery/kombu #337", make<ReapTakesBackoff>}};
}

}  // namespace leasecheck::mutants
