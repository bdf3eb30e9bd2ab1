#include <fmt/format.h>

#include <array>

#include "properties/registry.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"

namespace leasecheck::properties {
namespace {

class ExpiryNeverLowered final : public Watcher {
 public:
  using Watcher::after;

  Complaint after(const Operated& operated) override {
    note_lower_requests(operated);
    for (const AttemptChange& change : operated.changes) {
      if (!change.lease_before || !change.lease_after || lost_lease(change)) continue;
      if (Complaint complaint = judge(*change.lease_before, *change.lease_after)) return complaint;
    }
    return std::nullopt;
  }

 private:
  void note_lower_requests(const Operated& operated) {
    std::visit(
        [&](const auto& op) {
          if constexpr (requires { op.heartbeat_at; }) {
            const model::LeaseRecord* lease = find_lease(operated.before, op.lease_id);
            const bool is_lower = lease && (op.lease_expires_at < lease->lease_expires_at ||
                                            op.heartbeat_at < lease->heartbeat_at);
            if (operated.outcome && is_lower) reach_premise();
          }
        },
        operated.action.operation);
  }

  static Complaint judge(const model::LeaseRecord& before, const model::LeaseRecord& after) {
    if (after.lease_expires_at < before.lease_expires_at) {
      return fmt::format("the expiry of lease {} of {} fell from {} to {}", before.lease_id,
                         before.attempt_id, ms(before.lease_expires_at),
                         ms(after.lease_expires_at));
    }
    if (after.heartbeat_at < before.heartbeat_at) {
      return fmt::format("heartbeat_at of lease {} of {} fell from {} to {}", before.lease_id,
                         before.attempt_id, ms(before.heartbeat_at), ms(after.heartbeat_at));
    }
    return std::nullopt;
  }
};

constexpr std::array<std::string_view, 2> about{"lease.lease_expires_at", "lease.heartbeat_at"};

}  // namespace

constinit const Property expiry_never_lowered{
    .name = "expiry_never_lowered",
    .rules = "4, 22",
    .claim = "As long as a lease stands, its expiry and heartbeat_at never fall.",
    .premise =
        "A heartbeat was accepted that asked for an earlier expiry or heartbeat_at than the "
        "lease had.",
    .watch = make_watcher<ExpiryNeverLowered>,
    .about = about};

}  // namespace leasecheck::properties
