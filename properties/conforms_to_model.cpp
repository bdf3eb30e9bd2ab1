#include <fmt/format.h>

#include "properties/difference.hpp"
#include "properties/observation.hpp"
#include "properties/registry.hpp"
#include "properties/snapshot_diff.hpp"

namespace leasecheck::properties {
namespace {

class ConformsToModel final : public Watcher {
 public:
  using Watcher::after;

  Complaint after(const Operated& operated) override {
    const std::string_view name = model::name_of(operated.action.operation);
    if (is_refused_with(operated, model::ErrorCode::unavailable))
      return judge_unavailable(operated);
    if (operated.outcome && operated.before != operated.after) reach_premise();
    if (operated.outcome != operated.expected) {
      return fmt::format(
          "{} answered otherwise than the model: {}", name,
          first_difference(operated.expected, operated.outcome).value_or("another kind of answer"));
    }
    if (operated.after == operated.expected_after) return std::nullopt;
    return fmt::format("after {} the repository is not as the model: {}", name,
                       first_difference(operated.expected_after, operated.after)
                           .value_or("its rows are in another order"));
  }

 private:
  /// An environment may fail; the contract asks only that nothing half-done is left.
  static Complaint judge_unavailable(const Operated& operated) {
    if (operated.before == operated.after) return std::nullopt;
    return fmt::format(
        "{} answered unavailable and yet changed {}", model::name_of(operated.action.operation),
        operated.changes.empty() ? "a run" : attempt_id_of(operated.changes.front()));
  }
};

}  // namespace

constinit const Property conforms_to_model{
    .name = "conforms_to_model",
    .rules = "1-17",
    .claim = "Every answer and every state is that of the reference model.",
    .premise = "An accepted operation changed the repository.",
    .watch = [](const Deployment&) -> std::unique_ptr<Watcher> {
      return std::make_unique<ConformsToModel>();
    }};

}  // namespace leasecheck::properties
