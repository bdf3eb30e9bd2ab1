// Operations in several transactions where the contract wants one, answers that hide a failure, and
// openings that change what is stored.

#include "sim/defects/storage/variant.hpp"

namespace leasecheck::mutants {
namespace {

template <typename T>
bool is_unavailable(const Result<T>& result) {
  return !result && result.error().code == ErrorCode::unavailable;
}

struct ReleaseInTwo final : SqliteVariant {
  using SqliteVariant::SqliteVariant;
  Result<void> release_lease(const Holder& holder, Time now) override {
    AttemptId id;
    const Result<void> taken = transact(Access::write, [&]() -> Result<void> {
      Attempt* attempt = find_held(holder);
      if (attempt == nullptr) return lease::failure(ErrorCode::stale_lease, "not held");
      id = attempt->spec.attempt_id;
      finish(*attempt, Status::cancelled, now);
      store().save(*attempt);
      return {};
    });
    if (!taken) return SqliteVariant::release_lease(holder, now);
    return transact(Access::write, [&]() -> Result<void> {
      Attempt* attempt = store().find(id);
      if (attempt == nullptr) return {};
      requeue(*attempt, now);
      store().save(*attempt);
      return {};
    });
  }
};

struct EnqueueInPieces final : SqliteVariant {
  using SqliteVariant::SqliteVariant;
  Result<void> enqueue_attempt(const lease::AttemptSpec& spec) override {
    if (get_attempt(spec.attempt_id) || !spec.timeout) return SqliteVariant::enqueue_attempt(spec);
    lease::AttemptSpec plain = spec;
    plain.timeout.reset();
    if (Result<void> made = SqliteVariant::enqueue_attempt(plain); !made) return made;
    return transact(Access::write, [&]() -> Result<void> {
      Query(connection(), "UPDATE attempts SET timeout = ?1 WHERE attempt_id = ?2", *spec.timeout,
            spec.attempt_id)
          .run();
      return {};
    });
  }
};

struct FailedEnqueueIsOk final : SqliteVariant {
  using SqliteVariant::SqliteVariant;
  Result<void> enqueue_attempt(const lease::AttemptSpec& spec) override {
    const Result<void> made = SqliteVariant::enqueue_attempt(spec);
    return is_unavailable(made) ? Result<void>{} : made;
  }
};

struct FailedAckIsOk final : SqliteVariant {
  using SqliteVariant::SqliteVariant;
  Result<AckResult> ack_attempt(const Holder& holder, AckOutcome outcome, Time now) override {
    const Result<AckResult> acked = SqliteVariant::ack_attempt(holder, outcome, now);
    return is_unavailable(acked) ? AckResult{} : acked;
  }
};

struct TimeoutsById final : SqliteVariant {
  using SqliteVariant::SqliteVariant;
  Result<std::uint64_t> transition_timed_out_attempts(Time now) override {
    const auto overdue = ids_of([&] { return store().overdue_at(now); });
    if (!overdue) return std::unexpected(overdue.error());
    return transact(Access::write, [&]() -> Result<std::uint64_t> {
      for (const AttemptId& id : *overdue) {
        Attempt* attempt = store().find(id);
        if (attempt == nullptr) continue;
        time_out(*attempt, now);
        store().save(*attempt);
      }
      return overdue->size();
    });
  }
};

struct ReapCountsWhatItSaw final : SqliteVariant {
  using SqliteVariant::SqliteVariant;
  Result<std::uint64_t> expire_leases_and_requeue(Time stale_before) override {
    const auto stale = ids_of([&] { return store().expired_before(stale_before); });
    if (!stale) return std::unexpected(stale.error());
    const auto reaped = SqliteVariant::expire_leases_and_requeue(stale_before);
    return reaped ? Result<std::uint64_t>(stale->size()) : reaped;
  }
};

struct ReapBeginsDeferred final : SqliteVariant {
  using SqliteVariant::SqliteVariant;
  Result<std::uint64_t> expire_leases_and_requeue(Time stale_before) override {
    return transact(Access::read, [&]() -> Result<std::uint64_t> {
      const Time now = clock().now();
      const auto expired = store().expired_before(stale_before);
      for (Attempt* attempt : expired) {
        reap(*attempt, now);
        store().save(*attempt);
      }
      return expired.size();
    });
  }
};

struct HeartbeatAddsToWhatItRead final : SqliteVariant {
  using SqliteVariant::SqliteVariant;
  Result<void> heartbeat_lease(const LeaseId& lease_id, Time heartbeat_at,
                               Time lease_expires_at) override {
    const auto read = get_lease(lease_id);
    if (!read || !*read) {
      return SqliteVariant::heartbeat_lease(lease_id, heartbeat_at, lease_expires_at);
    }
    return transact(Access::write, [&]() -> Result<void> {
      Attempt* attempt = find_current(lease_id);
      if (attempt == nullptr) return lease::failure(ErrorCode::stale_lease, "not current");
      refresh(*attempt, heartbeat_at, lease_expires_at);
      attempt->version = (*read)->version + 1;
      store().save_heartbeat(*attempt);
      return {};
    });
  }
};

/// Does something to every lease that it finds when it is opened.
struct OpenedAnew : SqliteVariant {
  using SqliteVariant::SqliteVariant;
  template <typename Change>
  void change_leases(Change change) {
    static_cast<void>(transact(Access::write, [&]() -> Result<void> {
      for (const auto& lease : store().snapshot().leases) {
        Attempt* attempt = store().find(lease.attempt_id);
        change(*attempt);
        store().save(*attempt);
      }
      return {};
    }));
  }
};

struct LeasesEndWithTheConnection final : OpenedAnew {
  LeasesEndWithTheConnection(std::unique_ptr<Connection> opened, lease::Clock& clock,
                             lease::IdSource& ids)
      : OpenedAnew(std::move(opened), clock, ids) {
    change_leases([this](Attempt& attempt) { requeue(attempt, attempt.ready_at); });
  }
};

struct GrantsAgainAfterRestart final : OpenedAnew {
  GrantsAgainAfterRestart(std::unique_ptr<Connection> opened, lease::Clock& clock,
                          lease::IdSource& ids)
      : OpenedAnew(std::move(opened), clock, ids) {
    change_leases([this](Attempt& attempt) { grant(attempt, lease::Lease(*attempt.lease)); });
  }
};

}  // namespace

std::vector<SqliteMutant> split_mutants() {
  return {
      {"leases_end_with_the_connection", "B14", "whoever opens the database ends all leases in it",
       Search::crash, "atomic", "leased/open", open_variant<LeasesEndWithTheConnection>},
      {"timeouts_by_id", "B40",
       "the timeout looks for overdue attempts first and then moves them, finished or not",
       Search::interleave, "linearizable", "leased/ack_completed+time_out",
       open_variant<TimeoutsById>},
      {"reap_begins_deferred", "B52",
       "two reaps read before either has the right to write, and wait for each other",
       Search::interleave, "available", "leased/reap+reap", open_variant<ReapBeginsDeferred>},
      {"reap_counts_what_it_saw", "B53", "two reaps at once both count the same attempt",
       Search::interleave, "linearizable", "leased/reap+reap", open_variant<ReapCountsWhatItSaw>},
      {"release_in_two", "B63",
       "an attempt loses its lease in one transaction, is queued in another", Search::crash,
       "atomic", "leased/release", open_variant<ReleaseInTwo>},
      {"failed_ack_is_ok", "B70", "an ack that could not be written is answered as if it were",
       Search::crash, "durable", "leased/ack_completed", open_variant<FailedAckIsOk>},
      {"enqueue_in_pieces", "B97", "an attempt is there before its timeout is", Search::crash,
       "truthful", "empty/enqueue", open_variant<EnqueueInPieces>},
      {"failed_enqueue_is_ok", "B99", "an attempt that could not be written is taken all the same",
       Search::crash, "durable", "empty/enqueue", open_variant<FailedEnqueueIsOk>},
      {"grants_again_after_restart", "B101", "after a restart every lease is granted once more",
       Search::crash, "atomic", "leased/open", open_variant<GrantsAgainAfterRestart>},
      {"heartbeat_adds_to_what_it_read", "B113",
       "the version is read in one transaction and raised in another", Search::interleave,
       "linearizable", "leased/heartbeat+heartbeat", open_variant<HeartbeatAddsToWhatItRead>}};
}

}  // namespace leasecheck::mutants
