#include <fmt/format.h>

#include <array>

#include "properties/registry.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"

namespace leasecheck::properties {
namespace {

class RequeueAfterGrace final : public Watcher {
 public:
  using Watcher::after;

  explicit RequeueAfterGrace(const Deployment& deployment) : grace_(deployment.grace) {}

  Complaint after(const Operated& operated) override {
    const auto* reap = std::get_if<model::ExpireLeasesAndRequeue>(&operated.action.operation);
    if (reap == nullptr) return std::nullopt;
    for (const AttemptChange& change : operated.changes) {
      if (Complaint complaint = judge(change, *reap, operated)) return complaint;
    }
    return operated.outcome ? judge_left_behind(*reap, operated.after) : std::nullopt;
  }

 private:
  Complaint judge(const AttemptChange& change, const model::ExpireLeasesAndRequeue& reap,
                  const Operated& operated) {
    if (!operated.outcome || !lost_lease(change)) {
      return fmt::format("{} changed {} without taking a lease from it",
                         operated.outcome ? "a reap" : "a refused reap", attempt_id_of(change));
    }
    reach_premise();
    const model::LeaseRecord& lease = *change.lease_before;
    if (lease.lease_expires_at >= reap.stale_before) {
      return fmt::format(
          "a reap of what expired before {} took lease {} of {}, which expires at {}",
          ms(reap.stale_before), lease.lease_id, lease.attempt_id, ms(lease.lease_expires_at));
    }
    if (model::saturating_add(lease.lease_expires_at, grace_) < operated.actor_clock) {
      return std::nullopt;
    }
    return fmt::format(
        "{} took lease {} of {} inside its grace window: it expired at {}, the grace is {} ms, and "
        "the clock of {} shows {}",
        operated.actor, lease.lease_id, lease.attempt_id, ms(lease.lease_expires_at),
        grace_.count(), operated.actor, ms(operated.actor_clock));
  }

  static Complaint judge_left_behind(const model::ExpireLeasesAndRequeue& reap,
                                     const model::Snapshot& after) {
    for (const model::LeaseRecord& lease : after.leases) {
      if (lease.lease_expires_at >= reap.stale_before) continue;
      return fmt::format(
          "a reap of what expired before {} left lease {} of {}, which expired at {}",
          ms(reap.stale_before), lease.lease_id, lease.attempt_id, ms(lease.lease_expires_at));
    }
    return std::nullopt;
  }

  model::Duration grace_;
};

constexpr std::array<std::string_view, 2> about{"attempt.status", "lease.lease_expires_at"};

}  // namespace

constinit const Property requeue_after_grace{
    .name = "requeue_after_grace",
    .rules = "21, 5",
    .claim =
        "A reap takes exactly the leases that expired before stale_before, and each of them "
        "more than the grace window ago by the reaper's clock.",
    .premise = "A reap took a lease.",
    .watch = make_watcher<RequeueAfterGrace>,
    .about = about};

}  // namespace leasecheck::properties
