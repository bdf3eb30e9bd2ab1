#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "properties/registry.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"
#include "properties/support/words.hpp"

namespace leasecheck::properties {
namespace {

using model::DeadLetterReason;

class OneDeadLetter final : public Watcher {
 public:
  using Watcher::after;

  Complaint after(const Operated& operated) override {
    if (!operated.changed) return std::nullopt;
    if (Complaint complaint = two_letters(operated.after)) return complaint;
    for (const AttemptChange& change : operated.changes) {
      if (Complaint complaint = judge_status(change)) return complaint;
      if (Complaint complaint = judge_letter(change, operated)) return complaint;
    }
    return std::nullopt;
  }

 private:
  static Complaint two_letters(const model::Snapshot& snapshot) {
    const auto first =
        std::ranges::adjacent_find(snapshot.dead_letters, {}, &model::DeadLetter::attempt_id);
    if (first == snapshot.dead_letters.end()) return std::nullopt;
    return fmt::format("{} has two dead letters, of {} and {}", first->attempt_id,
                       word(first->reason), word(std::next(first)->reason));
  }

  static Complaint judge_status(const AttemptChange& change) {
    const bool is_failed = change.after && change.after->status == model::Status::failed;
    if (is_failed == (change.dead_letter_after != nullptr)) return std::nullopt;
    return fmt::format("{} is {} and has {} pending dead letter", attempt_id_of(change),
                       change.after ? word(change.after->status) : "gone", is_failed ? "no" : "a");
  }

  Complaint judge_letter(const AttemptChange& change, const Operated& operated) {
    const model::DeadLetter* before = change.dead_letter_before;
    const model::DeadLetter* after = change.dead_letter_after;
    if (before == nullptr) return after == nullptr ? std::nullopt : judge_new(change, operated);
    const std::string_view name = words_of(operated.action.operation);
    if (after != nullptr && *after != *before) {
      return fmt::format("{} changed the dead letter of {}", name, before->attempt_id);
    }
    const bool may_take = accepted<model::ReplayDeadLetter>(operated) != nullptr ||
                          accepted<model::PruneAttempts>(operated) != nullptr ||
                          accepted<model::Reset>(operated) != nullptr;
    if (after != nullptr || may_take) return std::nullopt;
    return fmt::format("{} took the dead letter of {}; only a replay or a prune does", name,
                       before->attempt_id);
  }

  Complaint judge_new(const AttemptChange& change, const Operated& operated) {
    reach_premise();
    const model::DeadLetter& letter = *change.dead_letter_after;
    const std::string_view name = words_of(operated.action.operation);
    const auto reason = reason_of(operated);
    if (!reason || change.before == nullptr) {
      return fmt::format("{} wrote a dead letter for {}", name, letter.attempt_id);
    }
    if (letter.reason != *reason) {
      return fmt::format("{} wrote a dead letter for {} with reason {} instead of {}", name,
                         letter.attempt_id, word(letter.reason), word(*reason));
    }
    if (letter.attempt_no == change.before->attempt_no && letter.run_id == change.before->run_id) {
      return std::nullopt;
    }
    return fmt::format("attempt number {} of {} in {} failed; its dead letter says number {} in {}",
                       change.before->attempt_no, letter.attempt_id, change.before->run_id,
                       letter.attempt_no, letter.run_id);
  }

  static std::optional<DeadLetterReason> reason_of(const Operated& operated) {
    if (accepted<model::AckAttempt>(operated)) return DeadLetterReason::failed;
    if (accepted<model::TransitionTimedOutAttempts>(operated)) return DeadLetterReason::timed_out;
    if (accepted<model::ExpireLeasesAndRequeue>(operated)) {
      return DeadLetterReason::delivery_exhausted;
    }
    return std::nullopt;
  }
};

constexpr std::array<std::string_view, 5> about{"attempt.status", "attempt.attempt_no",
                                                "dead_letter.run_id", "dead_letter.attempt_no",
                                                "dead_letter.reason"};

}  // namespace

constinit const Property one_dead_letter{
    .name = "one_dead_letter",
    .rules = "14",
    .claim =
        "An attempt has one dead letter exactly while it is failed: written with the final "
        "failure, for its reason, and taken by a replay only.",
    .premise = "An attempt failed for good.",
    .watch = make_watcher<OneDeadLetter>,
    .about = about};

}  // namespace leasecheck::properties
