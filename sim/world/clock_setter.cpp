#include "sim/world/clock_setter.hpp"

#include <utility>

namespace leasecheck::sim {

using model::Duration;

ClockSetter::ClockSetter(const Context& context, SkewedClock& clock, Steps steps,
                         const std::string& name, std::function<void()> on_step)
    : plan_(context.plan),
      timeline_(context.timeline),
      referee_(context.referee),
      clock_(clock),
      steps_(steps),
      draw_(plan_.seed, "clock of " + name),
      on_step_(std::move(on_step)) {}

void ClockSetter::start() {
  timeline_.after(draw_.between(Duration{1}, plan_.ttl), [this] { check_for_step(); });
}

// Once faults have ended the clock is right for good, however long the run still is.
void ClockSetter::check_for_step() {
  if (level_of(steps_.forwards) == 0 && level_of(steps_.backwards) == 0) return;
  start();
  const ClockFaults& faults = plan_.faults.clock;
  const Duration now = clock_.error().offset;
  if (happens(steps_.forwards)) {
    step(now + Duration{1}, faults.most_offset, steps_.forwards);
  } else if (happens(steps_.backwards)) {
    step(-faults.most_offset, now - Duration{1}, steps_.backwards);
  }
}

Permille ClockSetter::level_of(FaultKind kind) const {
  return static_cast<Permille>(info_of(kind).level(plan_.faults));
}

bool ClockSetter::happens(FaultKind kind) {
  return draw_.chance(level_of(kind));
}

void ClockSetter::step(Duration least, Duration most, FaultKind kind) {
  if (least > most) return;  // it is as far ahead, or behind, as it may be
  clock_.set({.offset = draw_.between(least, most), .drift_ppm = clock_.error().drift_ppm});
  referee_.count_fault(kind);
  on_step_();
}

}  // namespace leasecheck::sim
