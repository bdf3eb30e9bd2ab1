#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "properties/registry.hpp"
#include "properties/support/beliefs.hpp"
#include "properties/support/observation.hpp"

namespace leasecheck::properties {
namespace {

// What an effect is judged by is the time at which it was written, by the clock of its worker: on
// its way to the resource the belief may end. A clock that is set back shows a time again; what
// cannot be told apart by it is not complained about.
class NoWorkWithoutBelief final : public Watcher {
 public:
  explicit NoWorkWithoutBelief(const Deployment& deployment) : beliefs_(deployment.epoch) {}

  Complaint after(const Operated& operated) override {
    if (accepted<model::Reset>(operated)) beliefs_.forget_all();
    beliefs_.after(operated);
    return std::nullopt;
  }

  Complaint after(const Happened& happened) override {
    static_cast<void>(beliefs_.after(happened));
    const auto* effect = std::get_if<model::EffectWritten>(&happened.event);
    if (effect == nullptr || !effect->believed_at) return std::nullopt;
    const Beliefs::OfWorker& told = beliefs_.of(effect->worker);
    const auto found = std::ranges::find_if(told, [&](const auto& entry) {
      return entry.second.attempt_id == effect->attempt_id && entry.second.grant == effect->grant;
    });
    // It was written before the worker last started.
    if (found == told.end()) return std::nullopt;
    if (!beliefs_.believes(effect->worker, found->second, happened.true_time)) reach_premise();
    return judge(*effect, found->first, found->second);
  }

 private:
  static Complaint judge(const model::EffectWritten& effect, const model::Id& lease_id,
                         const Belief& belief) {
    const model::Time written = *effect.believed_at;
    const auto complain = [&](std::string_view why, model::Time when) {
      return fmt::format("{} worked on {} by {} when its clock showed {}, but {} {}", effect.worker,
                         effect.attempt_id, lease_id, ms(written), why, ms(when));
    };
    if (belief.over_at && written > *belief.over_at) {
      return complain("it had given that up, or was told that it is stale, by", *belief.over_at);
    }
    if (written >= belief.expires_at) {
      return complain("it was answered no expiry after", belief.expires_at);
    }
    if (belief.execution_deadline && written >= *belief.execution_deadline) {
      return complain("its execution was to end by", *belief.execution_deadline);
    }
    return std::nullopt;
  }

  Beliefs beliefs_;
};

}  // namespace

constinit const Property no_work_without_belief{
    .name = "no_work_without_belief",
    .rules = "18",
    .claim = "A worker works on an attempt only while it believes that it holds it.",
    .premise =
        "An effect arrived when its worker believed no longer; it did when it wrote the effect.",
    .watch = make_watcher<NoWorkWithoutBelief>,
    .needs_rows = false};

}  // namespace leasecheck::properties
