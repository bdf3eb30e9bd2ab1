#pragma once

#include <benchmark/benchmark.h>

namespace leasecheck::bench {

using Seconds = double;

/// Measures something in turns with a baseline, so that other load on the machine hits both alike.
/// The time of the benchmark is that of the first; the counter `share` is its speed as a share of
/// the baseline's, which is what travels to other machines.
/// Pre: the benchmark uses manual time. Both answer what they took.
template <typename Measured, typename Baseline>
void in_turns(benchmark::State& state, Measured measured, Baseline baseline) {
  Seconds total = 0;
  Seconds total_of_baseline = 0;
  for (auto _ : state) {
    const Seconds took = measured();
    state.SetIterationTime(took);
    total += took;
    total_of_baseline += baseline();
  }
  state.counters["share"] = total_of_baseline / total;
}

/// What `body` takes by a clock that is asked before and after.
template <typename Clock, typename Body>
Seconds seconds_of(Clock clock, Body body) {
  const Seconds began = clock();
  body();
  return clock() - began;
}

/// Seconds since some instant. For what waits for others.
Seconds wall_clock();

/// Seconds of the processor since the program began. For what is one thread that waits for nobody.
Seconds processor_clock();

}  // namespace leasecheck::bench
