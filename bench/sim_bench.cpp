// What the simulator does in a second, all checks on: operations, scheduling points of the
// simulated disk, and virtual seconds of a typical deployment.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

#include "cli/backend.hpp"
#include "lease/sqlite.hpp"
#include "sim/interleave.hpp"
#include "sim/world.hpp"

namespace leasecheck {
namespace {

[[noreturn]] void give_up(const std::string& message) {
  std::fprintf(stderr, "sim_bench: %s\n", message.c_str());
  std::exit(1);
}

/// Simulates plans until a few seconds are over.
/// Returns: what was done, and in how many seconds.
std::pair<sim::Tally, double> simulate(const std::string& backend,
                                       const std::function<sim::Plan(std::uint64_t)>& plan_of) {
  constexpr std::chrono::duration<double> long_enough(3);
  const auto chosen = cli::parse_backend(backend);
  if (!chosen) give_up(chosen.error());
  sim::Tally tally;
  std::chrono::duration<double> took(0);
  const auto began = std::chrono::steady_clock::now();
  for (std::uint64_t seed = 1; took < long_enough; ++seed) {
    const auto subject = chosen->make();
    if (!subject) give_up(subject.error().message);
    const sim::RunResult run = sim::simulate(plan_of(seed), **subject);
    if (run.verdict.result != traces::Result::held) give_up(run.verdict.message);
    tally.add(run.tally);
    took = std::chrono::steady_clock::now() - began;
  }
  return {tally, took.count()};
}

// Ttl 30 s, a heartbeat every 10 s, 50 workers that are busy; nothing fails.
sim::Plan typical_deployment(std::uint64_t seed) {
  sim::PlanOptions options;
  options.workers = 50;
  options.attempts = 100;
  options.duration = std::chrono::minutes(10);
  sim::Plan plan = sim::draw_plan(seed, options);
  plan.faults = {};
  plan.ttl = std::chrono::seconds(30);
  plan.heartbeat_period = std::chrono::seconds(10);
  plan.concurrency = 1;
  return plan;
}

void measure_simulation(const char* what, const std::string& backend,
                        const std::function<sim::Plan(std::uint64_t)>& plan_of) {
  const auto [tally, seconds] = simulate(backend, plan_of);
  const auto virtual_seconds = std::chrono::duration<double>(tally.virtual_time).count();
  std::printf("%-20s %-7s %10.0f operations/s %12.0f virtual s/s  (%llu runs)\n", what,
              backend.c_str(), static_cast<double>(tally.operations) / seconds,
              virtual_seconds / seconds, static_cast<unsigned long long>(tally.runs));
}

void measure_schedules() {
  auto interleaver = sim::Interleaver::make(lease::open_sqlite_repository, 2);
  if (!interleaver) give_up(interleaver.error());
  const auto began = std::chrono::steady_clock::now();
  for (const sim::InterleaveCase& subject : sim::interleave_cases(sim::InterleaveScope::pairs)) {
    if (const auto found = (*interleaver)->search(subject, 1); !found || *found) {
      give_up("interleaving " + sim::name_of(subject));
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  const sim::InterleaveCount& count = (*interleaver)->count();
  std::printf("%-20s sqlite  %10.0f scheduling points/s %8.0f schedules/s\n", "pairs of operations",
              static_cast<double>(count.points) / took.count(),
              static_cast<double>(count.schedules) / took.count());
}

}  // namespace
}  // namespace leasecheck

int main() {
  using namespace leasecheck;
  const auto drawn = [](std::uint64_t seed) { return sim::draw_plan(seed, {}); };
  for (const char* backend : {"memory", "sqlite"}) {
    measure_simulation("drawn plans", backend, drawn);
    measure_simulation("typical deployment", backend, typical_deployment);
  }
  measure_schedules();
}
