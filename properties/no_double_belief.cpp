#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <variant>

#include "properties/registry.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"

namespace leasecheck::properties {
namespace {

/// What a worker was told about one lease.
struct Belief {
  model::Id attempt_id;
  model::Time expires_at = model::beginning_of_time;  ///< the largest that was acknowledged
  std::optional<model::Time> execution_deadline;
};

struct Worker {
  bool is_up = false;
  model::ClockError clock;
  std::map<model::Id, Belief> beliefs;  ///< by lease id
  std::set<model::Id> over;  ///< leases given up or refuted: a late answer revives none of them

  void end(const model::Id& lease_id) {
    beliefs.erase(lease_id);
    over.insert(lease_id);
  }
};

/// What an answer tells whom it reaches. `told_stale` refutes the lease, otherwise it is granted or
/// kept as `belief` says.
struct Answered {
  model::Id actor;
  model::Id lease_id;
  bool told_stale = false;
  Belief belief;
};

class NoDoubleBelief final : public Watcher {
 public:
  explicit NoDoubleBelief(const Deployment& deployment)
      : epoch_(deployment.epoch), is_promised_(deployment.skew_within_margin) {}

  Complaint after(const Operated& operated) override {
    forget_what_an_operator_took(operated);
    if (is_refused_with(operated, model::ErrorCode::stale_lease)) {
      remember_stale(operated);
    } else if (const auto* claim = accepted<model::UpsertLease>(operated)) {
      if (const auto* lease = answer<model::LeaseRecord>(operated)) {
        remember(operated, lease->lease_id,
                 {claim->attempt_id, lease->lease_expires_at, lease->execution_deadline});
      }
    } else if (const auto* heartbeat = accepted<model::HeartbeatLease>(operated)) {
      remember_heartbeat(operated, heartbeat->lease_id, heartbeat->lease_expires_at);
    } else if (const auto* versioned = accepted<model::HeartbeatLeaseWithVersion>(operated)) {
      const auto* lease = answer<model::LeaseRecord>(operated);
      remember_heartbeat(operated, versioned->lease_id,
                         lease ? lease->lease_expires_at : versioned->lease_expires_at);
    }
    return std::nullopt;
  }

  // A belief begins only when an answer arrives, or anew when a clock is set back; time alone can
  // only end one. So it is enough to look then.
  Complaint after(const Happened& happened) override {
    if (const auto* started = std::get_if<model::WorkerStarted>(&happened.event)) {
      workers_[started->worker] = {true, started->clock, {}, {}};
      std::erase_if(answered_,
                    [&](const auto& entry) { return entry.second.actor == started->worker; });
    } else if (const auto* stopped = std::get_if<model::WorkerStopped>(&happened.event)) {
      workers_[stopped->worker] = {};
    } else if (const auto* given_up = std::get_if<model::LeaseGivenUp>(&happened.event)) {
      workers_[given_up->worker].end(given_up->lease_id);
    } else if (const auto* lost = std::get_if<model::ReplyLost>(&happened.event)) {
      answered_.erase(lost->call);
    } else if (const auto* stepped = std::get_if<model::ClockStepped>(&happened.event)) {
      return set_clock(*stepped, happened.true_time);
    } else if (const auto* delivered = std::get_if<model::ReplyDelivered>(&happened.event)) {
      return deliver(*delivered, happened.true_time);
    }
    return std::nullopt;
  }

  bool is_promised() const override { return is_promised_; }

 private:
  // Rule 20: there only 19(a) and 19(c) are promised. After a prune another attempt has the id.
  void forget_what_an_operator_took(const Operated& operated) {
    for (const AttemptChange& change : operated.changes) {
      if (change.before && !change.after) forget_attempt(change.before->attempt_id);
    }
    if (accepted<model::Reset>(operated)) {
      answered_.clear();
      for (auto& [name, worker] : workers_) {
        worker.beliefs.clear();
        worker.over.clear();
      }
    } else if (const auto* cancel = accepted<model::CancelAttempt>(operated)) {
      forget_attempt(cancel->attempt_id);
    } else if (const auto* replay = accepted<model::ReplayDeadLetter>(operated)) {
      forget_attempt(replay->attempt_id);
    }
  }

  void forget_attempt(const model::Id& attempt_id) {
    std::erase_if(answered_,
                  [&](const auto& entry) { return entry.second.belief.attempt_id == attempt_id; });
    for (auto& [name, worker] : workers_) {
      std::erase_if(worker.beliefs,
                    [&](const auto& entry) { return entry.second.attempt_id == attempt_id; });
    }
  }

  void remember(const Operated& operated, const model::Id& lease_id, Belief belief) {
    answered_.emplace(operated.step,
                      Answered{model::Id(operated.actor), lease_id, false, std::move(belief)});
  }

  void remember_stale(const Operated& operated) {
    const auto shown = credentials(operated.action.operation);
    if (!shown) return;
    answered_.emplace(operated.step, Answered{model::Id(operated.actor), model::Id(shown->lease_id),
                                              true, Belief{}});
  }

  void remember_heartbeat(const Operated& operated, const model::Id& lease_id, model::Time expiry) {
    const model::LeaseRecord* lease = find_lease(operated.before, lease_id);
    if (lease == nullptr) return;  // accepted for no lease: the business of holder_only
    remember(operated, lease_id, {lease->attempt_id, expiry, lease->execution_deadline});
  }

  Complaint deliver(const model::ReplyDelivered& delivered, model::Time now) {
    Complaint complaint;
    while (auto node = answered_.extract(delivered.call)) {
      if (!complaint) complaint = take_in(delivered.worker, node.mapped(), now);
    }
    return complaint;
  }

  Complaint take_in(const model::Id& name, const Answered& told, model::Time now) {
    Worker& worker = workers_[name];
    if (!worker.is_up) return std::nullopt;
    if (told.told_stale) worker.end(told.lease_id);
    if (worker.over.contains(told.lease_id)) return std::nullopt;
    Belief& belief = worker.beliefs[told.lease_id];
    belief.attempt_id = told.belief.attempt_id;
    belief.expires_at = std::max(belief.expires_at, told.belief.expires_at);
    belief.execution_deadline = told.belief.execution_deadline;
    if (!believes(worker, belief, now)) return std::nullopt;
    return judge_rivals(name, told.lease_id, belief, now);
  }

  Complaint set_clock(const model::ClockStepped& stepped, model::Time now) {
    Worker& worker = workers_[stepped.worker];
    worker.clock = stepped.clock;
    for (const auto& [lease_id, belief] : worker.beliefs) {
      if (!worker.is_up || !believes(worker, belief, now)) continue;
      if (Complaint complaint = judge_rivals(stepped.worker, lease_id, belief, now)) {
        return complaint;
      }
    }
    return std::nullopt;
  }

  bool believes(const Worker& worker, const Belief& belief, model::Time now) const {
    const model::Time shown = model::shown_by(worker.clock, now, epoch_);
    return shown < belief.expires_at &&
           (!belief.execution_deadline || shown < *belief.execution_deadline);
  }

  /// A rival whom nothing but its own clock keeps from believing shows that the rule was put to the
  /// test.
  Complaint judge_rivals(const model::Id& name, const model::Id& lease_id, const Belief& belief,
                         model::Time now) {
    bool is_hand_over = false;
    Complaint complaint;
    for (const auto& [rival_name, rival] : workers_) {
      if (rival_name == name) continue;
      for (const auto& [rival_lease, held] : rival.beliefs) {
        if (held.attempt_id != belief.attempt_id) continue;
        is_hand_over = true;
        if (complaint || !is_promised_ || !believes(rival, held, now)) continue;
        complaint = fmt::format(
            "at {} {} came to believe that it holds {} by {}, while {} believes so by {}: its "
            "clock "
            "shows {} and it was acknowledged until {}",
            ms(now), name, belief.attempt_id, lease_id, rival_name, rival_lease,
            ms(model::shown_by(rival.clock, now, epoch_)), ms(held.expires_at));
      }
    }
    if (is_hand_over) reach_premise();
    return complaint;
  }

  model::Time epoch_;
  bool is_promised_;
  std::map<model::Id, Worker> workers_;
  /// By call, until the answer arrives or is lost; of a call on several attempts, one for each.
  std::multimap<std::uint64_t, Answered> answered_;
};

}  // namespace

constinit const Property no_double_belief{
    .name = "no_double_belief",
    .rules = "19b, 18, 20",
    .claim = "Never do two workers believe at the same time that they hold the same attempt.",
    .premise =
        "A worker came to hold an attempt while only its own clock kept an earlier holder "
        "from believing that it still does.",
    .watch = make_watcher<NoDoubleBelief>};

}  // namespace leasecheck::properties
