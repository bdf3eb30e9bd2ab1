#include <fmt/format.h>

#include <array>

#include "leasecheck/spec/step.hpp"
#include "properties/registry.hpp"
#include "properties/support/accepted_specs.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"

namespace leasecheck::properties {
namespace {

class NeverEarly final : public Watcher {
 public:
  using Watcher::after;

  Complaint after(const Operated& operated) override {
    specs_.observe(operated);
    if (const auto* claim = std::get_if<model::UpsertLease>(&operated.action.operation)) {
      return judge_claim(*claim, operated);
    }
    for (const AttemptChange& change : operated.changes) {
      if (Complaint complaint = judge_backoff(change, operated)) return complaint;
    }
    return std::nullopt;
  }

 private:
  Complaint judge_claim(const model::UpsertLease& claim, const Operated& operated) {
    const model::AttemptRecord* attempt = find_attempt(operated.before, claim.attempt_id);
    if (attempt != nullptr && waits(*attempt)) reach_premise();
    if (!operated.outcome) {
      if (operated.changes.empty()) return std::nullopt;
      return fmt::format("a claim of {} was refused and yet changed {}", claim.attempt_id,
                         attempt_id_of(operated.changes.front()));
    }
    const model::Time now = operated.action.now;
    if (attempt == nullptr) return fmt::format("unknown {} was claimed", claim.attempt_id);
    if (!specs_.is_dispatchable(*attempt, now)) return not_due(*attempt, now);
    if (claim.lease_expires_at <= now) {
      return fmt::format("{} was claimed at {} with a lease that expires at {}", claim.attempt_id,
                         ms(now), ms(claim.lease_expires_at));
    }
    return std::nullopt;
  }

  bool waits(const model::AttemptRecord& attempt) const {
    if (attempt.status == model::Status::retry_backoff) return true;
    const model::AttemptSpec* spec = specs_.spec_of(attempt.attempt_id);
    return attempt.status == model::Status::queued && spec && spec->not_before;
  }

  std::string not_due(const model::AttemptRecord& attempt, model::Time now) const {
    const model::AttemptSpec* spec = specs_.spec_of(attempt.attempt_id);
    if (attempt.retry_at) {
      return fmt::format("{} was claimed at {}, before its retry at {}", attempt.attempt_id,
                         ms(now), ms(*attempt.retry_at));
    }
    if (attempt.status == model::Status::queued && spec && spec->not_before) {
      return fmt::format("{} was claimed at {}, not to be before {}", attempt.attempt_id, ms(now),
                         ms(*spec->not_before));
    }
    return fmt::format("{} was claimed although it is {}", attempt.attempt_id,
                       word(attempt.status));
  }

  Complaint judge_backoff(const AttemptChange& change, const Operated& operated) const {
    const bool begins = change.before && change.after &&
                        change.before->status != model::Status::retry_backoff &&
                        change.after->status == model::Status::retry_backoff;
    if (!begins || !change.after->retry_at) return std::nullopt;
    const model::AttemptSpec* spec = specs_.spec_of(change.before->attempt_id);
    if (spec == nullptr || !spec->retry_policy) return std::nullopt;  // retry_budget's
    const model::Duration backoff =
        model::backoff_after(*spec->retry_policy, change.before->attempt_no);
    const model::Time failed_at = time_of(operated.action);
    if (*change.after->retry_at == model::saturating_add(failed_at, backoff)) return std::nullopt;
    return fmt::format(
        "attempt number {} of {} failed at {} and is retried at {}; its backoff is {} ms",
        change.before->attempt_no, change.before->attempt_id, ms(failed_at),
        ms(*change.after->retry_at), backoff.count());
  }

  AcceptedSpecs specs_;
};

constexpr std::array<std::string_view, 2> about{"attempt.status", "attempt.retry_at"};

}  // namespace

constinit const Property never_early{
    .name = "never_early",
    .rules = "1, 3, 8, 11",
    .claim =
        "No claim is granted before not_before or retry_at, nor with an expiry that has "
        "passed, and a retry is due exactly its backoff after the failure.",
    .premise = "A claim was tried on an attempt with a not_before or in retry_backoff.",
    .watch = make_watcher<NeverEarly>,
    .needs_rows = false,
    .about = about};

}  // namespace leasecheck::properties
