// The model checker on lease-core: alone in every size that the peers are compared in, and in its
// largest beside a search written by hand for exactly that size.
#include <benchmark/benchmark.h>

#include "bench/in_turns.hpp"
#include "bench/yardstick.hpp"
#include "leasecheck/check/checker.hpp"
#include "model/lease_core/lease_core.hpp"

namespace leasecheck::bench {
namespace {

using check::LeaseCore;

struct Searched {
  Counts counts;
  double bytes_per_state = 0;
};

Searched search(const LeaseCore& model, const check::Options& options) {
  const auto report = check::Checker(model, options).run();
  check::require(report && report->verdict == check::Verdict::held, "lease-core holds");
  return {.counts = {report->states, report->transitions, report->depth},
          .bytes_per_state = report->bytes_per_state()};
}

check::Options options_of(std::int64_t jobs, bool symmetry) {
  return {.jobs = static_cast<unsigned>(jobs), .symmetry = symmetry};
}

void show(benchmark::State& state, const Searched& searched) {
  state.counters["states"] = static_cast<double>(searched.counts.states);
  state.counters["transitions"] = static_cast<double>(searched.counts.transitions);
  state.counters["depth"] = static_cast<double>(searched.counts.depth);
  state.counters["bytes_per_state"] = searched.bytes_per_state;
}

void lease_core(benchmark::State& state) {
  const auto bound = [&state](std::size_t index) {
    return static_cast<unsigned>(state.range(index));
  };
  const auto model = LeaseCore::make({.workers = bound(0),
                                      .attempts = bound(1),
                                      .ttl = bound(2),
                                      .grace = bound(3),
                                      .epochs = bound(4)});
  if (!model) return state.SkipWithError(model.error().c_str());
  const check::Options options = options_of(state.range(5), state.range(6) != 0);
  Searched searched;
  for (auto _ : state) searched = search(*model, options);
  show(state, searched);
}

/// The configurations of `peers/run`, each whole with one job and with two, and with symmetry.
void every_configuration(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"W", "A", "TTL", "GRACE", "E", "jobs", "symmetry"});
  for (const std::vector<std::int64_t>& bounds :
       std::vector<std::vector<std::int64_t>>{{1, 1, 2, 1, 3},
                                              {2, 1, 2, 1, 3},
                                              {1, 2, 2, 1, 3},
                                              {2, 2, 2, 1, 3},
                                              {2, 2, 3, 2, 3},
                                              {3, 2, 2, 1, 2},
                                              {2, 3, 2, 1, 2},
                                              {2, 3, 2, 1, 3},
                                              {3, 3, 3, 2, 2}}) {
    for (const auto& how : std::vector<std::vector<std::int64_t>>{{1, 0}, {2, 0}, {1, 1}}) {
      std::vector<std::int64_t> arguments = bounds;
      arguments.insert(arguments.end(), how.begin(), how.end());
      benchmark->Args(arguments);
    }
  }
}
BENCHMARK(lease_core)->Apply(every_configuration)->UseRealTime()->Unit(benchmark::kSecond);

void beside_the_yardstick(benchmark::State& state) {
  const auto model = LeaseCore::make({});
  const check::Options options = options_of(state.range(0), false);
  Searched searched;
  Counts expected;
  in_turns(
      state, [&] { return seconds_of(wall_clock, [&] { searched = search(*model, options); }); },
      [&] { return seconds_of(wall_clock, [&] { expected = yardstick(); }); });
  if (searched.counts != expected) state.SkipWithError("the two count differently");
  show(state, searched);
}
BENCHMARK(beside_the_yardstick)
    ->ArgName("jobs")
    ->Arg(1)
    ->Arg(2)
    ->Iterations(3)
    ->UseManualTime()
    ->Unit(benchmark::kSecond);

}  // namespace
}  // namespace leasecheck::bench
