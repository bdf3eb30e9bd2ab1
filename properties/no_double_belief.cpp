#include <fmt/format.h>

#include <utility>

#include "properties/registry.hpp"
#include "properties/support/beliefs.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"

namespace leasecheck::properties {
namespace {

class NoDoubleBelief final : public Watcher {
 public:
  explicit NoDoubleBelief(const Deployment& deployment)
      : beliefs_(deployment.epoch), is_promised_(deployment.skew_within_margin) {}

  Complaint after(const Operated& operated) override {
    forget_what_an_operator_took(operated);
    beliefs_.after(operated);
    return std::nullopt;
  }

  // A belief begins only when an answer arrives, or anew when a clock is set back; time alone can
  // only end one. So it is enough to look then.
  Complaint after(const Happened& happened) override {
    const Beliefs::News news = beliefs_.after(happened);
    Complaint complaint;
    for (const model::Id& lease_id : news.leases) {
      Complaint found = judge(news.worker, lease_id, happened.true_time);
      if (!complaint) complaint = std::move(found);
    }
    return complaint;
  }

  bool is_promised() const override { return is_promised_; }

 private:
  // Rule 20: there only 19(a) and 19(c) are promised. After a prune another attempt has the id.
  void forget_what_an_operator_took(const Operated& operated) {
    for (const AttemptChange& change : operated.changes) {
      if (change.before && !change.after) beliefs_.forget_attempt(change.before->attempt_id);
    }
    if (accepted<model::Reset>(operated)) {
      beliefs_.forget_all();
    } else if (const auto* cancel = accepted<model::CancelAttempt>(operated)) {
      beliefs_.forget_attempt(cancel->attempt_id);
    } else if (const auto* replay = accepted<model::ReplayDeadLetter>(operated)) {
      beliefs_.forget_attempt(replay->attempt_id);
    }
  }

  Complaint judge(const model::Id& name, const model::Id& lease_id, model::Time now) {
    const Belief& belief = beliefs_.of(name).at(lease_id);
    if (!beliefs_.believes(name, belief, now)) return std::nullopt;
    return judge_rivals(name, lease_id, belief, now);
  }

  /// A rival whom nothing but its own clock keeps from believing shows that the rule was put to the
  /// test.
  Complaint judge_rivals(const model::Id& name, const model::Id& lease_id, const Belief& belief,
                         model::Time now) {
    bool is_hand_over = false;
    Complaint complaint;
    beliefs_.for_each_worker([&](const model::Id& rival, const Beliefs::OfWorker& all) {
      if (rival == name) return;
      for (const auto& [rival_lease, held] : all) {
        if (held.attempt_id != belief.attempt_id || held.over_at) continue;
        is_hand_over = true;
        if (complaint || !is_promised_ || !beliefs_.believes(rival, held, now)) continue;
        complaint = fmt::format(
            "at {} {} came to believe that it holds {} by {}, while {} believes so by {}: its "
            "clock "
            "shows {} and it was acknowledged until {}",
            ms(now), name, belief.attempt_id, lease_id, rival, rival_lease,
            ms(beliefs_.clock_of(rival, now)), ms(held.expires_at));
      }
    });
    if (is_hand_over) reach_premise();
    return complaint;
  }

  Beliefs beliefs_;
  bool is_promised_;
};

}  // namespace

constinit const Property no_double_belief{
    .name = "no_double_belief",
    .rules = "19b, 18, 20",
    .claim = "Never do two workers believe at the same time that they hold the same attempt.",
    .premise =
        "A worker came to hold an attempt while only its own clock kept an earlier holder "
        "from believing that it still does.",
    .watch = make_watcher<NoDoubleBelief>,
    .needs_rows = false};

}  // namespace leasecheck::properties
