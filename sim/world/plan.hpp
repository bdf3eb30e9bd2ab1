#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "leasecheck/spec/environment.hpp"
#include "leasecheck/spec/records.hpp"
#include "properties/property.hpp"
#include "sim/faults.hpp"
#include "sim/values/names.hpp"
#include "sim/world/deployment_spec.hpp"

namespace leasecheck::sim {

/// What the caller of a simulation fixes; everything else is drawn from the seed.
struct PlanOptions {
  std::optional<std::uint32_t> workers;
  std::optional<std::uint32_t> attempts;
  std::optional<model::Duration> duration;  ///< of virtual time, until faults end
  /// The kinds of fault that may happen; all of them if nothing is said.
  std::optional<FaultKinds> faults;
  /// The dimensions of values that may be odd; all of them if nothing is said.
  std::optional<values::Dimensions> may_be_odd = {};
  /// A deployment in its own numbers, in place of all that stands above.
  std::optional<DeploymentSpec> deployment = {};
};

/// Everything about one run that is decided before it starts.
struct Plan {
  std::uint64_t seed = 0;
  model::Time epoch{};
  model::Duration duration{0};  ///< until faults end; then progress is demanded
  std::uint32_t workers = 1;
  std::uint32_t reapers = 1;
  std::uint32_t attempts = 1;
  std::uint32_t runs = 1;
  std::uint32_t concurrency = 1;  ///< attempts that one worker works on at a time

  model::Duration ttl{30000};
  model::Duration grace{5000};
  model::Duration effect_period{10000};  ///< between two effects of a job, and two looks for faults
  model::Duration tick_period{5000};
  model::Duration poll_period{1000};
  model::Duration reply_timeout{1000};
  model::Duration longest_work{60000};
  model::Duration least_backoff{1};  ///< of every retry policy
  model::Duration shortest_timeout{1};
  bool heartbeats_with_version = false;
  bool several = false;  ///< producer and workers use the operations on several attempts

  /// What a deployment has to do; none: attempts and faults are drawn.
  std::optional<Workload> workload = {};

  values::Dimensions odd = {};  ///< in which dimensions values are odd
  values::Names names = {};

  Faults faults;
  model::ClockError repository_clock;
  std::vector<model::ClockError> worker_clocks;
  std::vector<model::ClockError> reaper_clocks;
  /// Whether no clock gets behind another by more than rule 20 allows.
  bool skew_within_margin = true;

  [[nodiscard]] bool is_odd(values::Dimension dimension) const { return odd.contains(dimension); }

  [[nodiscard]] properties::Deployment deployment() const {
    return {.epoch = epoch, .grace = grace, .skew_within_margin = skew_within_margin};
  }
};

/// The plan of a seed. The same seed and options give the same plan everywhere.
[[nodiscard]] Plan draw_plan(std::uint64_t seed, const PlanOptions& options);

/// Every option of the plan beside the deployment, as a number under its name, for the head of a
/// trace.
[[nodiscard]] std::map<std::string, std::int64_t> describe(const Plan& plan);

}  // namespace leasecheck::sim
