#include "sim/world/boundary_times.hpp"

#include <array>
#include <vector>

#include "leasecheck/spec/step.hpp"

namespace leasecheck::sim {
namespace {

using model::Duration;
using model::Time;

// The instants at which something changes for this attempt.
std::vector<Time> deadlines_of(const model::Attempt& attempt, Duration grace) {
  std::vector<Time> deadlines;
  if (attempt.lease) {
    deadlines.push_back(attempt.lease->expires_at);
    deadlines.push_back(model::saturating_add(attempt.lease->expires_at, grace));
    if (attempt.spec.timeout && attempt.started_at) {
      deadlines.push_back(model::saturating_add(*attempt.started_at, *attempt.spec.timeout));
    }
  } else if (const auto ready = model::dispatchable_at(attempt)) {
    deadlines.push_back(*ready);
  }
  return deadlines;
}

}  // namespace

BoundaryTimes::BoundaryTimes(const Timeline& timeline, const Referee& referee, Duration grace,
                             std::uint64_t seed, std::string_view name)
    : timeline_(timeline), referee_(referee), grace_(grace), draw_(seed, name) {}

std::optional<Time> BoundaryTimes::deadline() {
  const std::size_t attempts = referee_.model_state().attempts.size();
  if (attempts == 0) return std::nullopt;
  const auto deadlines = deadlines_of(referee_.model().attempt_at(draw_.below(attempts)), grace_);
  if (deadlines.empty()) return std::nullopt;
  constexpr std::array<int, 4> beside{-1, 0, 1, 2};
  const Duration off{draw_.pick(std::span<const int>(beside))};
  return model::saturating_add(deadlines[draw_.below(deadlines.size())], off);
}

Time BoundaryTimes::first_due() const {
  Time first = model::end_of_time;
  for (const auto& [id, attempt] : referee_.model_state().attempts) {
    if (const auto ready = model::dispatchable_at(attempt)) first = std::min(first, *ready);
    if (!attempt.lease) continue;
    if (attempt.lease->worker_id == last_worker_) return timeline_.now();
    const Time stale = model::saturating_add(attempt.lease->expires_at, grace_ + Duration{1});
    first = std::min(first, stale);
    if (attempt.spec.timeout) {
      first = std::min(first, model::saturating_add(*attempt.started_at, *attempt.spec.timeout));
    }
  }
  return first == model::end_of_time ? timeline_.now() : first;
}

Time BoundaryTimes::next(const SkewedClock& clock, Duration period) {
  const Time now = timeline_.now();
  if (last_worker_) return now < settled_ ? now + period : std::max(now + period, first_due());
  if (draw_.chance(500)) {
    const Time latest = now + 3 * period;
    const auto aimed = deadline();
    if (aimed && *aimed > clock.shows() && *aimed - clock.shows() <= 3 * period) {
      const Time then = clock.true_time_of(*aimed);
      if (then > now && then <= latest) return then;
    }
  }
  return now +
         draw_.between(std::max(period / 2, Duration{1}), std::max(period * 3 / 2, Duration{1}));
}

Time BoundaryTimes::argument(Time around, Duration spread) {
  if (draw_.chance(500)) {
    if (const auto aimed = deadline()) return *aimed;
  }
  return model::saturating_add(around, draw_.between(-spread, spread));
}

}  // namespace leasecheck::sim
