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

void ClockSetter::check_for_step() {
  start();
  const ClockFaults& faults = plan_.faults.clock;
  const Duration now = clock_.error().offset;
  if (happens(steps_.forwards)) {
    step(now + Duration{1}, faults.most_offset, steps_.forwards);
  } else if (happens(steps_.backwards)) {
    step(-faults.most_offset, now - Duration{1}, steps_.backwards);
  }
}

bool ClockSetter::happens(FaultKind kind) {
  return draw_.chance(static_cast<Permille>(info_of(kind).level(plan_.faults)));
}

void ClockSetter::step(Duration least, Duration most, FaultKind kind) {
  if (least > most) return;  // it is as far ahead, or behind, as it may be
  clock_.set({.offset = draw_.between(least, most), .drift_ppm = clock_.error().drift_ppm});
  referee_.count_fault(kind);
  on_step_();
}

}  // namespace leasecheck::sim
