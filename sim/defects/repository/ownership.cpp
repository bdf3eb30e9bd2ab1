// Rules 3, 4, 12 and 16: for whom a call speaks, and what it may touch.

#include <algorithm>

#include "sim/defects/repository/remembering.hpp"

namespace leasecheck::mutants {
namespace {

bool is_not_dispatchable(const Result<LeaseRecord>& claimed) {
  return !claimed && claimed.error().code == ErrorCode::not_dispatchable;
}

struct TakesANeighbour final : Base {
  using Base::Base;
  void grant(Attempt& attempt, Lease granted) override {
    const Lease given = granted;
    Base::grant(attempt, std::move(granted));
    for (Attempt* neighbour : store().dispatchable(given.heartbeat_at, 2)) {
      if (neighbour == &attempt) continue;
      Base::grant(*neighbour,
                  {ids().next_lease_id(), given.worker_id, given.expires_at, given.heartbeat_at});
      store().save(*neighbour);
      return;
    }
  }
};

struct LoserToldItWon final : Base {
  using Base::Base;
  Result<LeaseRecord> upsert_lease(const AttemptId& attempt_id, const WorkerId& worker_id,
                                   Time lease_expires_at) override {
    Result<LeaseRecord> claimed = Base::upsert_lease(attempt_id, worker_id, lease_expires_at);
    const Attempt* attempt = store().find(attempt_id);
    const bool is_lost = is_not_dispatchable(claimed) && attempt->lease;
    return is_lost ? lease_record(*attempt) : std::move(claimed);
  }
};

struct TakeoverStaysQueued final : Base {
  using Base::Base;
  void grant(Attempt& attempt, Lease granted) override {
    const bool is_takeover = attempt.delivery_count > 0;
    Base::grant(attempt, std::move(granted));
    if (is_takeover) attempt.status = Status::queued;
  }
};

struct AnyLeaseOfTheWorker final : Remembering {
  using Remembering::Remembering;
  Attempt* find_held(const Holder& holder) override {
    Attempt* attempt = find_ever_leased(holder.lease_id);
    const bool is_held =
        attempt != nullptr && attempt->lease && attempt->lease->worker_id == holder.worker_id;
    return is_held ? attempt : nullptr;
  }
};

struct RefusedClaimRestartsTheClock final : Base {
  using Base::Base;
  Result<LeaseRecord> upsert_lease(const AttemptId& attempt_id, const WorkerId& worker_id,
                                   Time lease_expires_at) override {
    Result<LeaseRecord> claimed = Base::upsert_lease(attempt_id, worker_id, lease_expires_at);
    Attempt* attempt = store().find(attempt_id);
    if (is_not_dispatchable(claimed) && attempt->lease) {
      attempt->lease->expires_at = std::max(attempt->lease->expires_at, lease_expires_at);
      store().save(*attempt);
    }
    return claimed;
  }
};

struct LateHeartbeatRevives final : Base {
  using Base::Base;
  Result<void> heartbeat_lease(const LeaseId& lease_id, Time heartbeat_at,
                               Time lease_expires_at) override {
    Attempt* attempt = store().find_by_lease(lease_id);
    if (attempt != nullptr && attempt->status == Status::completed) {
      const WorkerId worker_id = attempt->last_ack->worker_id;
      grant(*attempt, {lease_id, worker_id, lease_expires_at, heartbeat_at});
      store().save(*attempt);
      return {};
    }
    return Base::heartbeat_lease(lease_id, heartbeat_at, lease_expires_at);
  }
};

struct HeartbeatNotStored final : Base {
  using Base::Base;
  void refresh(Attempt& attempt, Time, Time) override { attempt.version += 1; }
};

struct ReleaseOfAnOldTerm final : Remembering {
  using Remembering::Remembering;
  Result<void> release_lease(const Holder& holder, Time now) override {
    const Attempt* attempt = find_ever_leased(holder.lease_id);
    Holder taken = holder;
    if (attempt != nullptr && attempt->lease && attempt->lease->worker_id == holder.worker_id) {
      taken.lease_id = attempt->lease->lease_id;
    }
    return Base::release_lease(taken, now);
  }
};

struct LateReleaseCountsAgain final : Remembering {
  using Remembering::Remembering;
  Result<void> release_lease(const Holder& holder, Time now) override {
    Result<void> released = Base::release_lease(holder, now);
    Attempt* attempt = released ? nullptr : find_ever_leased(holder.lease_id);
    if (attempt == nullptr || attempt->status != Status::queued) return released;
    attempt->delivery_count -= 1;
    store().save(*attempt);
    return {};
  }
};

struct RunningIsNotBusy final : Base {
  using Base::Base;
  bool may_claim(const Attempt& attempt, Time now) override {
    return attempt.status == Status::running || Base::may_claim(attempt, now);
  }
};

struct CancelledReadAsQueued final : Base {
  using Base::Base;
  bool may_claim(const Attempt& attempt, Time now) override {
    return attempt.status == Status::cancelled || Base::may_claim(attempt, now);
  }
};

struct StarIsEverybody final : Base {
  using Base::Base;
  Result<void> cancel_attempt(const AttemptId& attempt_id, Time now) override {
    Result<void> cancelled = Base::cancel_attempt(attempt_id, now);
    if (!cancelled || attempt_id.str() != "*") return cancelled;
    for (const auto& other : store().snapshot().attempts) {
      if (!is_terminal(other.status)) cancelled = Base::cancel_attempt(other.attempt_id, now);
    }
    return cancelled;
  }
};

}  // namespace

std::vector<Mutant> ownership_mutants() {
  return {
      {"claim_takes_a_neighbour", "B02",
       "a claim leases the next attempt as well and returns it to nobody", "holder_only",
       "oban-bg/oban 39909215", make<TakesANeighbour>},
      {"loser_told_it_won", "B03", "a claim of a leased attempt answers the lease that is there",
       "no_double_lease_rows", "rails/solid_queue 4a8aa65", make<LoserToldItWon>},
      {"takeover_stays_queued", "B12",
       "a second lease of an attempt leaves the mark that it is free", "no_double_lease_rows",
       "awslabs/dynamodb-lock-client 56fc9a1", make<TakeoverStaysQueued>},
      {"any_lease_of_the_worker", "B13",
       "a worker's old lease counts as its present one of the same attempt", "holder_only",
       "apache/curator 1027c2cd", make<AnyLeaseOfTheWorker>},
      {"refused_claim_restarts_the_clock", "B32",
       "a claim that is refused puts off the expiry of the lease that is there", "never_early",
       "awslabs/dynamodb-lock-client 4d31892", make<RefusedClaimRestartsTheClock>},
      {"late_heartbeat_revives", "B34",
       "a heartbeat after the ack makes the lease of a completed attempt anew",
       "no_double_lease_rows", "taskforcesh/bullmq a8b9d76496", make<LateHeartbeatRevives>},
      {"heartbeat_not_stored", "B36", "a heartbeat is accepted and its times are not written",
       "conforms_to_model", "hatchet-dev/hatchet #4784", make<HeartbeatNotStored>},
      {"late_release_counts_again", "B51",
       "a release by a lease that is over is accepted and counted once more", "holder_only",
       "rails/solid_queue 4f263b2", make<LateReleaseCountsAgain>},
      {"release_of_an_old_term", "B73",
       "a delayed release by a worker's old lease ends its present one", "holder_only",
       "riverqueue/river e3fc3c2", make<ReleaseOfAnOldTerm>},
      {"running_is_not_busy", "B74", "a claim takes an attempt that is being worked on",
       "no_double_lease_rows", "procrastinate 270bc651", make<RunningIsNotBusy>},
      {"star_is_everybody", "B95", "an attempt called * is taken for the wildcard of that name",
       "holder_only", "triggerdotdev/trigger.dev a55f7cdf4d", make<StarIsEverybody>},
      {"cancelled_read_as_queued", "B106", "a status that a query does not know is read as queued",
       "terminal_is_final", "Oris (finding O-41)", make<CancelledReadAsQueued>}};
}

}  // namespace leasecheck::mutants
