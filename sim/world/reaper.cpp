#include "sim/world/reaper.hpp"

namespace leasecheck::sim {
Reaper::Reaper(model::Id id, model::ClockError clock, Context context, model::Duration grace)
    : context_(context),
      clock_(context_.timeline, clock),
      clock_setter_(context_, clock_,
                    {.forwards = FaultKind::reaper_clock_forwards,
                     .backwards = FaultKind::reaper_clock_backwards},
                    id, [] {}),
      draw_(context_.plan.seed, id),
      times_(context_.timeline, context_.referee, context_.plan.grace, context_.plan.seed,
             "aim " + id),
      repository_(context_.referee, id, clock_, context_.repository_clock),
      manager_(repository_, clock_, {.grace = grace}) {}

void Reaper::start() {
  clock_setter_.start();
  plan_next();
}

void Reaper::stay(const model::Id& worker, model::Time settled) {
  times_.keep_period(worker, settled);
  clock_.set({});
  stays_ = true;
}

void Reaper::plan_next() {
  const model::Duration period = context_.plan.tick_period;
  // As the lease manager that ships waits.
  const model::Time next =
      context_.plan.workload && !stays_
          ? context_.timeline.now() + period - draw_.between(model::Duration{0}, period / 4)
          : times_.next(clock_, period);
  context_.timeline.at(next, [this] { tick(); });
}

void Reaper::reap() {
  static_cast<void>(manager_.tick());
}

void Reaper::tick() {
  if (has_left_) return;
  const bool is_cut_off = context_.timeline.now() < context_.network.down_until();
  if (is_cut_off || draw_.chance(context_.plan.faults.reaper.miss_tick)) {
    context_.referee.count_fault(FaultKind::tick_missed);
  } else {
    reap();
  }
  plan_next();
}

}  // namespace leasecheck::sim
