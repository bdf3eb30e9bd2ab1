#include <fmt/format.h>

#include <array>

#include "properties/registry.hpp"
#include "properties/support/accepted_specs.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"

namespace leasecheck::properties {
namespace {

using model::Status;

class Timeouts final : public Watcher {
 public:
  using Watcher::after;

  Complaint after(const Operated& operated) override {
    specs_.observe(operated);
    if (const auto* claim = accepted<model::UpsertLease>(operated)) {
      return judge_grant(*claim, operated);
    }
    const auto* tick = std::get_if<model::TransitionTimedOutAttempts>(&operated.action.operation);
    if (tick == nullptr) return std::nullopt;
    for (const AttemptChange& change : operated.changes) {
      if (Complaint complaint = judge(change, *tick, operated)) return complaint;
    }
    return operated.outcome ? judge_left_behind(*tick, operated.after) : std::nullopt;
  }

 private:
  /// Rule 7 counts from the grant, so a wrong start is a wrong timeout to come.
  Complaint judge_grant(const model::UpsertLease& claim, const Operated& operated) const {
    const model::Time now = operated.action.now;
    const model::AttemptRecord* attempt = find_attempt(operated.after, claim.attempt_id);
    if (attempt != nullptr && attempt->started_at && *attempt->started_at != now) {
      return fmt::format("{} was claimed at {} and says that it started at {}", claim.attempt_id,
                         ms(now), ms(*attempt->started_at));
    }
    const auto* lease = answer<model::LeaseRecord>(operated);
    const auto deadline = attempt ? deadline_of(*attempt) : std::nullopt;
    if (lease == nullptr || lease->execution_deadline == deadline) return std::nullopt;
    return fmt::format("{} was claimed at {} with execution deadline {} instead of {}",
                       claim.attempt_id, ms(now), text(lease->execution_deadline), text(deadline));
  }

  static std::string text(const std::optional<model::Time>& time) {
    return time ? ms(*time) : "none";
  }

  std::optional<model::Time> deadline_of(const model::AttemptRecord& attempt) const {
    const model::AttemptSpec* spec = specs_.spec_of(attempt.attempt_id);
    if (!spec || !spec->timeout || !attempt.started_at) return std::nullopt;
    return model::saturating_add(*attempt.started_at, *spec->timeout);
  }

  bool is_due(const model::AttemptRecord& attempt, model::Time at) const {
    if (!model::holds_lease(attempt.status)) return false;
    const auto deadline = deadline_of(attempt);
    return deadline && *deadline <= at;
  }

  Status target(const model::AttemptRecord& attempt) const {
    switch (specs_.spec_of(attempt.attempt_id)->on_timeout) {
      case model::OnTimeout::retry:
        return specs_.has_retries_left(attempt) ? Status::retry_backoff : Status::failed;
      case model::OnTimeout::fail:
        return Status::failed;
      case model::OnTimeout::cancel:
        return Status::cancelled;
    }
    return attempt.status;
  }

  Complaint judge(const AttemptChange& change, const model::TransitionTimedOutAttempts& tick,
                  const Operated& operated) {
    if (!operated.outcome || !change.before || !is_due(*change.before, tick.at)) {
      const auto deadline = change.before ? deadline_of(*change.before) : std::nullopt;
      return fmt::format("{} at {} changed {}, {}",
                         operated.outcome ? "a timeout tick" : "a refused timeout tick",
                         ms(tick.at), attempt_id_of(change),
                         deadline ? "whose deadline is " + ms(*deadline) : "which has no deadline");
    }
    reach_premise();
    const Status due = target(*change.before);
    if (change.after && change.after->status == due) return std::nullopt;
    return fmt::format("a timeout tick at {} moved {} (attempt number {}) to {} instead of {}",
                       ms(tick.at), change.before->attempt_id, change.before->attempt_no,
                       change.after ? word(change.after->status) : "nowhere", word(due));
  }

  Complaint judge_left_behind(const model::TransitionTimedOutAttempts& tick,
                              const model::Snapshot& after) const {
    for (const model::AttemptRecord& attempt : after.attempts) {
      if (!is_due(attempt, tick.at)) continue;
      return fmt::format("a timeout tick at {} left {} {}, whose deadline was {}", ms(tick.at),
                         attempt.attempt_id, word(attempt.status), text(deadline_of(attempt)));
    }
    return std::nullopt;
  }

  AcceptedSpecs specs_;
};

constexpr std::array<std::string_view, 3> about{"attempt.status", "attempt.started_at",
                                                "lease.execution_deadline"};

}  // namespace

constinit const Property timeouts{
    .name = "timeouts",
    .rules = "7",
    .claim =
        "A timeout tick ends exactly the leased and running attempts whose time since the "
        "grant is up, each as its on_timeout says.",
    .premise = "A timeout tick ended an attempt.",
    .watch = make_watcher<Timeouts>,
    .about = about};

}  // namespace leasecheck::properties
