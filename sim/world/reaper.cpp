#include "sim/world/reaper.hpp"

namespace leasecheck::sim {
namespace {

model::Duration kept_grace(const Plan& plan) {
  const bool forgets = plan.defect == DeploymentDefect::reaper_forgets_grace;
  return forgets ? model::Duration{0} : plan.grace;
}

}  // namespace

Reaper::Reaper(model::Id id, model::ClockError clock, Surroundings surroundings)
    : around_(surroundings),
      clock_(around_.timeline, reaper_clock(around_.plan, clock)),
      clock_setter_(around_, clock_,
                    {.owner = "reaper",
                     .forwards = &ClockFaults::reaper_forwards,
                     .backwards = &ClockFaults::reaper_backwards},
                    id, [] {}),
      draw_(around_.plan.seed, id),
      aim_(around_.timeline, around_.referee, around_.plan.grace, around_.plan.seed, "aim " + id),
      repository_(around_.referee, id, clock_, around_.repository_clock),
      manager_(repository_, clock_, {.grace = kept_grace(around_.plan)}) {}

void Reaper::start() {
  clock_setter_.start();
  plan_next();
}

void Reaper::stay(const model::Id& worker, model::Time settled) {
  aim_.keep_to_the_rhythm(worker, settled);
  clock_.set({});
  is_right_ = true;
}

void Reaper::plan_next() {
  around_.timeline.at(aim_.next(clock_, around_.plan.tick_period), [this] { tick(); });
}

void Reaper::tick() {
  if (has_left_) return;
  if (draw_.chance(around_.plan.faults.reaper.miss_tick)) {
    around_.referee.count_fault("tick_missed");
  } else if (!is_right_ && around_.plan.defect == DeploymentDefect::reaper_acts_on_old_sight) {
    free_what_was_stale();
  } else {
    static_cast<void>(manager_.tick());
  }
  plan_next();
}

// Between the look and the act the holder may have sent a heartbeat.
void Reaper::free_what_was_stale() {
  const model::Time now = clock_.shows();
  for (const model::ReleaseLease& release : std::exchange(seen_stale_, {})) {
    static_cast<void>(
        around_.referee.operate({.actor = "reaper", .clock = now},
                                {.now = around_.repository_clock.shows(), .operation = release}));
  }
  for (const auto& [id, attempt] : around_.referee.model_state().attempts) {
    if (!attempt.lease || attempt.lease->expires_at >= now - around_.plan.grace) continue;
    seen_stale_.push_back({attempt.lease->lease_id, attempt.lease->worker_id});
  }
}

}  // namespace leasecheck::sim
