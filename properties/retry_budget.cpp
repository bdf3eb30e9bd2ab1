#include <fmt/format.h>

#include <array>

#include "properties/registry.hpp"
#include "properties/support/accepted_specs.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"
#include "properties/support/words.hpp"

namespace leasecheck::properties {
namespace {

using model::Status;

class RetryBudget final : public Watcher {
 public:
  using Watcher::after;

  Complaint after(const Operated& operated) override {
    specs_.observe(operated);
    for (const AttemptChange& change : operated.changes) {
      if (change.after == nullptr) continue;  // nothing_lost's
      Complaint complaint = change.before ? judge(change, operated) : judge_new(*change.after);
      if (complaint) return complaint;
    }
    return std::nullopt;
  }

 private:
  static Complaint judge_new(const model::AttemptRecord& attempt) {
    if (attempt.attempt_no == 1 && attempt.delivery_count == 0) return std::nullopt;
    return fmt::format("new {} has attempt_no {} and delivery_count {}", attempt.attempt_id,
                       attempt.attempt_no, attempt.delivery_count);
  }

  Complaint judge(const AttemptChange& change, const Operated& operated) {
    if (Complaint complaint = judge_counters(change, operated)) return complaint;
    if (fails(operated)) return judge_failure(*change.before, *change.after);
    if (accepted<model::ExpireLeasesAndRequeue>(operated) && lost_lease(change)) {
      return judge_delivery(*change.before, *change.after);
    }
    return std::nullopt;
  }

  /// What the counters of a changed attempt must be, from what they were.
  static Complaint judge_counters(const AttemptChange& change, const Operated& operated) {
    const model::AttemptRecord& before = *change.before;
    const model::AttemptRecord& after = *change.after;
    const std::string_view name = words_of(operated.action.operation);
    const bool is_replayed = accepted<model::ReplayDeadLetter>(operated);
    const bool is_retried =
        before.status != Status::retry_backoff && after.status == Status::retry_backoff;
    const std::uint32_t attempt_no = is_replayed ? 1 : before.attempt_no + (is_retried ? 1 : 0);
    if (after.attempt_no != attempt_no) {
      return wrong_count(name, fmt::format("the attempt number of {}", after.attempt_id),
                         before.attempt_no, after.attempt_no, attempt_no);
    }
    const bool is_delivered = accepted<model::UpsertLease>(operated);
    const std::uint32_t deliveries =
        is_replayed ? 0 : before.delivery_count + (is_delivered ? 1 : 0);
    if (after.delivery_count == deliveries) return std::nullopt;
    return wrong_count(name, fmt::format("the delivery count of {}", after.attempt_id),
                       before.delivery_count, after.delivery_count, deliveries);
  }

  /// Whether the operation counts a failure where it takes a lease.
  static bool fails(const Operated& operated) {
    const auto* ack = accepted<model::AckAttempt>(operated);
    return ack && ack->outcome == model::AckOutcome::failed;
  }

  Complaint judge_failure(const model::AttemptRecord& before, const model::AttemptRecord& after) {
    reach_premise();
    const Status due = specs_.has_retries_left(before) ? Status::retry_backoff : Status::failed;
    if (after.status == due) return std::nullopt;
    const model::AttemptSpec* spec = specs_.spec_of(before.attempt_id);
    return fmt::format(
        "attempt number {} of {} failed, which has {} retries, and went to {} "
        "instead of {}",
        before.attempt_no, before.attempt_id,
        spec && spec->retry_policy ? spec->retry_policy->max_retries : 0, word(after.status),
        word(due));
  }

  Complaint judge_delivery(const model::AttemptRecord& before,
                           const model::AttemptRecord& after) const {
    const model::AttemptSpec* spec = specs_.spec_of(before.attempt_id);
    const bool is_exhausted =
        spec && spec->max_deliveries && before.delivery_count >= *spec->max_deliveries;
    const Status due = is_exhausted ? Status::failed : Status::queued;
    if (after.status == due) return std::nullopt;
    return fmt::format(
        "a reap moved {} to {} instead of {}: it has had {} deliveries of at most {}",
        before.attempt_id, word(after.status), word(due), before.delivery_count,
        spec && spec->max_deliveries ? fmt::to_string(*spec->max_deliveries) : "any number");
  }

  AcceptedSpecs specs_;
};

constexpr std::array<std::string_view, 3> about{"attempt.status", "attempt.attempt_no",
                                                "attempt.delivery_count"};

}  // namespace

constinit const Property retry_budget{
    .name = "retry_budget",
    .rules = "3, 5, 8, 11, 12, 14",
    .claim =
        "attempt_no counts failures that are retried and delivery_count counts claims, both "
        "exactly once; retries and deliveries end at their limits, not before.",
    .premise = "An ack counted a failure.",
    .watch = make_watcher<RetryBudget>,
    .about = about};

}  // namespace leasecheck::properties
