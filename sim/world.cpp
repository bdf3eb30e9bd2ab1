#include "sim/world.hpp"

#include <memory>
#include <utility>
#include <vector>

#include "sim/clients.hpp"
#include "sim/network.hpp"
#include "sim/reaper.hpp"
#include "sim/timeline.hpp"
#include "sim/worker.hpp"

namespace leasecheck::sim {

RunResult simulate(const Plan& plan, Subject& subject, Referee::StepSink sink) {
  Referee referee(subject, plan.deployment(), std::move(sink));
  Timeline timeline(plan.epoch, [&referee](model::Time now) { referee.advance_to(now); });
  Network network(timeline, referee, plan.faults.network, plan.reply_timeout, plan.seed);
  SkewedClock repository_clock(timeline, plan.repository_clock);
  const Surroundings surroundings{.plan = plan,
                                  .timeline = timeline,
                                  .referee = referee,
                                  .network = network,
                                  .repository_clock = repository_clock};

  Producer producer(surroundings);
  producer.start();
  std::vector<std::unique_ptr<Worker>> workers;
  for (const model::ClockError& clock : plan.worker_clocks) {
    workers.push_back(
        std::make_unique<Worker>("w" + std::to_string(workers.size() + 1), clock, surroundings));
    workers.back()->start();
  }
  std::vector<std::unique_ptr<Reaper>> reapers;
  for (const model::ClockError& clock : plan.reaper_clocks) {
    reapers.push_back(std::make_unique<Reaper>("reaper" + std::to_string(reapers.size() + 1), clock,
                                               surroundings));
    reapers.back()->start();
  }
  Operator person(surroundings);
  person.start();
  Stranger stranger(surroundings);
  stranger.start();

  timeline.run_until(plan.epoch + plan.duration, [&] { return referee.is_over(); });
  return {.verdict = referee.verdict(), .tally = referee.tally()};
}

traces::Head head_of(const Plan& plan, std::string backend) {
  return {.config = describe(plan),
          .seed = plan.seed,
          .origin = "simulate",
          .backend = std::move(backend),
          .exhibit = std::nullopt};
}

}  // namespace leasecheck::sim
