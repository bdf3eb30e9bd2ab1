#include "tests/mutants/sqlite/sqlite_mutants.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sqlite/schema.hpp"
#include "sqlite/sqlite_store.hpp"
#include "stored_repository.hpp"

namespace leasecheck::mutants {
namespace {

using lease::Access;
using lease::AckOutcome;
using lease::AckResult;
using lease::Attempt;
using lease::AttemptId;
using lease::ErrorCode;
using lease::Holder;
using lease::LeaseRecord;
using lease::Result;
using lease::Time;
using lease::sqlite::Connection;

/// The repository that ships, with its connection in reach.
class Base : public lease::StoredRepository {
 public:
  Base(std::unique_ptr<Connection> connection, lease::Clock& clock, lease::IdSource& ids)
      : Base(connection.get(), std::move(connection), clock, ids) {}

 protected:
  Connection& connection() { return *connection_; }

  /// The ids of what a query finds, in a transaction of its own.
  template <typename Find>
  Result<std::vector<AttemptId>> ids_of(Find find) {
    return transact(Access::read, [&]() -> Result<std::vector<AttemptId>> {
      std::vector<AttemptId> found;
      for (const Attempt* attempt : find()) found.push_back(attempt->spec.attempt_id);
      return found;
    });
  }

 private:
  // By reference: nothing is moved before `reached` has been read, in whatever order.
  Base(Connection* reached, std::unique_ptr<Connection>&& connection, lease::Clock& clock,
       lease::IdSource& ids)
      : StoredRepository(std::make_unique<lease::sqlite::SqliteStore>(std::move(connection)), clock,
                         ids),
        connection_(reached) {}

  Connection* connection_;
};

class NeverSynced final : public Base {
 public:
  NeverSynced(std::unique_ptr<Connection> opened, lease::Clock& clock, lease::IdSource& ids)
      : Base(std::move(opened), clock, ids) {
    connection().execute("PRAGMA synchronous = OFF");
  }
};

class AckNotDurable final : public Base {
 public:
  using Base::Base;
  Result<AckResult> ack_attempt(const Holder& holder, AckOutcome outcome, Time now) override {
    connection().execute("PRAGMA synchronous = NORMAL");
    Result<AckResult> answer = Base::ack_attempt(holder, outcome, now);
    connection().execute("PRAGMA synchronous = FULL");
    return answer;
  }
};

class TimeoutsOneByOne final : public Base {
 public:
  using Base::Base;
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

class DeadLetterAfterwards final : public Base {
 public:
  using Base::Base;
  Result<AckResult> ack_attempt(const Holder& holder, AckOutcome outcome, Time now) override {
    const auto held = Base::get_lease(holder.lease_id);
    if (!held) return std::unexpected(held.error());
    const bool is_final = outcome == AckOutcome::failed && *held &&
                          (*held)->worker_id == holder.worker_id && !has_policy((*held)->attempt_id);
    if (!is_final) return Base::ack_attempt(holder, outcome, now);
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
class ClaimVariant : public Base {
 public:
  using Base::Base;

 protected:
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

class ClaimBeginsDeferred final : public ClaimVariant {
 public:
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

class ClaimInTwoTransactions final : public ClaimVariant {
 public:
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

class ReapsById final : public Base {
 public:
  using Base::Base;
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

template <typename Repository>
Result<std::unique_ptr<lease::AttemptRepository>> open(const lease::SqliteOptions& options,
                                                       lease::Clock& clock, lease::IdSource& ids) {
  auto connection = Connection::open(options);
  if (!connection) return std::unexpected(connection.error());
  if (auto ready = lease::sqlite::prepare_schema(**connection); !ready) {
    return std::unexpected(ready.error());
  }
  return std::make_unique<Repository>(*std::move(connection), clock, ids);
}

constexpr std::array mutants{
    SqliteMutant{"synchronous_off", "rule 17", "nothing is synced, so nothing acknowledged is safe",
                 Search::crash, "durable", open<NeverSynced>},
    SqliteMutant{"ack_not_durable", "B70", "an ack is answered before its log record is synced",
                 Search::crash, "durable", open<AckNotDurable>},
    SqliteMutant{"timeouts_one_by_one", "B96",
                 "each timed-out attempt is moved in a transaction of its own", Search::crash,
                 "atomic", open<TimeoutsOneByOne>},
    SqliteMutant{"dead_letter_afterwards", "B109",
                 "a final failure frees the lease first and is dead-lettered in a second transaction",
                 Search::crash, "atomic", open<DeadLetterAfterwards>},
    SqliteMutant{"claim_begins_deferred", "B100",
                 "a claim reads before it has the right to write, and is then refused it",
                 Search::interleave, "available", open<ClaimBeginsDeferred>},
    SqliteMutant{"claim_in_two_transactions", "B01",
                 "a claim checks in one transaction and grants in another", Search::interleave,
                 "linearizable", open<ClaimInTwoTransactions>},
    SqliteMutant{"reaps_by_id", "B41",
                 "the reap looks for stale leases first and then takes them by attempt, unchecked",
                 Search::interleave, "linearizable", open<ReapsById>}};

}  // namespace

std::span<const SqliteMutant> sqlite_mutants() { return mutants; }

const SqliteMutant* find_sqlite_mutant(std::string_view name) {
  const auto found = std::ranges::find(mutants, name, &SqliteMutant::name);
  return found == mutants.end() ? nullptr : &*found;
}

}  // namespace leasecheck::mutants
