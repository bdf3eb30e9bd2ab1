#include <fmt/format.h>

#include "leasecheck/spec/step.hpp"
#include "properties/registry.hpp"
#include "properties/support/difference.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"
#include "properties/support/words.hpp"

namespace leasecheck::properties {
namespace {

class ConformsToModel final : public Watcher {
 public:
  using Watcher::after;

  Complaint after(const Operated& operated) override {
    const std::string_view name = words_of(operated.action.operation);
    // Where neither has moved they are as alike as they were.
    if (operated.changed || may_have_changed(operated.action.operation, operated.expected)) {
      is_alike_ = model::shows(operated.after, operated.expected_after);
    }
    if (is_refused_with(operated, model::ErrorCode::unavailable))
      return judge_unavailable(operated);
    if (operated.outcome && operated.changed) reach_premise();
    if (operated.outcome != operated.expected) {
      return fmt::format("{} {}", name, wrong_answer(operated));
    }
    if (is_alike_) return std::nullopt;
    return fmt::format("after {}, {}", name,
                       first_difference(model::snapshot(operated.expected_after), operated.after)
                           .value_or("the rows are in another order"));
  }

 private:
  static std::string wrong_answer(const Operated& operated) {
    const model::Outcome& asked = operated.expected;
    const model::Outcome& seen = operated.outcome;
    if (seen && asked) {
      return "answered otherwise than by the contract: " +
             first_difference(asked, seen).value_or("another kind of answer");
    }
    if (seen) return fmt::format("was accepted instead of refused as {}", word(asked.error()));
    return words_of(seen) +
           (asked ? " instead of accepted" : fmt::format(" instead of {}", word(asked.error())));
  }

  /// An environment may fail; the contract asks only that nothing half-done is left.
  static Complaint judge_unavailable(const Operated& operated) {
    if (!operated.changed) return std::nullopt;
    return fmt::format(
        "{} was refused as unavailable and yet changed {}", words_of(operated.action.operation),
        operated.changes.empty() ? "a run" : attempt_id_of(operated.changes.front()));
  }

  bool is_alike_ = true;  ///< the repository and the model, both empty at the beginning
};

}  // namespace

constinit const Property conforms_to_model{
    .name = "conforms_to_model",
    .rules = "1-17, 25-29",
    .claim = "Every answer and every state is that of the contract.",
    .premise = "An accepted operation changed the repository.",
    .watch = make_watcher<ConformsToModel>,
    .sees_several_as_one = true,
    .needs_rows = false};

}  // namespace leasecheck::properties
