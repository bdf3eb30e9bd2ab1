// What the simulator does in a second of the processor, all checks on: operations, scheduling
// points of the simulated disk, and virtual seconds of a typical deployment. Processor time, since
// all of it is one thread that waits for nobody, and a machine is seldom idle.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lease/sqlite.hpp"
#include "sim/registry/subject_registry.hpp"
#include "sim/storage/interleaver.hpp"
#include "sim/subject/subject.hpp"
#include "sim/world/world.hpp"

namespace leasecheck {
namespace {

[[noreturn]] void give_up(const std::string& message) {
  std::fprintf(stderr, "sim_bench: %s\n", message.c_str());
  std::exit(1);
}

/// Seconds of the processor since the program began.
double processor_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
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

struct Measured {
  std::uint64_t runs = 0;
  std::uint64_t operations = 0;
  std::chrono::duration<double> virtual_time{0};  ///< until faults end: from then on it flies
  double seconds = 0;
  double bare_seconds = 0;  ///< for the same operations, carried out and nothing else
};

std::unique_ptr<sim::Subject> make_subject(const std::string& backend) {
  const auto chosen = sim::parse_backend(backend);
  if (!chosen) give_up(chosen.error());
  auto subject = chosen->make();
  if (!subject) give_up(subject.error().message);
  return *std::move(subject);
}

/// Simulates plans until a few seconds are over.
Measured simulate(const std::string& backend,
                  const std::function<sim::Plan(std::uint64_t)>& plan_of) {
  constexpr double long_enough = 3;
  Measured measured;
  while (measured.seconds < long_enough) {
    const sim::Plan plan = plan_of(++measured.runs);
    const auto subject = make_subject(backend);
    Remembering remembering(*subject);
    const double began = processor_seconds();
    const sim::RunResult run = sim::simulate(plan, remembering);
    measured.seconds += processor_seconds() - began;
    if (run.verdict.result != traces::Result::held) give_up(run.verdict.message);
    measured.operations += run.tally.operations;
    measured.virtual_time += plan.duration;
    const auto bare = make_subject(backend);
    const double began_bare = processor_seconds();
    for (const model::Action& action : remembering.actions) {
      if (!bare->call(action)) give_up("the same calls do not work alone");
    }
    measured.bare_seconds += processor_seconds() - began_bare;
  }
  return measured;
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

void measure_simulation(const char* what, const std::string& backend,
                        const std::function<sim::Plan(std::uint64_t)>& plan_of) {
  const Measured measured = simulate(backend, plan_of);
  std::printf(
      "%-20s %-7s %10.0f operations/s, 1/%.1f of bare calls %10.0f virtual s/s  (%llu runs)\n",
      what, backend.c_str(), static_cast<double>(measured.operations) / measured.seconds,
      measured.seconds / measured.bare_seconds, measured.virtual_time.count() / measured.seconds,
      static_cast<unsigned long long>(measured.runs));
}

void measure_schedules() {
  auto interleaver = sim::Interleaver::make(lease::open_sqlite_repository, 2);
  if (!interleaver) give_up(interleaver.error());
  const double began = processor_seconds();
  for (const sim::InterleaveCase& subject : sim::interleave_cases(sim::InterleaveScope::pairs)) {
    if (const auto found = (*interleaver)->search(subject, 1); !found || *found) {
      give_up("interleaving " + sim::name_of(subject));
    }
  }
  const double took = processor_seconds() - began;
  const sim::InterleaveCount& count = (*interleaver)->count();
  std::printf("%-20s sqlite  %10.0f scheduling points/s %8.0f schedules/s\n", "pairs of operations",
              static_cast<double>(count.points) / took,
              static_cast<double>(count.schedules) / took);
}

}  // namespace
}  // namespace leasecheck

int main() {
  using namespace leasecheck;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const auto drawn = [](std::uint64_t seed) { return sim::draw_plan(seed, {}); };
  for (const char* backend : {"memory", "sqlite"}) {
    measure_simulation("drawn plans", backend, drawn);
    measure_simulation("typical deployment", backend, typical_deployment);
  }
  measure_schedules();
}
