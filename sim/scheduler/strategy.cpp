#include "sim/scheduler/strategy.hpp"

#include <algorithm>

#include "sim/check.hpp"

namespace leasecheck::sim {
namespace {

TaskId current_or_first(const Choice& choice) {
  return choice.current.value_or(choice.runnable.front());
}

}  // namespace

TaskId UniformStrategy::choose(const Choice& choice) {
  return draw_.pick(choice.runnable);
}

PctStrategy::PctStrategy(Stream draw, Options options) : draw_(draw) {
  check(options.depth >= 1 && options.expected_points >= 1, "PCT needs a depth and points");
  for (std::uint64_t change = 1; change < options.depth; ++change) {
    changes_.insert_or_assign(draw_.below(options.expected_points), options.depth - change);
  }
}

// First priorities are above all that a change can give.
std::uint64_t PctStrategy::priority_of(TaskId task) {
  const auto known = priorities_.find(task);
  if (known != priorities_.end()) return known->second;
  return priorities_.emplace(task, (std::uint64_t{1} << 32) + (draw_.bits() >> 1)).first->second;
}

TaskId PctStrategy::choose(const Choice& choice) {
  const auto highest = [&] {
    return *std::ranges::max_element(choice.runnable, {},
                                     [this](TaskId task) { return priority_of(task); });
  };
  const auto change = changes_.find(choices_++);
  if (change != changes_.end()) priorities_[highest()] = change->second;
  return highest();
}

TaskId RecordedStrategy::choose(const Choice& choice) {
  if (next_ == decisions_.size()) return current_or_first(choice);
  const TaskId decided = decisions_[next_++];
  if (std::ranges::binary_search(choice.runnable, decided)) return decided;
  was_followed_ = false;
  return current_or_first(choice);
}

TaskId BoundedStrategy::choose(const Choice& choice) {
  const auto is_possible = [&](const Branch& branch) {
    return std::ranges::binary_search(choice.runnable, branch.options[branch.taken]);
  };
  if (depth_ < branches_.size() && !is_possible(branches_[depth_])) forget_what_was_planned();
  if (depth_ == branches_.size()) {
    Branch branch{
        .options = {current_or_first(choice)}, .taken = 0, .preempts = choice.current.has_value()};
    if (!branch.preempts || used_ < bound_) {
      std::ranges::copy_if(choice.runnable, std::back_inserter(branch.options),
                           [&](TaskId task) { return task != branch.options.front(); });
    }
    branches_.push_back(std::move(branch));
  }
  const Branch& branch = branches_[depth_++];
  if (branch.preempts && branch.taken > 0) ++used_;
  return branch.options[branch.taken];
}

void BoundedStrategy::forget_what_was_planned() {
  was_followed_ = false;
  branches_.resize(depth_);
}

bool BoundedStrategy::was_followed() const {
  return was_followed_ && depth_ == branches_.size();
}

bool BoundedStrategy::advance() {
  if (depth_ < branches_.size()) forget_what_was_planned();
  while (!branches_.empty() && branches_.back().taken + 1 == branches_.back().options.size()) {
    branches_.pop_back();
  }
  depth_ = 0;
  used_ = 0;
  was_followed_ = true;
  if (branches_.empty()) return false;
  ++branches_.back().taken;
  return true;
}

std::unique_ptr<Strategy> draw_strategy(std::uint64_t seed, Stream& draw,
                                        std::uint64_t expected_points) {
  const std::uint64_t round_seed = draw.bits();
  if (draw.chance(500)) {
    return std::make_unique<UniformStrategy>(Stream(round_seed ^ seed, "scheduler"));
  }
  return std::make_unique<PctStrategy>(
      Stream(round_seed ^ seed, "scheduler"),
      PctStrategy::Options{.depth = static_cast<std::uint32_t>(1 + draw.below(5)),
                           .expected_points = expected_points});
}

}  // namespace leasecheck::sim
