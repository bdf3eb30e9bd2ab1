// What the simulator does in a second of the processor, all checks on: operations, scheduling
// points of the simulated disk, and virtual seconds of a typical deployment. Processor time, since
// all of it is one thread that waits for nobody, and a machine is seldom idle.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/in_turns.hpp"
#include "lease/sqlite.hpp"
#include "sim/registry/subject_registry.hpp"
#include "sim/storage/interleaver.hpp"
#include "sim/subject/subject.hpp"
#include "sim/world/world.hpp"

namespace leasecheck::bench {
namespace {

[[noreturn]] void give_up(const std::string& message) {
  std::fprintf(stderr, "sim_bench: %s\n", message.c_str());
  std::exit(1);
}

/// Remembers what it was asked.
class Remembering final : public sim::Subject {
 public:
  explicit Remembering(sim::Subject& inner) : inner_(inner) {}
  [[nodiscard]] std::string name() const override { return inner_.name(); }
  [[nodiscard]] std::expected<sim::Reply, sim::BrokenSubject> call(
      const model::Action& action) override {
    actions.push_back(action);
    return inner_.call(action);
  }
  [[nodiscard]] std::expected<model::Snapshot, sim::BrokenSubject> snapshot() override {
    return inner_.snapshot();
  }
  [[nodiscard]] std::expected<bool, sim::BrokenSubject> refresh(model::Snapshot& seen) override {
    return inner_.refresh(seen);
  }

  std::vector<model::Action> actions;

 private:
  sim::Subject& inner_;
};

std::unique_ptr<sim::Subject> make_subject(const std::string& backend) {
  const auto chosen = sim::parse_backend(backend);
  if (!chosen) give_up(chosen.error());
  auto subject = chosen->make();
  if (!subject) give_up(subject.error().message);
  return *std::move(subject);
}

// Ttl 30 s, a heartbeat every 10 s, 50 workers that are busy most of ten minutes; nothing fails.
sim::Plan typical_deployment(std::uint64_t seed) {
  constexpr std::uint32_t workers = 50;
  sim::Plan plan;
  plan.seed = seed;
  plan.epoch = sim::draw_plan(seed, {}).epoch;
  plan.duration = std::chrono::minutes(10);
  plan.workers = workers;
  plan.attempts = 300;
  plan.runs = 20;
  plan.longest_work = std::chrono::minutes(2);
  plan.poll_period = std::chrono::seconds(5);
  plan.worker_clocks.resize(workers);
  plan.reaper_clocks.resize(1);
  return plan;
}

/// Plans from seed 1 on, each beside the same calls on the backend alone.
void simulation(benchmark::State& state, const std::string& backend,
                const std::function<sim::Plan(std::uint64_t)>& plan_of) {
  std::uint64_t seed = 0;
  std::uint64_t operations = 0;
  std::chrono::duration<double> virtual_time{0};  // until faults end: from then on it flies
  std::vector<model::Action> actions;
  const auto simulate = [&] {
    const sim::Plan plan = plan_of(++seed);
    const auto subject = make_subject(backend);
    Remembering remembering(*subject);
    const Seconds took = seconds_of(processor_clock, [&] {
      const sim::RunResult run = sim::simulate(plan, remembering);
      if (run.verdict.result != traces::Result::held) give_up(run.verdict.message);
      operations += run.tally.operations;
    });
    virtual_time += plan.duration;
    actions = std::move(remembering.actions);
    return took;
  };
  const auto call_alone = [&] {
    const auto bare = make_subject(backend);
    return seconds_of(processor_clock, [&] {
      for (const model::Action& action : actions) {
        if (!bare->call(action)) give_up("the same calls do not work alone");
      }
    });
  };
  in_turns(state, simulate, call_alone);
  state.SetItemsProcessed(static_cast<std::int64_t>(operations));
  state.counters["virtual_s"] =
      benchmark::Counter(virtual_time.count(), benchmark::Counter::kIsRate);
}

sim::Plan drawn_plan(std::uint64_t seed) {
  return sim::draw_plan(seed, {});
}

BENCHMARK_CAPTURE(simulation, drawn_plans_memory, "memory", drawn_plan)
    ->UseManualTime()
    ->MinTime(3);
BENCHMARK_CAPTURE(simulation, drawn_plans_sqlite, "sqlite", drawn_plan)
    ->UseManualTime()
    ->MinTime(3);
BENCHMARK_CAPTURE(simulation, typical_deployment_memory, "memory", typical_deployment)
    ->UseManualTime()
    ->MinTime(3);
BENCHMARK_CAPTURE(simulation, typical_deployment_sqlite, "sqlite", typical_deployment)
    ->UseManualTime()
    ->MinTime(3);

/// Every schedule of every pair of operations with at most one preemption. Items: scheduling
/// points.
void interleavings(benchmark::State& state) {
  std::uint64_t points = 0;
  for (auto _ : state) {
    auto interleaver = sim::Interleaver::make(lease::open_sqlite_repository, {});
    if (!interleaver) return state.SkipWithError(interleaver.error().c_str());
    for (const sim::InterleaveCase& subject : sim::interleave_cases(sim::InterleaveScope::pairs)) {
      if (const auto found = (*interleaver)->search(subject, 1); !found || *found) {
        return state.SkipWithError(("interleaving " + sim::name_of(subject)).c_str());
      }
    }
    points += (*interleaver)->count().points;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(points));
}
BENCHMARK(interleavings)->Unit(benchmark::kSecond);

}  // namespace
}  // namespace leasecheck::bench
