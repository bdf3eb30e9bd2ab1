#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "properties/registry.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"
#include "properties/support/words.hpp"

namespace leasecheck::properties {
namespace {

using Events = std::span<const model::RunEvent>;

Events events_of(const model::Snapshot& snapshot, std::string_view run_id) {
  const model::RunRecord* run = find_run(snapshot, run_id);
  return run == nullptr ? Events{} : Events{run->events};
}

std::uint64_t latest_seq_of(const model::Snapshot& snapshot, std::string_view run_id) {
  const model::RunRecord* run = find_run(snapshot, run_id);
  return run == nullptr ? 0 : run->latest_seq;
}

/// Rule 28: the runs that are left where only these attempts are.
std::vector<model::RunRecord> runs_of(const std::vector<model::RunRecord>& runs,
                                      const model::Snapshot& left) {
  std::vector<model::RunRecord> kept;
  for (model::RunRecord run : runs) {
    const auto is_of_the_run = [&](const auto& attempt) { return attempt.run_id == run.run_id; };
    if (std::ranges::none_of(left.attempts, is_of_the_run)) continue;
    std::erase_if(run.events, [&](const model::RunEvent& event) {
      return find_attempt(left, event.attempt_id) == nullptr;
    });
    kept.push_back(std::move(run));
  }
  return kept;
}

class MonotonicSequences final : public Watcher {
 public:
  using Watcher::after;

  Complaint after(const Operated& operated) override {
    if (accepted<model::Reset>(operated)) return std::nullopt;
    if (const auto* append = accepted<model::AppendRunEvent>(operated)) {
      return judge_append(*append, operated);
    }
    if (const auto* latest = accepted<model::LatestSeqForRun>(operated)) {
      if (Complaint complaint = judge_latest(*latest, operated)) return complaint;
    }
    if (accepted<model::PruneAttempts>(operated)) return judge_prune(operated);
    if (!operated.changed || operated.before.runs == operated.after.runs) return std::nullopt;
    return fmt::format("{} changed the events of a run", words_of(operated.action.operation));
  }

 private:
  static Complaint judge_latest(const model::LatestSeqForRun& latest, const Operated& operated) {
    const std::uint64_t highest = latest_seq_of(operated.before, latest.run_id);
    const auto* answered = answer<model::Sequence>(operated);
    if (answered != nullptr && answered->value == highest) return std::nullopt;
    return fmt::format("the latest sequence of {} was answered as {}, and its last event has {}",
                       latest.run_id, answered ? fmt::to_string(answered->value) : "no number",
                       highest);
  }

  static Complaint judge_prune(const Operated& operated) {
    if (!operated.changed) return std::nullopt;
    if (operated.after.runs == runs_of(operated.before.runs, operated.after)) return std::nullopt;
    return "a prune took other events than those of the attempts that it took, or left a run with "
           "another latest sequence";
  }

  Complaint judge_append(const model::AppendRunEvent& append, const Operated& operated) {
    const model::LeaseRecord* lease = find_lease(operated.before, append.lease_id);
    const auto* attempt = lease ? find_attempt(operated.before, lease->attempt_id) : nullptr;
    if (attempt == nullptr) return std::nullopt;  // holder_only's
    const Events old_events = events_of(operated.before, attempt->run_id);
    const Events new_events = events_of(operated.after, attempt->run_id);
    if (!old_events.empty()) reach_premise();
    if (!is_longer_by_one(old_events, new_events) || !others_equal(operated, attempt->run_id)) {
      return fmt::format("an append to {} with {} events did more or less than add one at its end",
                         attempt->run_id, old_events.size());
    }
    return judge_event(append, *attempt, new_events.back(), operated);
  }

  static Complaint judge_event(const model::AppendRunEvent& append,
                               const model::AttemptRecord& attempt, const model::RunEvent& event,
                               const Operated& operated) {
    const std::uint64_t due = latest_seq_of(operated.before, attempt.run_id) + 1;
    const auto* answered = answer<model::Sequence>(operated);
    if (event.seq != due || answered == nullptr || answered->value != event.seq ||
        latest_seq_of(operated.after, attempt.run_id) != due) {
      return fmt::format("event number {} of {} was given sequence {}, and the append answered {}",
                         due, attempt.run_id, event.seq,
                         answered ? fmt::to_string(answered->value) : "no number");
    }
    if (event.attempt_id == attempt.attempt_id && event.kind == append.kind) return std::nullopt;
    return fmt::format("event {} of {} is a {} of {}, but a {} of {} was appended", event.seq,
                       attempt.run_id, event.kind, event.attempt_id, append.kind,
                       attempt.attempt_id);
  }

  static bool is_longer_by_one(Events before, Events after) {
    return after.size() == before.size() + 1 &&
           std::ranges::equal(before, after.first(before.size()));
  }

  static bool others_equal(const Operated& operated, std::string_view run_id) {
    const auto is_other = [&](const model::RunRecord& run) { return run.run_id != run_id; };
    return std::ranges::equal(operated.before.runs | std::views::filter(is_other),
                              operated.after.runs | std::views::filter(is_other));
  }
};

}  // namespace

constinit const Property monotonic_sequences{
    .name = "monotonic_sequences",
    .rules = "6, 13, 22, 28",
    .claim =
        "The events of a run are numbered 1, 2, 3 … and only ever added to at the end; a prune "
        "takes those of the attempts that it takes, and no number comes back.",
    .premise = "An event was appended to a run that had events.",
    .watch = make_watcher<MonotonicSequences>};

}  // namespace leasecheck::properties
