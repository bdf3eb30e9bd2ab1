#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

#include "properties/registry.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"

namespace leasecheck::properties {
namespace {

class PrunedExactly final : public Watcher {
 public:
  using Watcher::after;

  Complaint after(const Operated& operated) override {
    const auto* prune = std::get_if<model::PruneAttempts>(&operated.action.operation);
    if (prune == nullptr) return std::nullopt;
    if (!operated.outcome) {
      if (operated.changes.empty()) return std::nullopt;
      return fmt::format("a refused prune changed {}", attempt_id_of(operated.changes.front()));
    }
    return judge(*prune, operated);
  }

 private:
  /// Rule 28: the first `limit` by (finished_at, attempt_id).
  static std::vector<const model::AttemptRecord*> chosen(const model::PruneAttempts& prune,
                                                         const model::Snapshot& before) {
    std::vector<const model::AttemptRecord*> attempts;
    for (const model::AttemptRecord& attempt : before.attempts) {
      const bool is_kept = attempt.status == model::Status::failed && !prune.with_dead_letters;
      if (is_kept || !attempt.finished_at || *attempt.finished_at >= prune.finished_before) {
        continue;
      }
      attempts.push_back(&attempt);
    }
    std::ranges::sort(attempts, {}, [](const model::AttemptRecord* attempt) {
      return std::tie(attempt->finished_at, attempt->attempt_id);
    });
    if (attempts.size() > prune.limit) attempts.resize(prune.limit);
    return attempts;
  }

  Complaint judge(const model::PruneAttempts& prune, const Operated& operated) {
    const auto due = chosen(prune, operated.before);
    if (!due.empty()) reach_premise();
    for (const AttemptChange& change : operated.changes) {
      const model::Id& id = attempt_id_of(change);
      if (change.after != nullptr) return fmt::format("a prune changed {} and left it", id);
      const auto is_it = [&](const model::AttemptRecord* attempt) {
        return attempt->attempt_id == id;
      };
      if (std::ranges::any_of(due, is_it)) continue;
      return fmt::format("a prune of at most {} that finished before {} took {} ({}, finished {})",
                         prune.limit, ms(prune.finished_before), id,
                         change.before ? word(change.before->status) : "no attempt",
                         change.before ? text(change.before->finished_at) : "never");
    }
    for (const model::AttemptRecord* attempt : due) {
      if (!find_attempt(operated.after, attempt->attempt_id)) continue;
      return fmt::format("a prune of at most {} that finished before {} left {} ({}, finished {})",
                         prune.limit, ms(prune.finished_before), attempt->attempt_id,
                         word(attempt->status), text(attempt->finished_at));
    }
    return std::nullopt;
  }

  static std::string text(const std::optional<model::Time>& time) {
    return time ? fmt::format("at {}", ms(*time)) : "never";
  }
};

constexpr std::array<std::string_view, 2> about{"attempt.status", "attempt.finished_at"};

}  // namespace

constinit const Property pruned_exactly{
    .name = "pruned_exactly",
    .rules = "28",
    .claim =
        "A prune takes exactly the first finished attempts that it asks for, and nothing of any "
        "other.",
    .premise = "A prune had an attempt to take.",
    .watch = make_watcher<PrunedExactly>,
    .about = about};

}  // namespace leasecheck::properties
