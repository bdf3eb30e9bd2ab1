#include "model/indexed/attempt_index.hpp"

namespace leasecheck::model {

void AttemptIndex::in_each(const Attempt& attempt, auto change) {
  if (const std::optional<Time> from = dispatchable_at(attempt)) {
    change(waiting_);
    if (*from <= due_at_) change(due_);
  }
  if (attempt.lease) change(leased_);
  if (execution_deadline(attempt)) change(timed_);
  if (attempt.finished_at) change(attempt.dead_letter ? dead_ : finished_);
  if (attempt.last_ack) change(acked_);
  change(by_run_);
}

void AttemptIndex::add(const Attempt& attempt) {
  in_each(attempt, [&attempt](auto& set) { set.insert(&attempt); });
  ++counts_.count[static_cast<std::size_t>(attempt.status)];
}

void AttemptIndex::remove(const Attempt& attempt) {
  in_each(attempt, [&attempt](auto& set) { set.erase(&attempt); });
  --counts_.count[static_cast<std::size_t>(attempt.status)];
}

const AttemptsByDispatch& AttemptIndex::due(Time at) {
  const auto later = waiting_.upper_bound(std::min(at, due_at_));
  const auto end = waiting_.upper_bound(std::max(at, due_at_));
  for (auto next = later; next != end; ++next) {
    if (at > due_at_) {
      due_.insert(*next);
    } else {
      due_.erase(*next);
    }
  }
  due_at_ = at;
  return due_;
}

}  // namespace leasecheck::model
