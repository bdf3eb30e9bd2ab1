#include "sim/world/reaper.hpp"

namespace leasecheck::sim {
Reaper::Reaper(model::Id id, model::ClockError clock, Surroundings surroundings,
               model::Duration grace)
    : around_(surroundings),
      clock_(around_.timeline, clock),
      clock_setter_(around_, clock_,
                    {.forwards = FaultKind::reaper_clock_forwards,
                     .backwards = FaultKind::reaper_clock_backwards},
                    id, [] {}),
      draw_(around_.plan.seed, id),
      aim_(around_.timeline, around_.referee, around_.plan.grace, around_.plan.seed, "aim " + id),
      repository_(around_.referee, id, clock_, around_.repository_clock),
      manager_(repository_, clock_, {.grace = grace}) {}

void Reaper::start() {
  clock_setter_.start();
  plan_next();
}

void Reaper::stay(const model::Id& worker, model::Time settled) {
  aim_.keep_to_the_rhythm(worker, settled);
  clock_.set({});
  stays_ = true;
}

void Reaper::plan_next() {
  around_.timeline.at(aim_.next(clock_, around_.plan.tick_period), [this] { tick(); });
}

void Reaper::reap() {
  static_cast<void>(manager_.tick());
}

void Reaper::tick() {
  if (has_left_) return;
  if (draw_.chance(around_.plan.faults.reaper.miss_tick)) {
    around_.referee.count_fault(FaultKind::tick_missed);
  } else {
    reap();
  }
  plan_next();
}

}  // namespace leasecheck::sim
