#include "properties/validation/without_times.hpp"

#include <algorithm>
#include <variant>

namespace leasecheck::properties {
namespace {

struct WithoutTimes {
  void operator()(model::AttemptRecord& record) const {
    record.ready_at = {};
    if (record.finished_at) record.finished_at = model::Time{};
  }
  void operator()(std::vector<model::AttemptRecord>& records) const {
    std::ranges::for_each(records, *this);
  }
  void operator()(std::vector<model::DeadLetter>& letters) const {
    for (model::DeadLetter& letter : letters) letter.dead_at = {};
    std::ranges::sort(letters, {}, &model::DeadLetter::attempt_id);
  }
  void operator()(auto&) const {}
};

}  // namespace

model::Outcome without_times(model::Outcome outcome) {
  if (outcome) std::visit(WithoutTimes{}, *outcome);
  return outcome;
}

}  // namespace leasecheck::properties
