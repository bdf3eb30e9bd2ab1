#include "sim/world/arrivals.hpp"

#include <limits>
#include <utility>

namespace leasecheck::sim {

using model::Duration;
using model::Time;

Arrivals::Arrivals(Context context) : context_(context) {
  if (!context_.plan.workload) return;
  for (const JobKind& kind : context_.plan.workload->jobs) {
    kinds_.push_back({.kind = &kind, .draw = Stream(context_.plan.seed, "jobs " + kind.name)});
  }
}

void Arrivals::start() {
  for (Kind& kind : kinds_) begin_interval(kind);
}

// None begins at or after the end of the run.
void Arrivals::begin_interval(Kind& kind) {
  const Time now = context_.timeline.now();
  const Time end = context_.plan.epoch + context_.plan.duration;
  if (now >= end) return;
  const Rate& rate = rate_at(kind.kind->rates, now - context_.plan.epoch);
  for (std::uint32_t left = rate.attempts; left > 0; --left) {
    const Duration wait = kind.kind->instants == Instants::together
                              ? Duration{0}
                              : kind.draw.between(Duration{0}, rate.per - Duration{1});
    if (now + wait >= end) continue;
    context_.timeline.after(wait, [this, &kind] { enqueue(kind); });
  }
  context_.timeline.after(rate.per, [this, &kind] { begin_interval(kind); });
}

void Arrivals::enqueue(Kind& kind) {
  if (const Time until = context_.network.down_until(); context_.timeline.now() < until) {
    return context_.timeline.at(until, [this, &kind] { enqueue(kind); });
  }
  model::AttemptSpec spec = kind.kind->spec;
  spec.attempt_id = Workload::id_of(*kind.kind, ++kind.enqueued);
  spec.run_id = spec.attempt_id;
  const Time now = context_.repository_clock.shows();
  static_cast<void>(context_.referee.operate(
      {.actor = "producer", .clock = now},
      {.now = now, .operation = model::EnqueueAttempt{.spec = std::move(spec)}}));
}

void Pruner::start() {
  const auto& retention = context_.plan.workload->retention;
  if (!retention || has_left_) return;
  context_.timeline.after(retention->every, [this] {
    if (has_left_) return;
    prune(*context_.plan.workload->retention);
    start();
  });
}

void Pruner::prune(const Retention& retention) {
  if (context_.timeline.now() < context_.network.down_until()) return;
  const Time now = context_.repository_clock.shows();
  static_cast<void>(context_.referee.operate(
      {.actor = "housekeeper", .clock = now},
      {.now = now,
       .operation = model::PruneAttempts{.finished_before = now - retention.keep,
                                         .limit = std::numeric_limits<std::uint64_t>::max(),
                                         .with_dead_letters = true}}));
}

}  // namespace leasecheck::sim
