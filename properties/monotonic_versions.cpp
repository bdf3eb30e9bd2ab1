#include <fmt/format.h>

#include <array>

#include "properties/registry.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"
#include "properties/support/words.hpp"

namespace leasecheck::properties {
namespace {

class MonotonicVersions final : public Watcher {
 public:
  using Watcher::after;

  Complaint after(const Operated& operated) override {
    if (moves_a_version(operated)) {
      if (Complaint complaint = judge_move(operated)) return complaint;
    }
    for (const AttemptChange& change : operated.changes) {
      if (Complaint complaint = judge(change, operated)) return complaint;
    }
    return judge_floor(operated);
  }

 private:
  /// Rule 28: no version that a pruned attempt had comes back.
  static Complaint judge_floor(const Operated& operated) {
    if (accepted<model::Reset>(operated)) return std::nullopt;
    const std::uint64_t floor = operated.after.version_floor;
    if (floor < operated.before.version_floor) {
      return fmt::format("{} lowered the version floor from {} to {}",
                         words_of(operated.action.operation), operated.before.version_floor, floor);
    }
    for (const AttemptChange& change : operated.changes) {
      if (change.after || !change.before || change.before->version <= floor) continue;
      return fmt::format("{} was pruned at version {}, and new attempts begin at {}",
                         change.before->attempt_id, change.before->version, floor);
    }
    return std::nullopt;
  }

  static bool moves_a_version(const Operated& operated) {
    return accepted<model::UpsertLease>(operated) || accepted<model::HeartbeatLease>(operated) ||
           accepted<model::HeartbeatLeaseWithVersion>(operated);
  }

  Complaint judge_move(const Operated& operated) {
    const model::Id* attempt_id = attempt_of(operated);
    if (attempt_id == nullptr) return std::nullopt;  // holder_only's
    const model::AttemptRecord* before = find_attempt(operated.before, *attempt_id);
    const model::AttemptRecord* after = find_attempt(operated.after, *attempt_id);
    if (before == nullptr || after == nullptr)
      return std::nullopt;  // never_early's, nothing_lost's
    if (accepted<model::UpsertLease>(operated) && before->version > 0) reach_premise();
    const std::string_view name = words_of(operated.action.operation);
    if (after->version != before->version + 1) {
      return wrong_count(name, fmt::format("the version of {}", *attempt_id), before->version,
                         after->version, before->version + 1);
    }
    const auto* answered = answer<model::LeaseRecord>(operated);
    if (answered != nullptr && answered->version != after->version) {
      return fmt::format("{} answered version {} for {}, which is at {}", name, answered->version,
                         *attempt_id, after->version);
    }
    return std::nullopt;
  }

  static Complaint judge(const AttemptChange& change, const Operated& operated) {
    if (change.after == nullptr) return std::nullopt;  // judge_floor's, nothing_lost's
    const model::Id& attempt_id = change.after->attempt_id;
    if (change.lease_after && change.lease_after->version != change.after->version) {
      return fmt::format("lease {} of {} has version {}, the attempt has {}",
                         change.lease_after->lease_id, attempt_id, change.lease_after->version,
                         change.after->version);
    }
    const std::uint64_t from =
        change.before ? change.before->version : operated.before.version_floor;
    if (change.after->version == from) return std::nullopt;
    const model::Id* moved = moves_a_version(operated) ? attempt_of(operated) : nullptr;
    if (change.before && moved && *moved == attempt_id) return std::nullopt;  // judged as a move
    return fmt::format(
        "{} took the version of {} from {} to {}; only a claim and an accepted "
        "heartbeat of that attempt move it",
        words_of(operated.action.operation), attempt_id, from, change.after->version);
  }
};

constexpr std::array<std::string_view, 2> about{"attempt.version", "lease.version"};

}  // namespace

constinit const Property monotonic_versions{
    .name = "monotonic_versions",
    .rules = "16, 22, 28",
    .claim =
        "The version of an attempt begins at the highest one that was ever pruned, 0 at first, "
        "and moves by exactly 1 with each claim and each accepted heartbeat, and by nothing else.",
    .premise = "An attempt that had been claimed before was claimed again.",
    .watch = make_watcher<MonotonicVersions>,
    .about = about};

}  // namespace leasecheck::properties
