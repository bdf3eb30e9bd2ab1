#include "sim/world/timeline.hpp"

#include <algorithm>
#include <utility>

namespace leasecheck::sim {

void Timeline::at(model::Time time, std::function<void()> happening) {
  if (free_places_.empty()) {
    free_places_.push_back(happenings_.size());
    happenings_.emplace_back();
  }
  const std::size_t place = free_places_.back();
  free_places_.pop_back();
  happenings_[place] = std::move(happening);
  events_.push_back({std::max(time, now_), ++planned_, place});
  std::ranges::push_heap(events_, Later{});
}

void Timeline::after(model::Duration delay, std::function<void()> happening) {
  at(model::saturating_add(now_, delay), std::move(happening));
}

void Timeline::run_until(model::Time end, const std::function<bool()>& is_over) {
  while (!events_.empty() && events_.front().time <= end && !is_over()) {
    std::ranges::pop_heap(events_, Later{});
    const Event event = events_.back();
    events_.pop_back();
    const std::function<void()> happening = std::exchange(happenings_[event.place], {});
    free_places_.push_back(event.place);
    jump_to(event.time);
    happening();
  }
  if (!is_over()) jump_to(end);
}

void Timeline::jump_to(model::Time time) {
  now_ = time;
  on_jump_(time);
}

model::Time SkewedClock::true_time_of(model::Time shown) const {
  // Drift is small, so a guess without it is off by little, each better one by less; clocks never
  // run backwards, so walking to the first time that shows enough ends.
  model::Time guess = model::saturating_add(shown, -error_.offset);
  for (int i = 0; i < 4; ++i) {
    const model::Time shown_then = model::shown_by(error_, guess, timeline_.epoch());
    guess = model::saturating_add(guess, shown - shown_then);
  }
  const model::Duration millisecond{1};
  while (model::shown_by(error_, guess, timeline_.epoch()) < shown) guess += millisecond;
  while (model::shown_by(error_, guess - millisecond, timeline_.epoch()) >= shown) {
    guess -= millisecond;
  }
  return guess;
}

}  // namespace leasecheck::sim
