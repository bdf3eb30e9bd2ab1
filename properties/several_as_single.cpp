#include <fmt/format.h>

#include "leasecheck/spec/several.hpp"
#include "leasecheck/spec/step.hpp"
#include "properties/registry.hpp"
#include "properties/support/difference.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/words.hpp"

namespace leasecheck::properties {
namespace {

class SeveralAsSingle final : public Watcher {
 public:
  using Watcher::after;

  Complaint after(const Operated& operated) override {
    if (!model::has_singles(operated.action.operation)) return std::nullopt;
    if (is_refused_with(operated, model::ErrorCode::unavailable)) return std::nullopt;
    const std::string_view name = words_of(operated.action.operation);
    if (model::singles_of(operated.action, operated.expected).size() > 1) reach_premise();
    if (operated.outcome != operated.expected) {
      return fmt::format(
          "{} answered otherwise than the contract does for its items one after another: {}", name,
          first_difference(operated.expected, operated.outcome).value_or("another kind of answer"));
    }
    if (!operated.changed || model::shows(operated.after, operated.expected_after)) {
      return std::nullopt;
    }
    return fmt::format(
        "{} left another state than the contract does for its items one after another: {}", name,
        first_difference(model::snapshot(operated.expected_after), operated.after)
            .value_or("rows in another order"));
  }
};

}  // namespace

constinit const Property several_as_single{
    .name = "several_as_single",
    .rules = "25, 26",
    .claim =
        "An operation on several attempts answers and does what the operations on one do, one "
        "after another in the order given; a claim of several, in the order of the list.",
    .premise = "An operation had at least two items.",
    .watch = make_watcher<SeveralAsSingle>,
    .sees_several_as_one = true,
    .needs_rows = false};

}  // namespace leasecheck::properties
