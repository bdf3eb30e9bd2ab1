#include <fmt/format.h>

#include <array>

#include "properties/registry.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"
#include "properties/support/words.hpp"

namespace leasecheck::properties {
namespace {

class TerminalIsFinal final : public Watcher {
 public:
  using Watcher::after;

  Complaint after(const Operated& operated) override {
    note_attempts_to_move(operated);
    for (const AttemptChange& change : operated.changes) {
      if (Complaint complaint = judge(change, operated)) return complaint;
    }
    return std::nullopt;
  }

 private:
  void note_attempts_to_move(const Operated& operated) {
    if (!model::can_change_state(operated.action.operation)) return;
    const model::Id* named = attempt_of(operated);
    const auto* attempt = named == nullptr ? nullptr : find_attempt(operated.before, *named);
    if (attempt != nullptr && model::is_terminal(attempt->status)) reach_premise();
  }

  static Complaint judge(const AttemptChange& change, const Operated& operated) {
    // An attempt that vanished is nothing_lost's.
    if (!change.before || !change.after || *change.before == *change.after) return std::nullopt;
    if (!model::is_terminal(change.before->status)) return std::nullopt;
    const auto* replay = accepted<model::ReplayDeadLetter>(operated);
    if (replay && replay->attempt_id == change.before->attempt_id &&
        change.before->status == model::Status::failed) {
      return std::nullopt;
    }
    return fmt::format("{} was {}, and {} changed it: it is {} now", change.before->attempt_id,
                       word(change.before->status), words_of(operated.action.operation),
                       word(change.after->status));
  }
};

constexpr std::array<std::string_view, 1> about{"attempt.status"};

}  // namespace

constinit const Property terminal_is_final{
    .name = "terminal_is_final",
    .rules = "16",
    .claim =
        "Nothing changes an attempt that is completed, failed or cancelled, except a replay of "
        "a failed one.",
    .premise = "An enqueue, claim, cancel or replay named a terminal attempt.",
    .watch = make_watcher<TerminalIsFinal>,
    .about = about};

}  // namespace leasecheck::properties
