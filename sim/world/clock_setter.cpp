#include "sim/world/clock_setter.hpp"

#include <utility>

namespace leasecheck::sim {

using model::Duration;

ClockSetter::ClockSetter(const Surroundings& surroundings, SkewedClock& clock, const Steps& steps,
                         const std::string& name, std::function<void()> on_step)
    : plan_(surroundings.plan),
      timeline_(surroundings.timeline),
      referee_(surroundings.referee),
      clock_(clock),
      steps_(steps),
      draw_(plan_.seed, "clock of " + name),
      on_step_(std::move(on_step)) {}

void ClockSetter::start() {
  timeline_.after(draw_.between(Duration{1}, plan_.ttl), [this] { look(); });
}

void ClockSetter::look() {
  start();
  const ClockFaults& faults = plan_.faults.clock;
  const Duration now = clock_.error().offset;
  if (draw_.chance(faults.*steps_.forwards)) {
    step(now + Duration{1}, faults.most_offset, "forwards");
  } else if (draw_.chance(faults.*steps_.backwards)) {
    step(-faults.most_offset, now - Duration{1}, "backwards");
  }
}

void ClockSetter::step(Duration least, Duration most, std::string_view direction) {
  if (least > most) return;  // it is as far ahead, or behind, as it may be
  clock_.set({.offset = draw_.between(least, most), .drift_ppm = clock_.error().drift_ppm});
  referee_.count_fault(std::string(steps_.owner) + "_clock_" + std::string(direction));
  on_step_();
}

}  // namespace leasecheck::sim
