#include <fmt/format.h>

#include <map>
#include <variant>

#include "properties/registry.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/words.hpp"

namespace leasecheck::properties {
namespace {

/// `unavailable` may be answered and is to be tried again; with nothing in the way that has an end.
constexpr int most_refusals_in_a_row = 20;

class Progress final : public Watcher {
 public:
  Complaint after(const Operated& operated) override {
    for (const AttemptChange& change : operated.changes) {
      if (change.before != nullptr) open_.erase(change.before->attempt_id);
      if (change.after == nullptr || model::is_terminal(change.after->status)) continue;
      open_[change.after->attempt_id] = change.after->status;
    }
    if (!have_faults_ended_) return std::nullopt;
    const std::string_view name = words_of(operated.action.operation);
    if (operated.outcome != std::unexpected(model::ErrorCode::unavailable)) {
      refusals_.erase(name);
      return std::nullopt;
    }
    if (++refusals_[name] < most_refusals_in_a_row) return std::nullopt;
    return fmt::format(
        "{} was refused as unavailable {} times in a row, and nothing fails any more", name,
        most_refusals_in_a_row);
  }

  Complaint after(const Happened& happened) override {
    if (std::holds_alternative<model::FaultsEnded>(happened.event)) {
      have_faults_ended_ = true;
      if (!open_.empty()) reach_premise();
    }
    if (!std::holds_alternative<model::ProgressDue>(happened.event) || open_.empty()) {
      return std::nullopt;
    }
    const auto& [attempt_id, status] = *open_.begin();
    return fmt::format(
        "at {} {} is still {}{}, though nothing has failed for longer than its policies take",
        ms(happened.true_time), attempt_id, model::word(status),
        open_.size() == 1 ? "" : fmt::format(", and {} more are open", open_.size() - 1));
  }

 private:
  std::map<model::Id, model::Status> open_;  ///< the attempts that are not terminal
  std::map<std::string_view, int> refusals_;
  bool have_faults_ended_ = false;
};

}  // namespace

constinit const Property progress{
    .name = "progress",
    .rules = "24",
    .claim =
        "Once faults have ended, every attempt becomes terminal within the bound that its policies "
        "give, and nothing is refused as unavailable for ever.",
    .premise = "Faults ended while an attempt was not terminal.",
    .watch = make_watcher<Progress>,
    .needs_rows = false};

}  // namespace leasecheck::properties
