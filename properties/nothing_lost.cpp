#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "properties/registry.hpp"
#include "properties/support/accepted_specs.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"
#include "properties/support/words.hpp"

namespace leasecheck::properties {
namespace {

using model::Status;

class NothingLost final : public Watcher {
 public:
  using Watcher::after;

  Complaint after(const Operated& operated) override {
    specs_.observe(operated);
    if (accepted<model::Reset>(operated)) return std::nullopt;
    if (const auto* enqueue = accepted<model::EnqueueAttempt>(operated)) {
      if (!find_attempt(operated.after, enqueue->spec.attempt_id)) {
        return fmt::format("{} was accepted and is not there", enqueue->spec.attempt_id);
      }
    }
    for (const AttemptChange& change : operated.changes) {
      if (Complaint complaint = judge(change, operated)) return complaint;
    }
    const auto* list = std::get_if<model::ListDispatchableAttempts>(&operated.action.operation);
    return list == nullptr ? std::nullopt : judge_list(*list, operated);
  }

 private:
  Complaint judge(const AttemptChange& change, const Operated& operated) {
    const std::string_view name = words_of(operated.action.operation);
    if (change.after == nullptr) {
      // Which ones a prune may delete is pruned_exactly's.
      if (accepted<model::PruneAttempts>(operated)) return std::nullopt;
      return fmt::format("{} lost {}", name, attempt_id_of(change));
    }
    if (lost_lease(change) && !model::is_terminal(change.after->status)) reach_premise();
    const model::AttemptRecord& attempt = *change.after;
    const model::AttemptSpec* spec = specs_.spec_of(attempt.attempt_id);
    if (spec == nullptr) {
      return fmt::format("{} made {}, which nobody enqueued", name, attempt.attempt_id);
    }
    if (attempt.run_id != spec->run_id || attempt.priority != spec->priority) {
      return fmt::format(
          "{} was enqueued for {} with priority {}, and {} left it in {} with priority {}",
          attempt.attempt_id, spec->run_id, spec->priority, name, attempt.run_id, attempt.priority);
    }
    return judge_times(attempt, name);
  }

  /// Without its retry_at a backed-off attempt is never dispatchable again.
  static Complaint judge_times(const model::AttemptRecord& attempt, std::string_view name) {
    if (attempt.retry_at.has_value() != (attempt.status == Status::retry_backoff)) {
      return fmt::format("{} left {} {} {} retry_at", name, attempt.attempt_id,
                         word(attempt.status), attempt.retry_at ? "with a" : "without");
    }
    if (attempt.started_at.has_value() != model::holds_lease(attempt.status)) {
      return fmt::format("{} left {} {} {} started_at", name, attempt.attempt_id,
                         word(attempt.status), attempt.started_at ? "with a" : "without");
    }
    return std::nullopt;
  }

  /// At the end of time everything that is neither finished nor held is dispatchable.
  static Complaint judge_list(const model::ListDispatchableAttempts& list,
                              const Operated& operated) {
    const auto* listed = answer<std::vector<model::DispatchRecord>>(operated);
    const bool is_whole = list.at == model::end_of_time && listed && listed->size() < list.limit;
    if (!is_whole) return std::nullopt;
    for (const model::AttemptRecord& attempt : operated.before.attempts) {
      if (model::is_terminal(attempt.status) || model::holds_lease(attempt.status)) continue;
      const auto found =
          std::ranges::find(*listed, attempt.attempt_id, &model::DispatchRecord::attempt_id);
      if (found != listed->end()) continue;
      return fmt::format("{} is {} and not even dispatchable at the end of time",
                         attempt.attempt_id, word(attempt.status));
    }
    return std::nullopt;
  }

  AcceptedSpecs specs_;
};

constexpr std::array<std::string_view, 4> about{"attempt.run_id", "attempt.priority",
                                                "attempt.status", "attempt.started_at"};

}  // namespace

constinit const Property nothing_lost{
    .name = "nothing_lost",
    .rules = "23, 5, 15",
    .claim =
        "Every attempt that was accepted is there, as it was enqueued, and is terminal, leased "
        "or dispatchable at some instant.",
    .premise = "An attempt lost its lease before its work was finished.",
    .watch = make_watcher<NothingLost>,
    .about = about};

}  // namespace leasecheck::properties
