#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "properties/registry.hpp"
#include "properties/support/accepted_specs.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"
#include "properties/support/words.hpp"

namespace leasecheck::properties {
namespace {

class CountsAreRows final : public Watcher {
 public:
  using Watcher::after;

  Complaint after(const Operated& operated) override {
    specs_.observe(operated);
    if (accepted<model::ExpireLeasesAndRequeue>(operated) ||
        accepted<model::TransitionTimedOutAttempts>(operated)) {
      return judge_taken(operated);
    }
    if (accepted<model::PruneAttempts>(operated)) return judge_pruned(operated);
    if (const auto* depth = accepted<model::QueueDepth>(operated)) {
      return judge_depth(*depth, operated);
    }
    if (accepted<model::CountByStatus>(operated)) return judge_by_status(operated);
    if (const auto* list = accepted<model::ListDeadLetters>(operated)) {
      return judge_dead_letters(*list, operated);
    }
    return std::nullopt;
  }

 private:
  static Complaint compare(const Operated& operated, std::uint64_t rows, std::string_view what) {
    const auto* count = answer<model::Count>(operated);
    if (count != nullptr && count->value == rows) return std::nullopt;
    return fmt::format("{} answered {}, and {} {}", words_of(operated.action.operation),
                       count ? fmt::to_string(count->value) : "no count", rows, what);
  }

  Complaint judge_taken(const Operated& operated) {
    const auto taken =
        static_cast<std::uint64_t>(std::ranges::count_if(operated.changes, lost_lease));
    if (taken > 0) reach_premise();
    return compare(operated, taken, "attempts lost a lease");
  }

  static Complaint judge_pruned(const Operated& operated) {
    const auto is_gone = [](const AttemptChange& change) { return change.after == nullptr; };
    const auto gone = std::ranges::count_if(operated.changes, is_gone);
    return compare(operated, static_cast<std::uint64_t>(gone), "attempts are gone");
  }

  Complaint judge_depth(const model::QueueDepth& depth, const Operated& operated) const {
    const auto is_due = [&](const model::AttemptRecord& attempt) {
      return specs_.is_dispatchable(attempt, depth.at);
    };
    const auto due = std::ranges::count_if(operated.before.attempts, is_due);
    return compare(operated, static_cast<std::uint64_t>(due), "attempts are dispatchable");
  }

  static Complaint judge_by_status(const Operated& operated) {
    model::CountsByStatus rows;
    for (const model::AttemptRecord& attempt : operated.before.attempts) {
      ++rows.count[static_cast<std::size_t>(attempt.status)];
    }
    const auto* counts = answer<model::CountsByStatus>(operated);
    if (counts == nullptr) return "a look at the counts by status answered no counts";
    for (std::size_t i = 0; i < model::status_count; ++i) {
      if (counts->count[i] == rows.count[i]) continue;
      return fmt::format("the counts by status say that {} attempts are {}, and {} are",
                         counts->count[i], word(static_cast<model::Status>(i)), rows.count[i]);
    }
    return std::nullopt;
  }

  static Complaint judge_dead_letters(const model::ListDeadLetters& list,
                                      const Operated& operated) {
    std::vector<model::DeadLetter> rows = operated.before.dead_letters;
    std::ranges::sort(rows, {}, [](const model::DeadLetter& letter) {
      return std::tie(letter.dead_at, letter.attempt_id);
    });
    if (rows.size() > list.limit) rows.resize(list.limit);
    const auto* listed = answer<std::vector<model::DeadLetter>>(operated);
    if (listed != nullptr && *listed == rows) return std::nullopt;
    return fmt::format(
        "asked for the first {} dead letters by dead_at and attempt_id, the list is {} instead of "
        "{}",
        list.limit, listed ? ids(*listed) : "none", ids(rows));
  }

  static std::string ids(const std::vector<model::DeadLetter>& letters) {
    std::string text;
    for (const model::DeadLetter& letter : letters) {
      text += (text.empty() ? "" : ", ") + letter.attempt_id;
    }
    return text.empty() ? "empty" : text;
  }

  AcceptedSpecs specs_;
};

}  // namespace

constinit const Property counts_are_rows{
    .name = "counts_are_rows",
    .rules = "5, 7, 14, 15, 28",
    .claim =
        "What is counted is what is there: leases taken, attempts by status, attempts that are "
        "dispatchable, dead letters.",
    .premise = "A reap or a timeout tick took a lease.",
    .watch = make_watcher<CountsAreRows>};

}  // namespace leasecheck::properties
