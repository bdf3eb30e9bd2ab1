#include "sim/defects/storage/sqlite_mutants.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "sim/defects/storage/variant.hpp"

namespace leasecheck::mutants {
namespace {

struct NeverSynced final : SqliteVariant {
  NeverSynced(std::unique_ptr<Connection> opened, lease::Clock& clock, lease::IdSource& ids)
      : SqliteVariant(std::move(opened), clock, ids) {
    connection().execute("PRAGMA synchronous = OFF");
  }
};

struct AckNotDurable final : SqliteVariant {
  using SqliteVariant::SqliteVariant;
  Result<AckResult> ack_attempt(const Holder& holder, AckOutcome outcome, Time now) override {
    connection().execute("PRAGMA synchronous = NORMAL");
    Result<AckResult> answer = SqliteVariant::ack_attempt(holder, outcome, now);
    connection().execute("PRAGMA synchronous = FULL");
    return answer;
  }
};

struct TimeoutsOneByOne final : SqliteVariant {
  using SqliteVariant::SqliteVariant;
  Result<std::uint64_t> transition_timed_out_attempts(Time now) override {
    const auto overdue = ids_of([&] { return store().overdue_at(now); });
    if (!overdue) return std::unexpected(overdue.error());
    std::uint64_t count = 0;
    for (const AttemptId& id : *overdue) {
      const Result<bool> moved = transact(Access::write, [&]() -> Result<bool> {
        Attempt* attempt = store().find(id);
        const auto deadline = attempt ? execution_deadline(*attempt) : std::nullopt;
        if (!deadline || *deadline > now) return false;
        time_out(*attempt, now);
        store().save(*attempt);
        return true;
      });
      if (!moved) return std::unexpected(moved.error());
      count += *moved ? 1 : 0;
    }
    return count;
  }
};

struct DeadLetterAfterwards final : SqliteVariant {
  using SqliteVariant::SqliteVariant;
  Result<AckResult> ack_attempt(const Holder& holder, AckOutcome outcome, Time now) override {
    const auto held = SqliteVariant::get_lease(holder.lease_id);
    if (!held) return std::unexpected(held.error());
    const bool is_final = outcome == AckOutcome::failed && *held &&
                          (*held)->worker_id == holder.worker_id &&
                          !has_policy((*held)->attempt_id);
    if (!is_final) return SqliteVariant::ack_attempt(holder, outcome, now);
    if (auto released = release_lease(holder, now); !released) {
      return std::unexpected(released.error());
    }
    return transact(Access::write, [&]() -> Result<AckResult> {
      Attempt* attempt = store().find((*held)->attempt_id);
      if (attempt == nullptr) return lease::failure(ErrorCode::stale_lease, "gone");
      attempt->last_ack = lease::RememberedAck{holder.lease_id, holder.worker_id, outcome};
      fail(*attempt, lease::DeadLetterReason::failed, now);
      store().save(*attempt);
      return AckResult{attempt->status, attempt->attempt_no, attempt->retry_at};
    });
  }

 private:
  bool has_policy(const AttemptId& id) {
    const Result<bool> has = transact(Access::read, [&]() -> Result<bool> {
      const Attempt* attempt = store().find(id);
      return attempt != nullptr && attempt->spec.retry_policy.has_value();
    });
    return has.value_or(true);
  }
};

/// A claim with its check and its grant, which variants put into transactions of their own choice.
struct ClaimVariant : SqliteVariant {
  using SqliteVariant::SqliteVariant;
  Result<void> check_claim(const AttemptId& id, Time now, Time expires_at) {
    if (expires_at <= now) return lease::failure(ErrorCode::invalid_argument, "expiry is past");
    const Attempt* attempt = store().find(id);
    if (attempt == nullptr) return lease::failure(ErrorCode::not_found, "no such attempt");
    if (!may_claim(*attempt, now)) return lease::failure(ErrorCode::not_dispatchable, "not free");
    return {};
  }

  Result<LeaseRecord> grant_claim(const AttemptId& id, const lease::WorkerId& worker, Time now,
                                  Time expires_at) {
    Attempt* attempt = store().find(id);
    if (attempt == nullptr) return lease::failure(ErrorCode::not_found, "no such attempt");
    grant(*attempt, {ids().next_lease_id(), worker, expires_at, now});
    store().save(*attempt);
    return lease_record(*attempt);
  }
};

struct ClaimBeginsDeferred final : ClaimVariant {
  using ClaimVariant::ClaimVariant;
  Result<LeaseRecord> upsert_lease(const AttemptId& attempt_id, const lease::WorkerId& worker_id,
                                   Time lease_expires_at) override {
    return transact(Access::read, [&]() -> Result<LeaseRecord> {
      const Time now = clock().now();
      if (auto free = check_claim(attempt_id, now, lease_expires_at); !free) {
        return std::unexpected(free.error());
      }
      return grant_claim(attempt_id, worker_id, now, lease_expires_at);
    });
  }
};

struct ClaimInTwoTransactions final : ClaimVariant {
  using ClaimVariant::ClaimVariant;
  Result<LeaseRecord> upsert_lease(const AttemptId& attempt_id, const lease::WorkerId& worker_id,
                                   Time lease_expires_at) override {
    const Time now = clock().now();
    const auto free = transact(Access::read, [&]() -> Result<void> {
      return check_claim(attempt_id, now, lease_expires_at);
    });
    if (!free) return std::unexpected(free.error());
    return transact(Access::write, [&]() -> Result<LeaseRecord> {
      return grant_claim(attempt_id, worker_id, now, lease_expires_at);
    });
  }
};

struct ReapsById final : SqliteVariant {
  using SqliteVariant::SqliteVariant;
  Result<std::uint64_t> expire_leases_and_requeue(Time stale_before) override {
    const auto stale = ids_of([&] { return store().expired_before(stale_before); });
    if (!stale) return std::unexpected(stale.error());
    return transact(Access::write, [&]() -> Result<std::uint64_t> {
      const Time now = clock().now();
      for (const AttemptId& id : *stale) {
        Attempt* attempt = store().find(id);
        if (attempt == nullptr) continue;
        reap(*attempt, now);
        store().save(*attempt);
      }
      return stale->size();
    });
  }
};

constexpr auto mutants = std::to_array<SqliteMutant>(
    {{"synchronous_off", "rule 17", "nothing is synced, so nothing acknowledged is safe",
      Search::crash, "durable", "leased/heartbeat", open_variant<NeverSynced>},
     {"ack_not_durable", "B70", "an ack is answered before its log record is synced", Search::crash,
      "durable", "leased/ack_completed", open_variant<AckNotDurable>},
     {"timeouts_one_by_one", "B96", "each timed-out attempt is moved in a transaction of its own",
      Search::crash, "atomic", "two_leased/time_out", open_variant<TimeoutsOneByOne>},
     {"dead_letter_afterwards", "B109",
      "a final failure frees the lease first and is dead-lettered in a second transaction",
      Search::crash, "atomic", "last_try/ack_failed", open_variant<DeadLetterAfterwards>},
     {"claim_begins_deferred", "B100",
      "a claim reads before it has the right to write, and is then refused it", Search::interleave,
      "available", "queued/claim+claim", open_variant<ClaimBeginsDeferred>},
     {"claim_in_two_transactions", "B01", "a claim checks in one transaction and grants in another",
      Search::interleave, "linearizable", "queued/claim+claim",
      open_variant<ClaimInTwoTransactions>},
     {"reaps_by_id", "B41",
      "the reap looks for stale leases first and then takes them by attempt, unchecked",
      Search::interleave, "linearizable", "leased/heartbeat+reap", open_variant<ReapsById>}});

}  // namespace

std::span<const SqliteMutant> sqlite_mutants() {
  static const std::vector<SqliteMutant> all = [] {
    std::vector<SqliteMutant> all_of_them(mutants.begin(), mutants.end());
    for (const SqliteMutant& mutant : split_mutants()) all_of_them.push_back(mutant);
    for (const SqliteMutant& mutant : surroundings_mutants()) all_of_them.push_back(mutant);
    return all_of_them;
  }();
  return all;
}

const SqliteMutant* find_sqlite_mutant(std::string_view name) {
  const auto found = std::ranges::find(sqlite_mutants(), name, &SqliteMutant::name);
  return found == sqlite_mutants().end() ? nullptr : &*found;
}

}  // namespace leasecheck::mutants
