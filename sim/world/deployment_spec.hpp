#pragma once

#include <cstdint>

#include "sim/world/workload.hpp"

namespace leasecheck::sim {

/// A deployment in its own numbers: what a plan draws without one.
struct DeploymentSpec {
  model::Duration duration{0};
  std::uint32_t workers = 1;
  std::uint32_t concurrency = 1;
  std::uint32_t reapers = 1;
  model::Duration ttl{30'000};
  model::Duration grace{5'000};
  model::Duration poll{2'000};
  model::Duration reply_timeout{1'000};
  model::Duration reap_period{5'000};
  NetworkFaults network;
  Permille hang = 0;               ///< of executions: it does not end by itself
  Permille ignore_stop = 0;        ///< of executions that are asked to stop: it goes on
  model::Duration most_offset{0};  ///< of each clock from true time, either way
  std::int64_t most_drift_ppm = 0;
  Workload workload;
};

/// The largest distance between two clocks at any time of the run.
[[nodiscard]] model::Duration widest_skew(const DeploymentSpec& spec);

/// The least wait before a retry of what timed out; nothing if nothing is retried so.
[[nodiscard]] std::optional<model::Duration> least_timeout_backoff(const Workload& workload);

/// The kinds of fault that can happen in it.
[[nodiscard]] FaultKinds possible_faults(const DeploymentSpec& spec);

}  // namespace leasecheck::sim
