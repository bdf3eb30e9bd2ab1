#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "properties/registry.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"
#include "properties/support/words.hpp"

namespace leasecheck::properties {
namespace {

class NoDoubleLeaseRows final : public Watcher {
 public:
  using Watcher::after;

  Complaint after(const Operated& operated) override {
    if (const auto* claim = std::get_if<model::UpsertLease>(&operated.action.operation)) {
      if (Complaint complaint = judge_claim(*claim, operated)) return complaint;
    }
    if (!operated.changed) return std::nullopt;
    if (Complaint complaint = two_rows(operated.after)) return complaint;
    for (const AttemptChange& change : operated.changes) {
      if (Complaint complaint = judge_status(change)) return complaint;
      if (Complaint complaint = judge_identity(change, operated)) return complaint;
    }
    return std::nullopt;
  }

 private:
  // A backend that keeps one row per attempt cannot show two: it shows a row that was replaced.
  Complaint judge_claim(const model::UpsertLease& claim, const Operated& operated) {
    const model::LeaseRecord* held = find_lease_of_attempt(operated.before, claim.attempt_id);
    if (held == nullptr) return std::nullopt;
    reach_premise();
    if (!operated.outcome) return std::nullopt;
    return fmt::format("{} claimed {} although {} still stood, held by {}", claim.worker_id,
                       claim.attempt_id, held->lease_id, held->worker_id);
  }

  static Complaint two_rows(const model::Snapshot& snapshot) {
    const auto first =
        std::ranges::adjacent_find(snapshot.leases, {}, &model::LeaseRecord::attempt_id);
    if (first == snapshot.leases.end()) return std::nullopt;
    return fmt::format("{} has two lease rows, {} and {}", first->attempt_id, first->lease_id,
                       std::next(first)->lease_id);
  }

  static Complaint judge_status(const AttemptChange& change) {
    const bool has_row = change.lease_after != nullptr;
    if (change.after == nullptr) {
      if (!has_row) return std::nullopt;
      return fmt::format("lease {} is of {}, which does not exist", change.lease_after->lease_id,
                         change.lease_after->attempt_id);
    }
    if (model::holds_lease(change.after->status) == has_row) return std::nullopt;
    return fmt::format("{} is {} and has {} lease row", change.after->attempt_id,
                       word(change.after->status), has_row ? "a" : "no");
  }

  Complaint judge_identity(const AttemptChange& change, const Operated& operated) {
    if (change.lease_after == nullptr) return std::nullopt;
    const model::LeaseRecord& lease = *change.lease_after;
    if (gained_lease(change)) {
      const auto [earlier, is_new] =
          attempt_of_lease_.try_emplace(lease.lease_id, lease.attempt_id);
      if (is_new) return std::nullopt;
      if (accepted<model::UpsertLease>(operated)) {
        return fmt::format("a claim of {} was granted as {}, the id of an earlier lease of {}",
                           lease.attempt_id, lease.lease_id, earlier->second);
      }
      return fmt::format("{} made {} stand again, a lease of {} that had ended",
                         words_of(operated.action.operation), lease.lease_id, earlier->second);
    }
    if (lease.worker_id == change.lease_before->worker_id) return std::nullopt;
    return fmt::format("lease {} of {} passed from {} to {} without a claim", lease.lease_id,
                       lease.attempt_id, change.lease_before->worker_id, lease.worker_id);
  }

  std::map<model::Id, model::Id> attempt_of_lease_;  ///< all that ever were, over resets too
};

constexpr std::array<std::string_view, 1> about{"attempt.status"};

}  // namespace

constinit const Property no_double_lease_rows{
    .name = "no_double_lease_rows",
    .rules = "19a, 1, 3",
    .claim =
        "An attempt has one lease row exactly while it is leased or running, never two, and no "
        "lease id is used twice.",
    .premise = "An attempt that had a lease was claimed again.",
    .watch = make_watcher<NoDoubleLeaseRows>,
    .about = about};

}  // namespace leasecheck::properties
