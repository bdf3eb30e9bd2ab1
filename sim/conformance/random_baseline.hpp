#pragma once

#include <cstdint>

#include "sim/oracle/referee.hpp"

namespace leasecheck::sim {

/// The baseline that other generators are compared with: fifty operations drawn uniformly, on ids
/// from small sets, at uniform times, as a property test does that knows nothing of leases. They
/// are compared with the model and checked by the properties as in every run. Pre: the subject is
/// empty.
[[nodiscard]] RunResult random_baseline_run(std::uint64_t seed, Subject& subject);

}  // namespace leasecheck::sim
