#include <fmt/format.h>

#include <array>

#include "properties/registry.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"
#include "properties/support/words.hpp"

namespace leasecheck::properties {
namespace {

class FinishTimes final : public Watcher {
 public:
  using Watcher::after;

  Complaint after(const Operated& operated) override {
    for (const AttemptChange& change : operated.changes) {
      if (change.after == nullptr) continue;
      if (Complaint complaint = judge(change, operated)) return complaint;
    }
    return std::nullopt;
  }

 private:
  Complaint judge(const AttemptChange& change, const Operated& operated) {
    const model::AttemptRecord& attempt = *change.after;
    const bool is_finished = model::is_terminal(attempt.status);
    if (attempt.finished_at.has_value() != is_finished) {
      return fmt::format("{} left {} {} {} finished_at", words_of(operated.action.operation),
                         attempt.attempt_id, word(attempt.status),
                         attempt.finished_at ? "with a" : "without");
    }
    if (!is_finished) return std::nullopt;
    const bool was_finished = change.before && model::is_terminal(change.before->status);
    if (!was_finished) reach_premise();
    const auto due = was_finished ? change.before->finished_at : time_of(operated.action);
    if (attempt.finished_at == due) return std::nullopt;
    return fmt::format("{} at {} wrote finished_at {} for {} instead of {}",
                       words_of(operated.action.operation), ms(time_of(operated.action)),
                       ms(*attempt.finished_at), attempt.attempt_id,
                       due ? fmt::to_string(ms(*due)) : "none");
  }
};

constexpr std::array<std::string_view, 1> about{"attempt.finished_at"};

}  // namespace

constinit const Property finish_times{
    .name = "finish_times",
    .rules = "27",
    .claim =
        "An attempt has a finished_at exactly while it is completed, failed or cancelled: the time "
        "of the operation that ended it.",
    .premise = "An attempt ended.",
    .watch = make_watcher<FinishTimes>,
    .about = about};

}  // namespace leasecheck::properties
