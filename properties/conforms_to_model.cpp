#include <fmt/format.h>

#include "leasecheck/spec/step.hpp"
#include "properties/registry.hpp"
#include "properties/support/difference.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"

namespace leasecheck::properties {
namespace {

class ConformsToModel final : public Watcher {
 public:
  using Watcher::after;

  Complaint after(const Operated& operated) override {
    const std::string_view name = model::name_of(operated.action.operation);
    // Where neither has moved they are as alike as they were.
    if (operated.changed || may_have_changed(operated.action.operation, operated.expected)) {
      is_alike_ = model::shows(operated.after, operated.expected_after);
    }
    if (is_refused_with(operated, model::ErrorCode::unavailable))
      return judge_unavailable(operated);
    if (operated.outcome && operated.changed) reach_premise();
    if (operated.outcome != operated.expected) {
      return fmt::format(
          "{} answered otherwise than the model: {}", name,
          first_difference(operated.expected, operated.outcome).value_or("another kind of answer"));
    }
    if (is_alike_) return std::nullopt;
    return fmt::format("after {} the repository is not as the model: {}", name,
                       first_difference(model::snapshot(operated.expected_after), operated.after)
                           .value_or("its rows are in another order"));
  }

 private:
  /// An environment may fail; the contract asks only that nothing half-done is left.
  static Complaint judge_unavailable(const Operated& operated) {
    if (!operated.changed) return std::nullopt;
    return fmt::format(
        "{} answered unavailable and yet changed {}", model::name_of(operated.action.operation),
        operated.changes.empty() ? "a run" : attempt_id_of(operated.changes.front()));
  }

  bool is_alike_ = true;  ///< the repository and the model, both empty at the beginning
};

}  // namespace

constinit const Property conforms_to_model{
    .name = "conforms_to_model",
    .rules = "1-17",
    .claim = "Every answer and every state is that of the reference model.",
    .premise = "An accepted operation changed the repository.",
    .watch = make_watcher<ConformsToModel>};

}  // namespace leasecheck::properties
